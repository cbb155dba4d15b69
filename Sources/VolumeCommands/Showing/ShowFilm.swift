import EngineCore
import SystemIO
import VolumeCore

/// `show film`: what `show` draws, moving.
struct ShowFilm {
  /// What moves.
  enum Kind: String {
    /// The plane, along an axis.
    case run
    /// The viewer, round the surfaces.
    case orbit
    /// The network, in training.
    case training
  }

  static var options: [OptionDeclaration] {
    [
      OptionDeclaration("fps", "N", "film: pictures a second, 1 to 50; default: 15"),
      OptionDeclaration(
        "length", "SECONDS",
        "film: how long it takes; default: a run shows every layer once but takes a minute at most, "
          + "an orbit 8 s, a training half a second for each picture"),
    ]
  }

  /// A film for a page is short, and one for a talk as well.
  static let longest = 3600.0

  let kind: Kind
  let input: String
  let output: String
  let arguments: Arguments
  let context: CommandContext
  let fps: Int
  let length: Double?
  let limits: CopyLimits
  let hints: OpeningHints

  init(
    _ operands: [String], _ arguments: Arguments, _ context: CommandContext
  ) throws(UsageError) {
    var operands = operands
    let named = operands.count > 1 ? operands.first.flatMap(Kind.init) : nil
    if named != nil { operands.removeFirst() }
    kind = named ?? .run
    guard let input = operands.first, operands.count == 1 else {
      throw .operandMissing("SCAN, orbit LABELS or training RUN", command: "show film")
    }
    self.input = input
    self.arguments = arguments
    self.context = context
    let path = kind == .training && input.hasSuffix("/") ? String(input.dropLast()) : input
    output = arguments.values["output"] ?? outputName(for: path, suffix: ".\(kind.rawValue).mp4")
    let endings = context.catalogue.films?.endings ?? []
    let name = output.lowercased()
    guard endings.contains(where: { name.hasSuffix($0) }) || endings.isEmpty else {
      throw OptionText(option: "output", text: output)
        .wrong("there are no films of such a name", "end the name in \(list(endings))")
    }
    fps =
      try arguments.value("fps") { text throws(UsageError) in
        let value = try text.wholeNumber(atLeast: 1)
        guard value <= 50 else { throw text.wrong("nobody sees so many", "1 to 50") }
        return value
      } ?? 15
    length = try arguments.value("length") { text throws(UsageError) in
      guard let value = signedDecimal(text.text), value > 0, value <= Self.longest else {
        throw text.wrong("this is no length of a film", "seconds, up to \(Int(Self.longest))")
      }
      return value
    }
    limits = try CopyLimits(arguments)
    hints = try arguments.openingHints()
  }

  func make() throws(Explanation) -> [String: JSONValue] {
    guard let maker = context.catalogue.films else {
      throw Explanation(.failed, "this tool makes no films", remedy: "show sheet draws many layers")
    }
    let labels = arguments.values["labels"]
    guard labels == nil || kind == .run else {
      throw Explanation(
        .input, "show film \(kind.rawValue) takes no --labels",
        remedy: kind == .orbit
          ? "give the labels themselves: show film orbit LABELS" : "leave it out")
    }
    try checkApart(output, from: [input] + (labels.map { [$0] } ?? []))
    if SystemIO.kind(ofPath: output) != .missing, !arguments.has("overwrite") {
      throw Explanation(
        .input, "\(output) is there already",
        remedy: "give --overwrite to replace it, or another --output")
    }
    let film = try maker.begin(output, picturesPerSecond: fps)
    var facts: [String: JSONValue]
    do throws(Explanation) {
      facts =
        switch kind {
        case .run: try RunFilm(self).make(film)
        case .orbit: try OrbitFilm(self).make(film)
        case .training: try TrainingFilm(self).make(film)
        }
      try context.checkForStop(remedy: "give the same command again")
      try film.finish()
    } catch {
      film.discard()
      throw error
    }
    let count = facts["pictures"]?.integer ?? 0
    let size = film.size ?? (0, 0)
    context.console.say(
      "\(output): \(count) pictures of \(size.width) x \(size.height) pixels, "
        + "\(Words.fixed(Double(count) / Double(fps), 1)) s, \(film.encoder ?? "nothing")")
    facts["output"] = .string(output)
    facts["kind"] = .string(kind.rawValue)
    facts["pictures_per_second"] = .integer(fps)
    facts["width"] = .integer(size.width)
    facts["height"] = .integer(size.height)
    facts["encoder"] = film.encoder.map { .string($0) } ?? .null
    facts["peak_bytes"] = peakResidentBytes().map { .integer($0) } ?? .null
    return facts
  }

  /// Pictures in `length` seconds, at least one.
  func pictures(in length: Double) -> Int { max(1, Int((length * Double(fps)).rounded())) }

  /// The part of `shape` that was asked for.
  func region(in shape: Shape3) throws(Explanation) -> Region {
    try explained { () throws(UsageError) in
      try arguments.value("region") { text throws(UsageError) in try text.region(in: shape) }
    } ?? Region(shape)
  }

  /// Says what is made, and what it takes.
  func say(_ what: String, bytes: Int) {
    context.console.note(
      "\(what): at most \(Words.memory(bytes)) of memory, beside "
        + "\(Words.memory(peakResidentBytes() ?? 0)) of the tool itself")
  }

  /// Bytes that drawing and encoding pictures of `width` x `height` take: an encoder looks ahead.
  static func encodingBytes(width: Int, height: Int) -> Int { (48 << 20) + width * height * 130 }
}
