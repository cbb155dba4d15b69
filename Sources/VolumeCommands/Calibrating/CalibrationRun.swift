import EngineCore
import NeuralGraph
import Training
import VolumeCore

/// Calibrates a network on crops spread over a scan, and compares labels in bytes with those in single
/// precision on other crops.
struct CalibrationRun {
  let model: Model
  /// The model's, made for grey scans.
  let graph: Graph
  let scan: any VolumeReader
  let region: Region
  let normalisation: Normalisation
  let engine: any EngineFactory
  let threads: Int
  /// Annotated voxels of the scan's extent, where there are any; 255 is no annotation.
  var truth: (any VolumeReader)?

  /// Crops to calibrate on, and as many to compare labels on.
  static let crops = 16

  /// The crops, each with what a 2.5D network sees beside it.
  private var boxes: [Region] {
    get throws(Explanation) {
      let edge = graph.isPlanar ? 256 : 64
      let extent = region.shape
      let depth = graph.isPlanar ? 1 + 2 * graph.layerMargin : edge
      let middle = Index3(z: extent.z / 2, y: extent.y / 2, x: extent.x / 2)
      let shape = try FeatureCrop(
        middle, Shape3(z: depth, y: edge, x: edge), graph, extent
      ).box.shape
      // A sequence that leaves no large gaps; every second crop is kept for the comparison.
      let part = StatisticsAdaptation(
        graph, to: scan, normalisation, crop: shape, count: 2 * Self.crops, within: region, seed: 1)
      return part.crops
    }
  }

  /// Memory that it takes for a while, beside the engine's values: the crops and what was made of them.
  func byteCount() throws(Explanation) -> Int {
    let boxes = try boxes
    let voxels = boxes.reduce(0) { $0 + $1.voxelCount }
    let shape = boxes[0].shape
    let values = try explained { () throws(EngineError) in
      max(
        try engine.byteCount(for: plan(.f32, shape), slots: threads),
        try engine.calibrationByteCount(for: plan(.f32, shape)))
    }
    // Scores of a few tiles in both precisions, as bytes and as numbers.
    let scores = 16 * graph.classCount * threads * boxes[0].voxelCount
    return values + scores + voxels * (scan.volume.voxelType.byteCount + 3)
      + scan.cacheByteCount(forBoxesOf: boxes[0].shape)
  }

  private func plan(
    _ precision: Precision, _ shape: Shape3, _ quantisation: Quantisation? = nil
  ) -> ExecutionPlan {
    ExecutionPlan(
      graph: graph, normalisation: normalisation, voxelType: scan.volume.voxelType, shapes: [shape],
      precision: precision, quantisation: quantisation, threads: threads)
  }

  /// Calibrates; `checkForStop` is called between its stages.
  func run(
    _ checkForStop: () throws(Explanation) -> Void
  ) throws(Explanation) -> ByteCalibration {
    let boxes = try boxes
    let seen = stride(from: 0, to: boxes.count, by: 2).map { boxes[$0] }
    let shape = boxes[0].shape
    let tiles = try tiles(seen)
    try checkForStop()
    var quantisation = try explained { () throws(EngineError) in
      try engine.quantisation(for: plan(.f32, shape), tiles: tiles)
    }
    try checkForStop()
    quantisation.offsets = try offsets(quantisation, tiles)
    try checkForStop()
    return ByteCalibration(
      model: model.hash, normalisation: normalisation, voxelType: scan.volume.voxelType,
      scan: scan.fingerprint, crops: seen.count, voxels: seen.count * shape.voxelCount,
      quantisation: quantisation, gate: try gate(quantisation))
  }

  /// What labels lose by `quantisation`, on the crops that it was not made of.
  func gate(_ quantisation: Quantisation) throws(Explanation) -> CalibrationGate {
    let boxes = try boxes
    let kept = stride(from: 1, to: boxes.count, by: 2).map { boxes[$0] }
    let shape = kept[0].shape
    let tiles = try tiles(kept)
    let single = try explained { () throws(EngineError) in
      try outputs(tiles, plan(.f32, shape))
    }
    let bytes = try explained { () throws(EngineError) in
      try outputs(tiles, plan(.int8, shape, quantisation))
    }
    var tally = GateTally(classes: model.card.classes.map(\.name))
    for (number, box) in kept.enumerated() {
      var inner = box
      inner.z = box.z.lowerBound + graph.layerMargin..<box.z.upperBound - graph.layerMargin
      var annotated: [UInt8]?
      if let truth {
        annotated = try explained { () throws(VolumeReadError) in try truth.bytes(of: inner) }
      }
      tally.add(single[number], bytes[number], annotated)
    }
    return tally.gate
  }

