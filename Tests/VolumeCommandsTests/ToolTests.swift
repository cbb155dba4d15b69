import Testing
import VolumeCommands
import VolumeCore

@Suite struct `The tool` {
  static let names = Tool.commands.map(\.name)

  @Test func `lists its commands`() {
    let outcome = runTool(["--help"])
    #expect(outcome.code == 0)
    for name in Self.names { #expect(outcome.output.contains("  \(name) ")) }
    #expect(outcome.output.contains("t2s-volume segment big.raw --tile 256"))
  }

  @Test func `says its version`() {
    let outcome = runTool(["--version"])
    #expect(outcome.output == "t2s-volume \(toolVersion)\n")
    #expect(outcome.code == 0)
  }

  @Test func `asks for a command where there is none`() {
    let outcome = runTool([])
    #expect(outcome.code == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.contains("usage:"))
  }

  @Test(arguments: Tool.commands.map(\.name))
  func `helps with every command, with an example and every option`(name: String) throws {
    let command = try #require(Tool.commands.first { $0.name == name })
    let outcome = runTool([name, "--help"])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("t2s-volume \(name) "))
    #expect(!command.examples.isEmpty)
    for example in command.examples {
      #expect(outcome.output.contains(example))
      #expect(example.hasPrefix("t2s-volume \(name) "))
    }
    for option in command.options { #expect(outcome.output.contains("--\(option.name)")) }
    #expect(outcome.output.contains("--json"))
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(runTool(["help", name]).output == outcome.output)
  }

  /// Volumes in memory have neither several levels nor slices.
  @Test(arguments: [["--level", "1"], ["--gaps", "fill"]])
  func `refuses options that a volume has no use for`(option: [String]) {
    let format = MemoryFormat()
    format.add("scan.store", MemoryVolume(numbered: Shape3(z: 2, y: 3, x: 4)))
    #expect(runTool(["info", "scan.store"], formats: [format]).code == 0)
    #expect(runTool(["info", "scan.store", "--level", "0"], formats: [format]).code == 0)
    let outcome = runTool(["info", "scan.store"] + option, formats: [format])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("scan.store: \(option[0])"))
    #expect(outcome.error.contains("leave \(option[0]) out"))
  }

  @Test(arguments: Tool.commands.map(\.name))
  func `gives examples whose options it knows`(name: String) throws {
    let command = try #require(Tool.commands.first { $0.name == name })
    for example in command.examples {
      let words = example.split(separator: " ").dropFirst(2).map(String.init)
      #expect(throws: Never.self) {
        try Arguments(parsing: words, of: name, options: command.parsedOptions)
      }
    }
  }

  @Test(arguments: Tool.commands.map(\.name))
  func `refuses an unknown option and suggests the nearest`(name: String) {
    let outcome = runTool([name, "--jsno"])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("t2s-volume \(name): there is no option '--jsno'"))
    #expect(outcome.error.contains("--json"))
    #expect(outcome.output.isEmpty)
  }

  @Test func `suggests the nearest command`() {
    let outcome = runTool(["segmet"])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("'segment'"))
  }

  @Test func `says errors in two lines, and as one object with --json`() {
    let plain = runTool(["info", "nothing.raw"])
    #expect(plain.code == 2)
    #expect(plain.output.isEmpty)
    let lines = plain.error.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("t2s-volume info: nothing.raw: ") == true)
    #expect(lines.last?.hasPrefix("  ") == true)

    let json = runTool(["info", "nothing.raw", "--json"])
    #expect(json.code == 2)
    #expect(json.error == plain.error)
    #expect(json.json?["error"]?["exit_code"]?.integer == 2)
    #expect(json.json?["error"]?["what"]?.string?.contains("nothing.raw") == true)
  }

  @Test func `ends with 1 where nobody reads its output`() {
    #expect(runTool(["--help"], outputIsBroken: true).code == 1)
    #expect(runTool(["--version"], outputIsBroken: true).code == 1)
  }

  @Test func `has an exit code for each kind of failure, none of 128 and above but SIGINT's`() {
    #expect(exitCode(of: .input) == 2)
    #expect(exitCode(of: .damaged) == 3)
    #expect(exitCode(of: .failed) == 1)
    #expect(exitCode(of: .stopped(signal: 2)) == 130)
    #expect(exitCode(of: .stopped(signal: 15)) == 75)
  }
}
