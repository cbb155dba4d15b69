import EngineCore
import Phantom
import Quantification
import Synchronization
import VolumeCommands
import VolumeCore
import VolumePipeline

/// How often the intervals of volume fractions hold what they claim to: over phantoms whose fibre
/// and pore counts are drawn at random.
struct CoverageBench {
  var threads: Int
  /// Phantoms whose intervals are looked at.
  var phantoms: Int
  /// Other phantoms, whose mean stands for the process's.
  static let phantomsOfMean = 800
  /// The annotated layers, spread evenly.
  static let layers = [21, 64, 106]
  static let shape = Shape3(z: 128, y: 128, x: 128)

  /// What was counted of one class.
  private struct Held {
    var material = 0
    var volume = 0
    var materialPredicted = 0
    var widths = 0.0
    var volumeWidths = 0.0
  }

  func measure(
    model given: String?, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let model = try context.catalogue.model(modelPath(given, context))
    let engine = try chosenEngine(nil, nil, for: model.graph, context)
    let classes = model.card.classes.map(\.value)
    var mean = [Double](repeating: 0, count: classes.count)
    for seed in 1...Self.phantomsOfMean {
      let labels = try phantom(seed: 100_000 + seed).labels
      for (i, item) in tally(labels, classes).classes.enumerated() {
        mean[i] += Double(item.count) / Double(labels.count) / Double(Self.phantomsOfMean)
      }
    }
    var held = [Held](repeating: Held(), count: classes.count)
    for seed in 1...phantoms {
      let (phantom, truth) = try phantom(seed: seed)
      let exact = VolumeFractions(tally(truth, classes))
      let labels = try predict(PhantomGrey(phantom), model, engine)
      let layers = compare(labels, truth, classes)
      let estimated = VolumeFractions(tally(labels, classes), layers: layers)
      for i in classes.indices {
        let (own, guess) = (exact.classes[i], estimated.classes[i])
        if own.material?.contains(mean[i]) == true { held[i].material += 1 }
        if guess.volume?.contains(own.fraction) == true { held[i].volume += 1 }
        if guess.material?.contains(mean[i]) == true { held[i].materialPredicted += 1 }
        held[i].widths += own.material.map { ($0.high - $0.low) / 2 } ?? 0
        held[i].volumeWidths += guess.volume.map { ($0.high - $0.low) / 2 } ?? 0
      }
    }
    return report(held, mean, model, context)
  }

  private func report(
    _ held: [Held], _ mean: [Double], _ model: Model, _ context: CommandContext
  ) -> [String: JSONValue] {
    var rows: [JSONValue] = []
    let count = Double(phantoms)
    for (i, item) in model.card.classes.enumerated() {
      let held = held[i]
      let words = [
        "mean \(Words.percent(mean[i], 3))",
        "true labels hold it \(Words.percent(Double(held.material) / count, 1)) "
          + "(± \(Words.percent(held.widths / count / mean[i], 1)))",
        "predicted ones \(Words.percent(Double(held.materialPredicted) / count, 1))",
        "and the phantom's own \(Words.percent(Double(held.volume) / count, 1)) "
          + "(± \(Words.percent(held.volumeWidths / count / mean[i], 1)))",
      ]
      context.console.say("  \(item.name): " + words.joined(separator: ", "))
      rows.append([
        "class": .string(item.name), "process_mean": .number(mean[i]),
        "true_labels_hold_mean": .number(Double(held.material) / count),
        "predicted_labels_hold_mean": .number(Double(held.materialPredicted) / count),
        "predicted_labels_hold_own": .number(Double(held.volume) / count),
      ])
    }
    return ["phantoms": .integer(phantoms), "classes": .array(rows)]
  }

  private func phantom(
    seed: Int
  ) throws(Explanation) -> (phantom: PhantomVolume, labels: [UInt8]) {
    var options = PhantomOptions()
    options.shape = Self.shape
    options.seed = UInt64(seed)
    options.counts = .random
    let phantom: PhantomVolume
    do { phantom = try options.prepare() } catch { throw error.explanation }
    var labels = [UInt8](repeating: 0, count: Self.shape.voxelCount)
    var span = labels.mutableSpan
    var bytes = unsafe span.mutableBytes
    phantom.fillLabels(Region(Self.shape), &bytes)
    return (phantom, labels)
  }

  private func tally(_ labels: [UInt8], _ classes: [Int]) -> LabelTally {
    var tally = LabelTally(of: Region(Self.shape), in: Self.shape, classes: classes)
    tally.count(unsafe labels.span.bytes)
    return tally
  }

  private func compare(
    _ labels: [UInt8], _ truth: [UInt8], _ classes: [Int]
  ) -> LayerComparison {
    var result = LayerComparison(rows: Self.shape.y, columns: Self.shape.x, classes: classes)
    let size = Self.shape.y * Self.shape.x
    for z in Self.layers {
      let range = (z * size)..<((z + 1) * size)
      let (here, there) = (Array(labels[range]), Array(truth[range]))
      result.add(
        layer: z, prediction: unsafe here.span.bytes, truth: unsafe there.span.bytes)
    }
    return result
  }

  private func predict(
    _ scan: any VolumeReader, _ model: Model, _ engine: any EngineFactory
  ) throws(Explanation) -> [UInt8] {
    var options = SegmentationOptions()
    options.threads = threads
    options.normalisation = model.card.normalisation ?? options.normalisation
    let plan = try SegmentationPlan(options, model: model, scan: scan, factory: engine)
    let output = KeptLabels(Self.shape, block: options.block)
    _ = try SegmentationRun(plan, from: scan, to: output).run()
    return output.labels
  }
}

/// An output that keeps small volumes.
private final class KeptLabels: VolumeWriter {
  let grid: ChunkGrid
  var writesInOrder: Bool { false }
  private let kept: Mutex<[UInt8]>
  var labels: [UInt8] { kept.withLock { $0 } }

  init(_ shape: Shape3, block: Shape3) {
    grid = ChunkGrid(volume: shape, chunk: block)
    kept = Mutex(Array(repeating: 0, count: shape.voxelCount))
  }

  func isCommitted(_ block: Index3) -> Bool { false }

  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    let region = grid.region(of: block)
    let whole = Region(grid.volume)
    kept.withLock { kept in
      var span = kept.mutableSpan
      var bytes = unsafe span.mutableBytes
      copyVoxels(region, from: voxels, of: region, to: &bytes, of: whole, width: 1)
    }
    return voxels.byteCount
  }

  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {}
}
