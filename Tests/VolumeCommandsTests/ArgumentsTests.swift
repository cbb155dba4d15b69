import Testing
import VolumeCommands
import VolumeCore

@Suite struct `Words after a command` {
  static let options = [
    OptionDeclaration("tile", "SIZE", ""), OptionDeclaration("threads", "N", ""),
    OptionDeclaration("overwrite", nil, ""), .json,
  ]

  func parsed(_ words: String...) throws(UsageError) -> Arguments {
    try Arguments(parsing: words, of: "segment", options: Self.options)
  }

  @Test func `may stand in any order`() throws {
    let first = try parsed("in.raw", "--tile", "256", "--overwrite")
    let second = try parsed("--overwrite", "--tile=256", "in.raw")
    #expect(first == second)
    #expect(first.operands == ["in.raw"])
    #expect(first.values == ["tile": "256"])
    #expect(first.has("overwrite"))
    #expect(!first.has("json"))
  }

  @Test func `are operands after two dashes`() throws {
    let arguments = try parsed("--json", "--", "--tile", "-x", "--")
    #expect(arguments.operands == ["--tile", "-x", "--"])
    #expect(arguments.flags == ["json"])
  }

  @Test func `keep a value that has an equals sign or a dash in it`() throws {
    #expect(try parsed("--tile=x=1,y=2").values["tile"] == "x=1,y=2")
    #expect(try parsed("--tile", "-5:3").values["tile"] == "-5:3")
    #expect(try parsed("--tile=--odd").values["tile"] == "--odd")
    #expect(try parsed("--tile=").values["tile"] == "")
  }

  @Test func `name the nearest option where one is unknown`() {
    #expect(throws: UsageError.unknownOption("--tlie", command: "segment", nearest: "--tile")) {
      try parsed("--tlie", "3")
    }
    #expect(throws: UsageError.unknownOption("--thread", command: "segment", nearest: "--threads"))
    {
      try parsed("--thread=2")
    }
    #expect(throws: UsageError.unknownOption("--banana", command: "segment", nearest: nil)) {
      try parsed("--banana")
    }
    #expect(throws: UsageError.unknownOption("-t", command: "segment", nearest: nil)) {
      try parsed("-t", "3")
    }
  }

  @Test func `miss no value, have none too many, and none twice`() {
    #expect(throws: UsageError.valueMissing(option: "tile", value: "SIZE")) { try parsed("--tile") }
    #expect(throws: UsageError.valueMissing(option: "tile", value: "SIZE")) {
      try parsed("--tile", "--json")
    }
    #expect(throws: UsageError.valueUnexpected(option: "json", text: "yes")) {
      try parsed("--json=yes")
    }
    #expect(throws: UsageError.repeated(option: "tile")) { try parsed("--tile", "1", "--tile=2") }
    #expect(throws: UsageError.repeated(option: "json")) { try parsed("--json", "--json") }
  }

  @Test func `are as many as the command takes`() throws {
    #expect(throws: UsageError.operandMissing("OUTPUT", command: "convert")) {
      try parsed("a").operands(["INPUT", "OUTPUT"], of: "convert")
    }
    #expect(throws: UsageError.operandUnexpected("c", command: "convert")) {
      try parsed("a", "b", "c").operands(["INPUT", "OUTPUT"], of: "convert")
    }
    #expect(try parsed("a", "b").operands(["INPUT", "OUTPUT"], of: "convert") == ["a", "b"])
  }

  @Test(arguments: [
    ("tile", "tile", 0), ("tlie", "tile", 1), ("", "tile", 4), ("tile", "tiles", 1),
    ("file", "tile", 1), ("abc", "xyz", 3),
  ])
  func `are as far apart as letters must change`(first: String, second: String, distance: Int) {
    #expect(editDistance(first, second) == distance)
    #expect(editDistance(second, first) == distance)
  }

  @Test func `know what an abbreviation means`() {
    #expect(nearest(to: "mem", among: ["memory", "model"]) == "memory")
    #expect(nearest(to: "m", among: ["memory", "model"]) == nil)
  }
}
