import Foundation
import Testing
import VolumeCore

@Suite struct `The built tool` {
  static let commands = ["segment", "convert", "info", "evaluate", "phantom", "show", "guess"]

  @Test func `helps and says its version`() throws {
    let tool = try BuiltTool()
    let help = try tool("--help")
    #expect(help.code == 0)
    #expect(help.output.contains("t2s-volume segment big.raw --tile 256"))
    for command in Self.commands {
      #expect(help.output.contains(command))
      let ending = try tool(command, "--help")
      #expect(ending.code == 0)
      #expect(ending.output.contains("example"))
      #expect(ending.output.contains("t2s-volume \(command) "))
      #expect(ending.error.isEmpty)
    }
    let version = try tool("--version")
    #expect(version.code == 0)
    #expect(version.output.hasPrefix("t2s-volume 0."))
  }

  @Test(arguments: [
    [], ["segmnt"], ["segment"], ["segment", "a", "b"], ["info", "--nope", "x"], ["convert", "a"],
    ["evaluate", "a"], ["phantom"], ["show"], ["info", "nothing.raw"], ["segment", "nothing.raw"],
    ["phantom", "a.raw", "--shape", "7x"], ["phantom", "a.raw", "--kind", "cheese"],
    ["phantom", "a.raw", "--shape", "0x1x1"], ["phantom", "a.xyz"],
    ["phantom", "a.raw", "--kind", "fracture", "--counts", "random"],
  ])
  func `ends with 2 at wrong usage, says what and the way out`(words: [String]) throws {
    let tool = try BuiltTool()
    let ending = try tool.run(words)
    #expect(ending.code == 2, "\(ending.words)")
    #expect(ending.output.isEmpty)
    #expect(ending.error.split(separator: "\n").count >= 2, "\(ending.words)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.folder.path).isEmpty)
  }

  @Test func `says errors as one object where JSON was asked for`() throws {
    let tool = try BuiltTool()
    let ending = try tool("info", "nothing.raw", "--json")
    #expect(ending.code == 2)
    #expect(ending.json?["error"]?["exit_code"]?.integer == 2)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `ends with 1, and not by a signal, where its output cannot be written`() throws {
    let ending = try BuiltTool()("--help", outputTo: "/dev/full")
    #expect(ending.code == 1)
  }
}
