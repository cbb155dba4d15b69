import Synchronization
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

/// Suggests what it was told to, and keeps what it was asked.
private final class Suggestions: VolumeGuessing {
  let all: [VolumeGuess]
  private let state = Mutex<(hints: OpeningHints, count: Int)?>(nil)
  var asked: (hints: OpeningHints, count: Int)? { state.withLock { $0 } }

  init(_ all: [VolumeGuess]) { self.all = all }

  func guesses(
    _ path: String, hints: OpeningHints, count: Int
  ) throws(Explanation) -> [VolumeGuess] {
    state.withLock { $0 = (hints, count) }
    return Array(all.prefix(count))
  }

  func open(_ path: String, as guess: VolumeGuess) throws(Explanation) -> any VolumeReader {
    let count = guess.shape.voxelCount * guess.voxelType.byteCount
    return MemoryVolume(
      shape: guess.shape, type: guess.voxelType,
      voxels: (0..<count).map { UInt8(truncatingIfNeeded: $0) })
  }
}

@Suite struct `Guessing` {
  let folder: TemporaryFolder
  let scan: String
  let sheet: String

  init() throws {
    folder = try TemporaryFolder()
    scan = folder.file("lost and found.dat")
    sheet = folder.file("sheet.png")
    try writeFileAtomically(scan, [UInt8](repeating: 1, count: 60))
  }

  private static func guess(_ shape: Shape3, _ type: VoxelType, score: Double) -> VolumeGuess {
    var guess = VolumeGuess(shape: shape, voxelType: type, byteOrder: .big, offset: 0)
    guess.score = score
    guess.rowCorrelation = 0.5
    guess.layerCorrelation = shape.z > 1 ? 0.25 : nil
    guess.entropy = 0.875
    return guess
  }

  private let guesser = Suggestions([
    guess(Shape3(z: 3, y: 4, x: 5), .uint8, score: 1.25),
    guess(Shape3(z: 1, y: 600, x: 1000), .uint16, score: -0.5),
  ])

  private func run(
    _ words: String..., pictures: MemoryPictures = MemoryPictures(),
    guesser: (any VolumeGuessing)? = nil
  ) -> Outcome {
    runTool(
      ["guess", scan, "--output", sheet] + words, formats: [MemoryFormat()], pictures: pictures,
      guesser: guesser ?? self.guesser)
  }

  @Test func `prints a table and what to type next, and decides nothing`() {
    let outcome = run()
    #expect(outcome.code == 0, "\(outcome.error)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "\(scan): 60 bytes; the likeliest readings are")
    #expect(lines[1] == "     score  rows  layers  entropy  options")
    #expect(lines[2] == "  1   1.25  0.50    0.25     0.88  --shape 3x4x5 --type uint8")
    #expect(
      lines[3]
        == "  2  -0.50  0.50       -     0.88  --shape 1x600x1000 --type uint16 --byte-order big")
    #expect(lines[4] == "The middle layer of each: \(sheet)")
    #expect(lines[6] == "  ln -s '\(scan)' 'lost and found.dat.raw'")
    #expect(lines[7] == "  t2s-volume info 'lost and found.dat.raw' --shape 3x4x5 --type uint8")
  }

  @Test func `draws the middle layer of each, thinned out, with a caption`() throws {
    let pictures = MemoryPictures()
    _ = run(pictures: pictures)
    let panels = try #require(pictures.lastSheet).panels
    #expect(panels.count == 2)
    #expect(panels[0].picture.grey == (20..<40).map(Float.init))
    #expect((panels[0].picture.width, panels[0].picture.height) == (5, 4))
    #expect(panels[0].voxelsPerValue == 1)
    #expect(
      panels[0].caption == ["1: 3x4x5 uint8", "score 1.25, rows 0.50, layers 0.25"])
    #expect((panels[1].picture.width, panels[1].picture.height) == (500, 300))
    #expect(panels[1].voxelsPerValue == 2)
    #expect(panels[1].caption[0] == "2: 1x600x1000 uint16 big-endian")
  }

  @Test func `gives everything as JSON`() throws {
    let outcome = run("--json", "--count", "1")
    guard case .object(let object)? = outcome.json else {
      Issue.record("no JSON: \(outcome.output)")
      return
    }
    #expect(object["bytes"] == .integer(60))
    #expect(
      object["guesses"] == [
        [
          "shape": [.integer(3), .integer(4), .integer(5)], "type": "uint8", "byte_order": "big",
          "offset": .integer(0), "score": .number(1.25), "row_correlation": .number(0.5),
          "layer_correlation": .number(0.25), "entropy": .number(0.875),
          "options": "--shape 3x4x5 --type uint8",
        ]
      ])
  }

  @Test func `hands on what is known`() throws {
    _ = run("--type", "int16", "--offset", "12", "--byte-order", "big", "--count", "2")
    let asked = try #require(guesser.asked)
    #expect(asked.count == 2)
    #expect(asked.hints.voxelType == .int16)
    #expect(asked.hints.offset == 12)
    #expect(asked.hints.byteOrder == .big)
  }

  @Test func `says so where nothing fits, no file is there, or a picture is in the way`() throws {
    let nothing = run(guesser: Suggestions([]))
    #expect(nothing.code == 2)
    #expect(nothing.error.contains("60 bytes makes rows that are alike"))
    #expect(runTool(["guess", folder.path], guesser: guesser).code == 2)
    #expect(runTool(["guess", folder.file("none")], guesser: guesser).code == 2)
    #expect(run("--count", "0").code == 2)
    #expect(run("--count", "21").code == 2)
    #expect(runTool(["guess", scan, "--output", "a.jpg"], guesser: guesser).code == 2)
    try writeFileAtomically(sheet, [1])
    #expect(run().error.contains("--overwrite"))
    #expect(run("--overwrite").code == 0)
  }
}
