import Cluster
import Evaluation
import SystemIO
import VolumeCore

/// `evaluate --part`: each part counts its layers; whoever finishes adds the counts, which are whole
/// numbers, and does the rest.
struct EvaluationParts {
  let choices: EvaluationChoices
  let inputs: EvaluationInputs
  let parting: Parting
  let context: CommandContext

  /// `nil` without `--part`.
  init?(
    _ choices: EvaluationChoices, _ inputs: EvaluationInputs, _ arguments: Arguments,
    _ context: CommandContext
  ) throws(Explanation) {
    guard arguments.values["part"] != nil else { return nil }
    guard let output = choices.output else {
      throw Explanation(
        .input, "--part needs a place where parts meet",
        remedy: "give --output FOLDER, the same to all parts")
    }
    guard
      let parting = try Parting(
        arguments, output: output, in: OutputParts.beside(output), context)
    else { return nil }
    self.choices = choices
    self.inputs = inputs
    self.parting = parting
    self.context = context
  }

  /// Counts the layers of the part.
  func run() throws(Explanation) -> [String: JSONValue] {
    var pairing = inputs.pairing
    _ = try parting.freeze(
      same: [
        "prediction": pairing.prediction.fingerprint, "truth": pairing.truth.fingerprint,
        "mask": pairing.mask?.fingerprint ?? "none", "region": pairing.region.description,
      ])
    guard !parting.isInit else { return parting.finished([:], context) }
    pairing.region.z = ComponentParts.layers(of: parting.share, in: pairing.region)
    let (compared, share) = (pairing, parting.share)
    let voxels = compared.region.voxelCount
    let reporter = try parting.reporter(voxels: voxels, doneBefore: 0)
    return try parting.reported(reporter) { () throws(Explanation) in
      guard voxels > 0 else { return parting.finished(["voxels": 0], context) }
      let progress = Progress(context.console, "part \(share)", total: voxels)
      let prepared = try compared.pass().prepared(
        memory: choices.limits.memory, threads: choices.limits.threads)
      context.console.note(
        "comparing \(compared.region.shape.words): at most \(Words.memory(prepared.byteCount)) of "
          + "memory, beside \(Words.memory(peakResidentBytes() ?? 0)) of the tool itself")
      let context = context
      let matrix = try compared.confusion(
        WalkControl(
          memory: choices.limits.memory, threads: choices.limits.threads,
          isStopped: { context.stopSignal() != nil },
          progress: {
            progress.add($0)
            reporter.add($0)
          }))
      progress.end()
      try context.checkForStop(remedy: "give the same command again")
      let path = parting.folder.folder(share) + "/\(hostName()).\(processNumber)\(Self.ending)"
      try explained { () throws(SystemError) in
        try writeFileAtomically(path, Self.encoded(matrix))
      }
      return parting.finished(["voxels": .integer(voxels)], context)
    }
  }

  /// The counts of all parts of the evaluation at `output`; `nil` where none was begun in parts.
  static func joined(_ output: String?, _ region: Region) throws(Explanation) -> ConfusionMatrix? {
    guard let output else { return nil }
    let folder = PartsFolder(OutputParts.beside(output))
    guard let fixed = try folder.frozen() else { return nil }
    var sum = ConfusionMatrix()
    for part in PartShare.all(of: fixed.parts)
    where !ComponentParts.layers(of: part, in: region).isEmpty {
      guard let path = try folder.files(of: part, ending: ending).first else {
        throw Explanation(
          .failed, "the counts of part \(part) are not there", remedy: "run that part again")
      }
      let bytes = try explained { () throws(SystemError) in try contents(ofFile: path) }
      guard let matrix = decoded(bytes) else {
        throw Explanation(
          .damaged, "\(path) is not what was written", remedy: "remove it and run its part again")
      }
      sum.add(matrix)
    }
    return sum
  }

  /// How the names of files of counts end.
  private static let ending = ".counts.json"

  private static func hash(_ members: [String: JSONValue]) -> JSONValue {
    var fingerprint = Fingerprint()
    let text = Array(JSONValue.object(members).text().utf8)
    fingerprint.update(unsafe text.span.bytes)
    return .string(fingerprint.text)
  }

  /// The counts that are not 0, and a checksum.
  static func encoded(_ matrix: ConfusionMatrix) -> [UInt8] {
    var cells: [JSONValue] = []
    for truth in 0..<256 {
      for prediction in 0..<256 {
        let count = matrix.count(truth: truth, prediction: prediction)
        if count > 0 { cells.append([.integer(truth), .integer(prediction), .integer(count)]) }
      }
    }
    var members: [String: JSONValue] = [
      "counts": .array(cells), "skipped": .integer(matrix.skipped),
    ]
    members["hash"] = hash(members)
    return Array((JSONValue.object(members).text() + "\n").utf8)
  }

  /// Reads counts; `nil` where they are not what was written.
  static func decoded(_ bytes: [UInt8]) -> ConfusionMatrix? {
    guard var members = JSONValue(parsing: bytes)?.object,
      let hash = members.removeValue(forKey: "hash"), hash == Self.hash(members),
      let cells = members["counts"]?.array, let skipped = members["skipped"]?.integer
    else { return nil }
    var matrix = ConfusionMatrix()
    for cell in cells {
      guard let words = cell.array?.compactMap(\.integer), words.count == 3 else { return nil }
      matrix.add(words[2], truth: words[0], prediction: words[1])
    }
    matrix.add(skipped, truth: LabelClass.unannotatedValue, prediction: 0)
    return matrix
  }
}
