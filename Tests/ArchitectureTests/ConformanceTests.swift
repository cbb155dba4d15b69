import Foundation
import Testing

@Suite struct `Every format` {
  let tree: SourceTree
  init() throws { tree = try SourceTree() }

  /// The modules with a `VolumeFormat` that opens something: closed formats only say what to do.
  private var formats: [String] {
    get throws {
      try tree.modules.filter { module, files in
        try module != "ClosedFormat"
          && files.contains { try text($0.path).contains(": VolumeFormat {") }
      }.keys.sorted()
    }
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: SourceTree.root.appending(path: path), encoding: .utf8)
  }

  @Test func `is held to what every reader promises, and fed damaged files, by its tests`() throws {
    let formats = try formats
    #expect(formats.count >= 16)
    for module in formats {
      let folder = "Tests/\(module)Tests"
      let names = try FileManager.default.contentsOfDirectory(
        atPath: SourceTree.root.appending(path: folder).path)
      let tests = try names.filter { $0.hasSuffix(".swift") }.map { try text("\(folder)/\($0)") }
      #expect(tests.contains { $0.contains("expectConformance(") }, "\(folder)")
      #expect(tests.contains { $0.contains("Mutations(of:") }, "\(folder)")
    }
  }

  @Test func `is registered in the composition root`() throws {
    let root = try text("Sources/T2SVolume/main.swift")
    for module in try formats {
      let name = module == "VolumeStore" ? "StoreFormat" : module
      #expect(root.contains("\(name)("), "\(name) is not among the catalogue's formats")
    }
  }

  @Test func `has its bytes written down, and fixtures with the script that made them`() throws {
    let files = FileManager.default
    for folder in try files.contentsOfDirectory(
      atPath: SourceTree.root.appending(path: "Formats").path) where !folder.hasPrefix(".")
    {
      #expect(
        files.fileExists(
          atPath: SourceTree.root.appending(path: "Formats/\(folder)/README.md").path),
        "Formats/\(folder) has no README.md")
    }
    let scripts = try files.contentsOfDirectory(
      atPath: SourceTree.root.appending(path: "Tools/fixtures").path
    ).filter { $0.hasPrefix("make_") }.map { try text("Tools/fixtures/\($0)") }
    for module in try formats {
      #expect(
        scripts.contains { $0.contains("Tests/\(module)Tests/Fixtures") },
        "no script of Tools/fixtures makes those of \(module)")
    }
  }
}
