import Evaluation
import VolumeCore

/// The volumes of an evaluation, opened and found to be of one extent.
struct EvaluationInputs: Sendable {
  let pairing: LabelPairing
  let scan: (any VolumeReader)?
  let names: (prediction: String, truth: String)

  init(
    _ choices: EvaluationChoices, _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) {
    names = (choices.prediction, choices.truth)
    let prediction = try context.openInput(choices.prediction, hints: choices.hints)
    let truth = try context.openInput(choices.truth, hints: choices.hints)
    try Self.check(choices.prediction, prediction, choices.truth, truth)
    func other(_ path: String?) throws(Explanation) -> (any VolumeReader)? {
      guard let path else { return nil }
      let reader = try context.openInput(path, hints: choices.hints)
      try Self.check(path, reader, choices.truth, truth)
      return reader
    }
    let mask = try other(choices.mask)
    scan = try other(choices.scan)
    var region: Region?
    if let text = choices.region {
      region = try explained { () throws(UsageError) in try text.region(in: truth.volume.shape) }
    }
    pairing = LabelPairing(prediction: prediction, truth: truth, mask: mask, region: region)
  }

  /// Refuses volumes of unequal extent, and says whether another order of axes would do.
  static func check(
    _ path: String, _ reader: any VolumeReader, _ truthPath: String, _ truth: any VolumeReader
  ) throws(Explanation) {
    let (a, b) = (reader.volume.shape, truth.volume.shape)
    guard a != b else { return }
    var remedy = "compare volumes of equal extent; t2s-volume convert --region cuts one out"
    if [a.z, a.y, a.x].sorted() == [b.z, b.y, b.x].sorted() {
      remedy =
        "the extents are the same in another order: if the axes of one were swapped, convert "
        + "it with --axes, and look at both with t2s-volume show before you trust it"
    }
    throw Explanation(
      .input, "\(path) has \(a.words), \(truthPath) has \(b.words)", remedy: remedy)
  }

  /// The classes' names and colours, the truth's own before the prediction's.
  var classes: [LabelClass] {
    pairing.truth.volume.classes ?? pairing.prediction.volume.classes ?? []
  }

  /// Warnings where the region shares voxels with what the model was trained on: the scores are then
  /// those of a pupil who has seen the answers.
  func trainingOverlap(_ context: CommandContext) throws(Explanation) -> [String] {
    try Self.trainingOverlap(names.prediction, pairing.prediction, pairing.region, context)
  }

  /// The same for the labels at `path`, of which `region` is compared.
  static func trainingOverlap(
    _ path: String, _ labels: any VolumeReader, _ region: Region, _ context: CommandContext
  ) throws(Explanation) -> [String] {
    guard let stores = context.catalogue.stores, stores.isStore(path),
      let receipt = try? stores.kept("receipt", in: path),
      let training = receipt["model"]?["card"]?["training"], training != .null
    else { return [] }
    let scan = receipt["scan"]?["path"]?.string.map(fileName) ?? ""
    let scans = (training["scans"]?.array ?? []).compactMap(\.string)
    let region = region.moved(by: labels.volume.origin)
    var layers: [Range<Int>] = []
    for key in ["parts", "validation"] {
      for part in (training[key]?.array ?? []).compactMap(\.string) {
        let words = part.split(separator: ":", maxSplits: 1)
        guard words.count == 2, let number = Int(words[0]), scans.indices.contains(number - 1),
          scans[number - 1] == scan, let box = Region(text: words[1].drop { $0 == " " }),
          box.overlaps(region)
        else { continue }
        layers.append(box.clamped(to: region).z)
      }
    }
    guard !layers.isEmpty else { return [] }
    let list = layers.sorted { $0.lowerBound < $1.lowerBound }.prefix(8)
      .map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound - 1)" }
      .joined(separator: ", ")
    return [
      "warning: the model was trained or chosen on layers of this scan that are compared here "
        + "(\(list)\(layers.count > 8 ? ", ..." : "")): it has seen their answers, and unseen layers "
        + "will score less; --region leaves them out"
    ]
  }
}