  /// What rounding takes from each class's score where classes are close.
  private func offsets(
    _ quantisation: Quantisation, _ tiles: [CalibrationTile]
  ) throws(Explanation) -> [Float] {
    // Probabilities, whatever the network ends with.
    let graph = graph.withProbabilities()
    var single = plan(.f32, tiles[0].shape)
    var bytes = plan(.int8, tiles[0].shape, quantisation)
    (single.graph, single.output) = (graph, .scores)
    (bytes.graph, bytes.output) = (graph, .scores)
    var result = ScoreOffsets(classes: graph.classCount)
    // A few tiles at a time, since scores are large.
    for first in stride(from: 0, to: tiles.count, by: threads) {
      let group = Array(tiles[first..<min(first + threads, tiles.count)])
      let both = try explained { () throws(EngineError) in
        (try outputs(group, single), try outputs(group, bytes))
      }
      for (one, other) in zip(both.0, both.1) { result.add(floats(one), floats(other)) }
    }
    return result.offsets
  }

  private func floats(_ bytes: [UInt8]) -> [Float] {
    unsafe bytes.withUnsafeBytes { unsafe Array($0.bindMemory(to: Float.self)) }
  }

  private func tiles(_ boxes: [Region]) throws(Explanation) -> [CalibrationTile] {
    scan.limitCache(to: scan.cacheByteCount(forBoxesOf: boxes[0].shape))
    var tiles: [CalibrationTile] = []
    for box in boxes {
      let voxels = try explained { () throws(VolumeReadError) in try scan.bytes(of: box) }
      tiles.append(CalibrationTile(shape: box.shape, voxels: voxels))
    }
    return tiles
  }

  /// What the engine makes of each tile.
  private func outputs(
    _ tiles: [CalibrationTile], _ plan: ExecutionPlan
  ) throws(EngineError) -> [[UInt8]] {
    let engine = try engine.makeEngine(for: plan, slots: threads)
    var result = [[UInt8]](repeating: [], count: tiles.count)
    for first in stride(from: 0, to: tiles.count, by: threads) {
      let group = first..<min(first + threads, tiles.count)
      for tile in group {
        let voxels = tiles[tile].voxels
        try engine.submit(tile - first, shape: tiles[tile].shape, unsafe voxels.span.bytes)
      }
      for tile in group {
        try engine.collect(tile - first) { bytes throws(EngineError) in
          result[tile] = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
        }
      }
    }
    return result
  }
}

/// Counts how labels of both kinds agree, with each other and with an annotation.
package struct GateTally {
  private let names: [String]
  private var voxels = 0
  private var equal = 0
  /// For each class: voxels of the annotation, and those that each labelling gives and hits.
  private var truth: [Int]
  private var given: [[Int]]
  private var hit: [[Int]]

  package init(classes: [String]) {
    names = classes
    truth = Array(repeating: 0, count: classes.count)
    given = Array(repeating: truth, count: 2)
    hit = given
  }

  package mutating func add(_ single: [UInt8], _ bytes: [UInt8], _ annotated: [UInt8]?) {
    voxels += single.count
    for place in single.indices where single[place] == bytes[place] { equal += 1 }
    guard let annotated else { return }
    for place in annotated.indices where Int(annotated[place]) < names.count {
      let wanted = Int(annotated[place])
      truth[wanted] += 1
      for (kind, label) in [single[place], bytes[place]].enumerated() {
        given[kind][Int(label)] += 1
        if Int(label) == wanted { hit[kind][wanted] += 1 }
      }
    }
  }

  package var gate: CalibrationGate {
    func jaccard(_ kind: Int, _ value: Int) -> Double {
      let union = truth[value] + given[kind][value] - hit[kind][value]
      return union == 0 ? 1 : Double(hit[kind][value]) / Double(union)
    }
    return CalibrationGate(
      voxels: voxels, equal: equal,
      classes: names.indices.filter { truth[$0] > 0 }.map {
        CalibrationGate.ClassLoss(
          name: names[$0], single: jaccard(0, $0), bytes: jaccard(1, $0))
      })
  }
}
