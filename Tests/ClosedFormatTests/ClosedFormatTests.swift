import ClosedFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A closed format` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ name: String) throws -> String {
    let path = folder.file(name)
    _ = try FileHandle(creating: path)
    return path
  }

  @Test(arguments: ClosedKind.allCases)
  func `is recognised by its suffix in either case`(kind: ClosedKind) {
    #expect(ClosedFormat().recognises("/data/scan.\(kind.rawValue)"))
    #expect(ClosedFormat().recognises("/data/SCAN.\(kind.rawValue.uppercased())"))
    #expect(!ClosedFormat().recognises("/data/\(kind.rawValue)"))
    #expect(!ClosedFormat().recognises("/data/scan.\(kind.rawValue).tif"))
    #expect(!ClosedFormat().writes("/data/scan.\(kind.rawValue)"))
  }

  @Test func `is no folder of such a name`() throws {
    try makeFolder(folder.file("slices.txm"))
    #expect(!ClosedFormat().recognises(folder.file("slices.txm")))
  }

  @Test(arguments: ClosedKind.allCases)
  func `is refused with its kind, and with what to give instead`(kind: ClosedKind) throws {
    let name = "Scan.\(kind.rawValue.uppercased())"
    let path = try make(name)
    let error = ClosedError.isClosed(file: name, kind: kind)
    #expect(ClosedFormat().refusal(of: path) == error)
    #expect(throws: error.explanation) { try ClosedFormat().open(path, hints: OpeningHints()) }
    var hints = OpeningHints()
    hints.shape = CasePhantom.shape
    hints.voxelType = .uint16
    #expect(throws: error.explanation) { try ClosedFormat().open(path, hints: hints) }
    #expect(error.explanation.kind == .input)
    #expect(error.explanation.what.hasPrefix("\(name) is "))
  }

  @Test func `names the program that exports it`() {
    let programs: [ClosedKind: String] = [
      .txm: "XMController", .txrm: "XMReconstructor", .vgl: "VGStudio", .nsihdr: "efX-CT",
      .nsidat: "efX-CT", .xtekct: "CT Pro", .xtekvolume: "CT Pro", .pca: "datos|x",
      .pcr: ".vgi beside the .vol", .aim: "workstation",
    ]
    for kind in ClosedKind.allCases {
      let remedy = ClosedError.isClosed(file: "a", kind: kind).explanation.remedy
      #expect(programs[kind].map { remedy.contains($0) } == true, "\(kind): \(remedy)")
    }
  }

  @Test func `with a VMS version behind its name is told all the same`() throws {
    let path = try make("C0001234.AIM;1")
    #expect(ClosedFormat().recognises(path))
    #expect(
      ClosedFormat().refusal(of: path) == .isClosed(file: "C0001234.AIM;1", kind: .aim))
  }

  @Test func `that is not there says so`() throws {
    let path = folder.file("none.txm")
    #expect(ClosedFormat().refusal(of: path) == .isNoFile(path: path))
    #expect(throws: ClosedError.isNoFile(path: path).explanation) {
      try ClosedFormat().open(path, hints: OpeningHints())
    }
    #expect(ClosedFormat().refusal(of: try make("a.xyz")) == .isNotKnown(file: "a.xyz"))
  }
}
