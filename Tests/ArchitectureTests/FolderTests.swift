import Foundation
import Testing

@Suite struct `The folders` {
  @Test func `at the top are the fixed ones`() throws {
    let known: Set<String> = [
      "Package.swift", "Package.resolved", "Sources", "Tests", "Formats", "Tools", "Samples",
      "README.md", "CHANGELOG.md", "LICENSE", "CorrectnessIssues.md", "out",
    ]
    let names = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
    for name in names where !name.hasPrefix(".") { #expect(known.contains(name), "\(name)") }
  }

  @Test func `hold no file that ought to be two`() throws {
    let tree = try SourceTree()
    for file in tree.modules.values.joined() {
      let text = try String(
        contentsOf: SourceTree.root.appending(path: file.path), encoding: .utf8)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 500, "\(file.path) has \(lines) lines")
    }
  }

  @Test func `hold a test target for every module but the composition root`() throws {
    let tree = try SourceTree()
    // Tested through what stands on them.
    let elsewhere: Set<String> = ["T2SVolume", "Compression", "HDF5Library"]
    for module in tree.modules.keys where !elsewhere.contains(module) {
      let path = SourceTree.root.appending(path: "Tests/\(module)Tests").path
      #expect(FileManager.default.fileExists(atPath: path), "\(module) has no tests")
    }
  }
}
