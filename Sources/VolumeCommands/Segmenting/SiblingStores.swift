import EngineCore
import SystemIO
import VolumeCore

/// The outputs beside the labels: `NAME.probabilities.zarr` and `NAME.uncertainty.zarr`.
///
/// While a run lasts, each class's probabilities are a store of their own; at its end these become the
/// channels of one. The labels are finished last: where they are, the siblings are.
struct SiblingStores: Sendable {
  /// One output.
  private struct Sibling: Sendable {
    var path: String
    var output: OutputDescription
    /// The class whose probabilities it has.
    var part: ChannelPart?
  }

  /// Where the probabilities will lie; `nil` where none are kept.
  let probabilities: String?
  /// Where the uncertainty will lie; `nil` where it is not kept.
  let uncertainty: String?
  private let siblings: [Sibling]
  private let format: any VolumeFormat

  /// The siblings of the labels of `request`, written in `format`; nothing is created.
  init(_ request: SegmentRequest, _ format: any VolumeFormat) throws(Explanation) {
    self.format = format
    let base = Self.base(of: request.output)
    let classes = request.model.card.classes
    let opinions = request.choices.opinions
    let channels = try explained { () throws(UsageError) in try opinions.channels(of: classes) }
    guard channels.isEmpty || format is any ChannelJoining else {
      throw Explanation(
        .input, "probabilities of several classes cannot be written as \(format.name)",
        remedy: "end the output's name in .zarr, or leave --probabilities out")
    }
    let probabilities = channels.isEmpty ? nil : "\(base).probabilities.zarr"
    let uncertainty = opinions.uncertainty.map { _ in "\(base).uncertainty.zarr" }
    self.probabilities = probabilities
    self.uncertainty = uncertainty
    func output(_ kept: String) -> OutputDescription {
      var output = request.outputDescription
      output.volume.classes = nil
      output.plan["kept"] = .string(kept)
      return output
    }
    var siblings = channels.map { channel in
      let path = "\(base).probabilities.parts/\(channel).zarr"
      return Sibling(
        path: path, output: output("probability of \(classes[channel].name), 255 for 1"),
        part: ChannelPart(
          path: path, name: classes[channel].name, colour: classes[channel].colour))
    }
    if let uncertainty, let measure = opinions.uncertainty {
      siblings.append(
        Sibling(
          path: uncertainty, output: output("uncertainty, \(measure.rawValue), 255 for 1"),
          part: nil))
    }
    self.siblings = siblings
  }

  /// "a/big.labels.zarr" gives "a/big".
  static func base(of output: String) -> String {
    var path = Substring(output)
    while path.count > 1, path.last == "/" { path = path.dropLast() }
    for ending in [".labels.zarr", ".zarr"] where path.lowercased().hasSuffix(ending) {
      let base = path.dropLast(ending.count)
      if !base.isEmpty, base.last != "/" { return String(base) }
    }
    return String(path)
  }

  /// Every path that is written to.
  var paths: [String] { [probabilities, uncertainty].compactMap { $0 } }

  /// What the outputs would like to keep in memory.
  var cacheByteCount: Int { siblings.reduce(0) { $0 + format.cacheByteCount(of: $1.output) } }

  /// Bytes that they take on disk at most, or hardly more.
  func expectedByteCount(voxels: Int) -> Int { siblings.count * (voxels / 3) }

  /// Throws where an earlier run's are there that this one may not replace, and `labels`, which would
  /// go on with it, are not.
  func check(labels: String, overwrites: Bool) throws(Explanation) {
    guard !overwrites, kind(ofPath: labels) == .missing else { return }
    for path in paths where kind(ofPath: path) != .missing {
      throw Explanation(
        .input, "\(path) is there, and \(labels), whose sibling it would be, is not",
        remedy: "move it away, or give --overwrite to replace it")
    }
  }

  /// Begins or goes on with the siblings of `labels`, one writer for each; says what was noticed.
  func open(
    beside labels: any VolumeWriter, overwrites: Bool, _ note: (String) -> Void
  ) throws(Explanation) -> [any VolumeWriter] {
    let isWhole = labels.grid.indices.allSatisfy { labels.isCommitted($0) }
    if let probabilities, let joining = format as? any ChannelJoining {
      let isJoined = try joining.isJoined(probabilities)
      if isJoined, !isWhole {
        guard overwrites else {
          throw Explanation(
            .input, "\(probabilities) is finished, and the labels that it belongs to are not",
            remedy: "give --overwrite to replace it, or move it away")
        }
        try joining.removeJoined(probabilities)
      }
    }
    var writers: [any VolumeWriter] = []
    for sibling in siblings {
      if sibling.part != nil, try isJoined {
        writers.append(FinishedVolume(labels.grid))
        continue
      }
      var output = sibling.output
      output.overwrites = overwrites
      // Siblings are finished before the labels, once all of these are committed.
      output.acceptsFinished = isWhole
      let writer = try format.create(sibling.path, output)
      for remark in writer.remarks { note("\(sibling.path): \(remark)") }
      writers.append(writer)
    }
    return writers
  }

  /// Whether the probabilities have become one store.
  private var isJoined: Bool {
    get throws(Explanation) {
      guard let probabilities, let joining = format as? any ChannelJoining else { return false }
      return try joining.isJoined(probabilities)
    }
  }

  /// Makes all of them visible as finished.
  func finish(
    _ writers: [any VolumeWriter], record: [String: JSONValue]
  ) throws(Explanation) {
    for writer in writers {
      try explained { () throws(VolumeWriteError) in try writer.finish(record: record) }
    }
    guard let probabilities, let joining = format as? any ChannelJoining, try !isJoined else {
      return
    }
    let parts = siblings.compactMap(\.part)
    try joining.join(
      parts, at: probabilities,
      record: record.merging(["kept": "probability of each class, 255 for 1"]) { $1 })
    if let folder = parts.first.map({ folder(ofPath: $0.path) }) { try? removeFolder(folder) }
  }
}

/// A volume that an earlier run finished: there is nothing left to write.
private final class FinishedVolume: VolumeWriter {
  let grid: ChunkGrid

  init(_ grid: ChunkGrid) { self.grid = grid }

  var writesInOrder: Bool { false }

  func isCommitted(_ block: Index3) -> Bool { true }

  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int { 0 }

  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {}
}
