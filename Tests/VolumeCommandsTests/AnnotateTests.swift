import Synchronization
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `Annotating` {
  static let shape = Shape3(z: 2, y: 3, x: 5)
  static let greys: [UInt8] = [
    10, 15, 60, 70, 200, 12, 30, 80, 75, 210, 8, 90, 85, 120, 190,
    10, 15, 60, 70, 200, 12, 30, 80, 75, 210, 8, 90, 85, 120, 190,
  ]

  /// Where growing keeps what it has come to.
  private let folder: TemporaryFolder
  /// The output of every test.
  private var out: String { folder.file("out.zarr") }

  init() throws { folder = try TemporaryFolder() }

  private func format() -> MemoryFormat {
    let format = MemoryFormat()
    format.add("scan.mem", MemoryVolume(shape: Self.shape, voxels: Self.greys))
    format.add(
      "float.mem",
      MemoryVolume(shape: Self.shape, type: .float32, voxels: Array(repeating: 0, count: 120)))
    format.add(
      "markers.mem",
      MemoryVolume(
        shape: Self.shape,
        voxels: (0..<30).map { $0 == 0 ? 0 : $0 == 4 ? 1 : $0 == 29 ? 254 : 255 },
        classes: [
          LabelClass(value: 0, name: "dark", colour: [1, 2, 3, 255]),
          LabelClass(value: 1, name: "bright", colour: [1, 2, 3, 255]),
        ]))
    format.add("other.mem", MemoryVolume(numbered: Shape3(z: 1, y: 2, x: 3)))
    return format
  }
  private static let seeds = "matrix=60..90,fibre>=190,porosity<=15"

  @Test func `grows classes from grey values, and says what it found`() throws {
    let format = format()
    let outcome = runTool(
      ["annotate", "grow", "scan.mem", "--seeds", Self.seeds, "-o", out, "--json"],
      formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    let written = try #require(format.written(out))
    // 30 lies nearer to the pores' 11 than to the matrix's 77; 120 is nearer to the matrix.
    let layer: [UInt8] = [2, 2, 0, 0, 1, 2, 2, 0, 0, 1, 2, 0, 0, 0, 1]
    #expect(written.voxels == layer + layer)
    #expect(written.output.volume.classes?.map(\.name) == ["matrix", "fibre", "porosity"])
    let json = try #require(outcome.json)
    #expect(json["classes"]?.array?[1]["seeds"]?.integer == 6)
    #expect(json["classes"]?.array?[1]["mean_grey"]?.number == 200)
    #expect(outcome.error.contains("of memory"))
  }

  @Test func `grows from markers, and keeps 254 outside`() throws {
    let format = format()
    let outcome = runTool(
      ["annotate", "grow", "scan.mem", "--markers", "markers.mem", "--output", out],
      formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    let written = try #require(format.written(out))
    #expect(written.voxels[29] == 254 && written.voxels[4] == 1 && written.voxels[19] == 1)
    #expect(written.voxels.allSatisfy { [0, 1, 254].contains($0) })
  }

  @Test func `takes points and layers by themselves`() throws {
    let format = format()
    let outcome = runTool(
      [
        "annotate", "grow", "scan.mem", "--layers", "--point", "a=0,0,0", "--point", "b=0,0,4",
        "-o", out,
      ], formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    // Nothing grows into the second layer.
    let written = try #require(format.written(out))
    #expect(written.voxels[15...].allSatisfy { $0 == 255 })
    #expect(written.voxels[..<15].allSatisfy { $0 < 2 })
  }

  @Test func `floods from markers`() throws {
    let format = format()
    let outcome = runTool(
      ["annotate", "watershed", "scan.mem", "--markers", "markers.mem", "-o", out],
      formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(format.written(out)?.voxels.allSatisfy { [0, 1, 254].contains($0) } == true)
  }

  @Test func `floods edges from grey values`() throws {
    let format = format()
    let outcome = runTool(
      ["annotate", "watershed", "scan.mem", "--seeds", Self.seeds, "--edges", "1", "-o", out],
      formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    let voxels = try #require(format.written(out)).voxels
    // Where the grey value is a seed's, its class; 30 and 120 are none's and get one.
    let seeds: [UInt8] = [2, 2, 0, 0, 1, 2, 255, 0, 0, 1, 2, 0, 0, 255, 1]
    for (voxel, seed) in zip(voxels, seeds + seeds) {
      #expect(seed == 255 ? voxel < 3 : voxel == seed)
    }
  }

  static let wrong: [([String], String)] = [
    (
      ["annotate", "watershed", "scan.mem", "--seeds", seeds, "--edges", "0", "-o", "o.zarr"],
      "above 0"
    ),
    (
      ["annotate", "watershed", "float.mem", "--seeds", seeds, "--edges", "1", "-o", "o.zarr"],
      "float32"
    ),
    (
      ["annotate", "grow", "scan.mem", "--seeds", seeds, "--edges", "1", "-o", "o.zarr"],
      "no option"
    ),
    (["annotate"], "missing"),
    (["annotate", "glow"], "did you mean"),
    (["annotate", "grow", "scan.mem", "-o", "out.zarr"], "nothing says where classes begin"),
    (["annotate", "grow", "scan.mem", "--seeds", seeds], "--output"),
    (["annotate", "grow", "scan.mem", "--seeds", "a=9..3,b>=5", "-o", "o.zarr"], "no range"),
    (["annotate", "grow", "scan.mem", "--seeds", "a=0..60,b=60..90", "-o", "o.zarr"], "overlap"),
    (["annotate", "grow", "scan.mem", "--seeds", "a=0..60,b=99..99", "-o", "o.zarr"], "no voxel"),
    (["annotate", "grow", "float.mem", "--seeds", seeds, "-o", "o.zarr"], "float32"),
    (["annotate", "grow", "scan.mem", "--seeds", seeds, "-o", "o.zarr", "--alone", "x"], "'x'"),
    (["annotate", "grow", "scan.mem", "--markers", "other.mem", "-o", "o.zarr"], "called"),
    (
      ["annotate", "grow", "scan.mem", "--seeds", seeds, "-o", "o.zarr", "--memory", "9K"], "small"
    ),
    (["annotate", "grow", "scan.mem", "--seeds", seeds, "-o", "o.zarr", "-n", "5"], "--count"),
    (
      [
        "annotate", "grow", "scan.mem", "--point", "a=0,0,9", "--point", "b=0,0,0", "-o", "o.zarr",
      ], "outside"
    ),
  ]

  @Test(arguments: wrong)
  func `says what is wrong, and writes nothing`(words: [String], part: String) {
    let format = format()
    let outcome = runTool(words, formats: [format])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains(part), "\(outcome.error)")
    #expect(format.written("o.zarr") == nil)
  }

  @Test func `refuses a finished output before it grows`() {
    let format = format()
    let words = ["annotate", "grow", "scan.mem", "--seeds", Self.seeds, "-o", out]
    #expect(runTool(words, formats: [format]).code == 0)
    let again = runTool(words, formats: [format])
    #expect(again.code == 2 && again.error.contains("finished"))
    #expect(!again.error.contains("growing"))
    #expect(runTool(words + ["--overwrite"], formats: [format]).code == 0)
  }

  @Test func `stops when it is asked to`() throws {
    let format = format()
    let outcome = runTool(
      ["annotate", "grow", "scan.mem", "--seeds", Self.seeds, "-o", out],
      formats: [format], stopSignal: { 2 })
    #expect(outcome.code == 130)
    #expect(format.written(out) == nil)
    #expect(try names(inFolder: folder.path).isEmpty)
  }

  @Test func `goes on where it was stopped, and leaves nothing beside the output`() throws {
    let format = format()
    let words = ["annotate", "grow", "scan.mem", "--seeds", Self.seeds, "--layers", "-o", out]
    var codes: [Int32] = []
    for patience in 1...40 {
      let asked = Atomic<Int>(0)
      let outcome = runTool(
        words, formats: [format],
        stopSignal: { asked.add(1, ordering: .relaxed).newValue > patience ? 2 : nil })
      codes.append(outcome.code)
      guard outcome.code != 0 else { break }
      #expect(outcome.error.contains("it goes on") || outcome.error.contains("stays"))
    }
    #expect(codes.count > 1 && codes.last == 0 && codes.dropLast().allSatisfy { $0 == 130 })
    let layer: [UInt8] = [2, 2, 0, 0, 1, 2, 2, 0, 0, 1, 2, 0, 0, 0, 1]
    #expect(format.written(out)?.voxels == layer + layer)
    #expect(try names(inFolder: folder.path).isEmpty)
  }
}
