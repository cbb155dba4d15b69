import SystemIO
import VolumeCore

/// `guess`: how a file of which nothing is said may be read. It suggests, and never decides.
public struct GuessCommand: Command {
  /// The command.
  public init() {}

  /// "guess".
  public var name: String { "guess" }
  /// What it does.
  public var summary: String { "suggest shapes and types for a headerless file, with pictures" }
  /// What it takes.
  public var operands: String { "FILE" }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration("count", "N", "how many suggestions, 1 to 20; default: 6"),
      OptionDeclaration(
        "output", "PNG",
        "the contact sheet; default: FILE.guess.png in the current folder, without FILE's ending"),
      OptionDeclaration("shape", "ZxYxX", "only this extent, where it is known"),
      OptionDeclaration(
        "type", "TYPE", "only this voxel type: \(list(VoxelType.allCases.map(\.rawValue)))"),
      OptionDeclaration("byte-order", "ORDER", "only this byte order: little or big"),
      OptionDeclaration(
        "offset", "BYTES", "only this many bytes before the first voxel; default: usual sizes"),
      .overwrite,
    ]
  }
  /// Lines to type.
  public var examples: [String] {
    ["t2s-volume guess mystery.raw", "t2s-volume guess mystery.raw --type uint16 --json"]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "Looks at some megabytes of the file, however large it is, and ranks suggestions by how alike "
        + "neighbouring rows, layers and voxels are.",
      "A look at the pictures decides: in the right one shapes are closed, and nothing is sheared, "
        + "doubled or striped.",
    ]
  }

  /// Looks, draws and tells.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let choices = try explained { () throws(UsageError) in try Choices(arguments, of: name) }
    guard let guesser = context.catalogue.guesser else {
      throw Explanation(
        .input, "this tool was built without anything that guesses",
        remedy: "give --shape and --type")
    }
    guard case .file(let byteCount) = kind(ofPath: choices.file) else {
      throw Explanation(
        .input, "\(choices.file) is not a file", remedy: "check the path; folders are not guessed")
    }
    try checkApart(choices.output, from: [choices.file])
    if case .file = kind(ofPath: choices.output), choices.isOutputNamed,
      !arguments.has("overwrite")
    {
      throw Explanation(
        .input, "\(choices.output) is there already",
        remedy: "give --overwrite to replace it, or another --output")
    }
    let guesses = try guesser.guesses(choices.file, hints: choices.hints, count: choices.count)
    guard let first = guesses.first else {
      throw Explanation(
        .input,
        "\(choices.file): no way to read its \(Words.grouped(byteCount)) bytes makes rows that are "
          + "alike",
        remedy: "compressed data and text have no rows; if voxels follow a header of an unusual "
          + "size, give --offset, and leave out options that may be wrong")
    }
    try draw(guesses, choices, guesser, context)

    let console = context.console
    console.say("\(choices.file): \(Words.grouped(byteCount)) bytes; the likeliest readings are")
    for line in GuessTable(guesses).lines { console.say(line) }
    console.say("The middle layer of each: \(choices.output)")
    let recognising = context.catalogue.formats.first { $0.recognises(choices.file) }
    if let recognising, recognising.name != "raw" {
      console.say("By its name it is \(recognising.name), which tells by itself what it holds.")
    }
    console.say("Suggestions only: look at the pictures. If the first is right, go on with")
    let isRaw = recognising?.name == "raw"
    let readable = isRaw ? choices.file : fileName(of: choices.file) + ".raw"
    if !isRaw { console.say("  ln -s \(quoted(choices.file)) \(quoted(readable))") }
    console.say("  t2s-volume info \(quoted(readable)) \(first.options)")
    return [
      "file": .string(choices.file), "bytes": .integer(byteCount),
      "sheet": .string(choices.output), "guesses": .array(guesses.map(\.json)),
    ]
  }

  private func draw(
    _ guesses: [VolumeGuess], _ choices: Choices, _ guesser: any VolumeGuessing,
    _ context: CommandContext
  ) throws(Explanation) {
    var sheet = PictureSheet()
    for (index, guess) in guesses.enumerated() {
      try context.checkForStop(remedy: "give the same command again")
      let reader = try guesser.open(choices.file, as: guess)
      let thumbnail = try Thumbnail(reader, layer: guess.shape.z / 2)
      sheet.panels.append(
        PictureSheet.Panel(
          picture: LayerPicture(
            width: thumbnail.width, height: thumbnail.height, grey: thumbnail.values),
          voxelsPerValue: thumbnail.step, caption: guess.caption(rank: index + 1)))
    }
    try context.catalogue.pictures.write(sheet, to: choices.output)
  }

  private struct Choices {
    var file: String
    var count: Int
    var output: String
    var isOutputNamed: Bool
    var hints: OpeningHints

    init(_ arguments: Arguments, of command: String) throws(UsageError) {
      file = try arguments.operands(["FILE"], of: command)[0]
      count =
        try arguments.value("count") { text throws(UsageError) in
          let count = try text.wholeNumber(atLeast: 1)
          guard count <= 20 else {
            throw text.wrong("nobody looks at so many", "give 1 to 20")
          }
          return count
        } ?? 6
      isOutputNamed = arguments.values["output"] != nil
      output = arguments.values["output"] ?? outputName(for: file, suffix: ".guess.png")
      hints = try arguments.openingHints()
      guard output.lowercased().hasSuffix(".png") else {
        throw OptionText(option: "output", text: output)
          .wrong("pictures are written as PNG", "end the name in .png")
      }
    }
  }
}

/// A word as the shell takes it for one.
func quoted(_ word: String) -> String {
  let isPlain = word.unicodeScalars.allSatisfy { scalar in
    scalar.properties.isAlphabetic || "0123456789._-/+,=@%".unicodeScalars.contains(scalar)
  }
  return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
}

/// One layer, thinned out to a small picture without reading more rows than it has.
struct Thumbnail: Sendable {
  /// Values along the longer edge at most.
  static let longestEdge = 512

  let width: Int
  let height: Int
  /// Every `step`-th voxel is kept.
  let step: Int
  let values: [Float]

  init(_ reader: any VolumeReader, layer: Int) throws(Explanation) {
    let shape = reader.volume.shape
    step = (max(shape.y, shape.x) - 1) / Self.longestEdge + 1
    var values: [Float] = []
    for row in stride(from: 0, to: shape.y, by: step) {
      let region = Region(z: layer..<(layer + 1), y: row..<(row + 1), x: 0..<shape.x)
      let bytes = try explained { () throws(VolumeReadError) in try reader.bytes(of: region) }
      for column in stride(from: 0, to: shape.x, by: step) {
        values.append(voxel(bytes, reader.volume.voxelType, at: column))
      }
    }
    width = (shape.x - 1) / step + 1
    height = (shape.y - 1) / step + 1
    self.values = values
  }
}
