import EngineCore
import NeuralGraph
import VolumeCore

extension TrainingRun {
  /// Computes batch normalisation's running statistics anew over the training parts.
  func recalibrate(_ engine: any TrainingEngine) throws(Explanation) {
    let samples = setup.recipe.batch
    for number in 0..<overTraining.batchCount(samples: samples) {
      let batch = try batch(overTraining, number)
      try explained { () throws(EngineError) in
        try engine.gatherStatistics(voxels: batch.voxels.span)
      }
    }
    try explained { () throws(EngineError) in try engine.finishStatistics() }
  }

  /// Loss and confusion matrix over `tiles`, in inference mode.
  func evaluate(
    _ engine: any TrainingEngine, _ tiles: EvaluationTiles
  ) throws(Explanation) -> (loss: Double, confusion: [Int]) {
    let classes = setup.map.classes.count
    var confusion = [Int](repeating: 0, count: classes * classes)
    var (loss, weight) = (0.0, 0.0)
    for number in 0..<tiles.batchCount(samples: setup.recipe.batch) {
      let batch = try batch(tiles, number)
      let result = try explained { () throws(EngineError) in
        try engine.evaluate(voxels: batch.voxels.span, labels: batch.labels.span)
      }
      let counted = Double(result.confusion.reduce(0, +))
      loss += result.loss * counted
      weight += counted
      for cell in result.confusion.indices { confusion[cell] += result.confusion[cell] }
    }
    return (weight > 0 ? loss / weight : .nan, confusion)
  }

  /// The factors that decide best over `tiles`.
  func factors(
    _ engine: any TrainingEngine, _ tiles: EvaluationTiles
  ) throws(Explanation) -> [Float] {
    let samples = setup.recipe.batch
    let batches = tiles.batchCount(samples: samples)
    var sample = DecisionSample(classes: setup.map.classes.count)
    let voxels = batches * samples * setup.crop.output.voxelCount
    let step = max(1, voxels / DecisionSample.limit)
    for number in 0..<batches {
      let batch = try batch(tiles, number)
      let predicted = try explained { () throws(EngineError) in
        try engine.predict(voxels: batch.voxels.span)
      }
      sample.add(predicted, labels: batch.labels, every: step)
    }
    // What a network has been taught it knows too well: there, only a large gain is believed.
    return sample.factors(tolerance: validation == nil ? 0.01 : 0.001)
  }

  /// The strip's crop as the network labels it now, beside all before: the middle of the first
  /// validation part, else of the first training part.
  func strip(
    _ engine: any TrainingEngine, epoch: Int, score: Double
  ) throws(Explanation) -> TrainingStrip {
    guard let part = setup.partition.validation.first ?? setup.partition.training.first else {
      preconditionFailure("a training has a part")
    }
    let scan = setup.scans[part.scan]
    let crop = setup.crop
    let layers = scan.annotated(in: part.region.z)
    var middle = part.region
    if let layer = layers.isEmpty ? nil : layers[layers.count / 2] {
      middle.z = layer..<(layer + 1)
    }
    let output = middle.recentred(crop.output)
    let input = output.recentred(crop.input)
    let (greys, truth) = try explained { () throws(TrainingDataError) in
      (try scan.voxels(input), try scan.labels(output, within: part.region, setup.map.table))
    }
    var voxels = greys
    for _ in 1..<max(setup.recipe.batch, 1) { voxels += greys }
    let predicted = try explained { () throws(EngineError) in
      try engine.predict(voxels: voxels.span)
    }
    let classes = setup.map.classes.count
    let plane = crop.output.y * crop.output.x
    let first = (crop.output.z / 2) * plane
    let factors =
      progress.factors.isEmpty ? [Float](repeating: 1, count: classes) : progress.factors
    let labels = (first..<(first + plane)).map { voxel in
      var best = 0
      for kind in 1..<classes
      where predicted[voxel * classes + kind] * factors[kind]
        > predicted[voxel * classes + best] * factors[best]
      { best = kind }
      return UInt8(best)
    }
    progress.frames.append(StripFrame(epoch: epoch, score: score, labels: labels))
    // Every other one goes once there are many: the first and the last matter most.
    if progress.frames.count > 24 {
      progress.frames = progress.frames.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
    let grey = (0..<plane).map { voxel in
      let (y, x) = (voxel / crop.output.x + crop.margin.y, voxel % crop.output.x + crop.margin.x)
      let z = crop.input.z / 2
      return greys[(z * crop.input.y + y) * crop.input.x + x]
    }
    return TrainingStrip(
      width: crop.output.x, height: crop.output.y, grey: grey,
      truth: Array(truth[first..<(first + plane)]), frames: progress.frames)
  }

  private func batch(
    _ tiles: EvaluationTiles, _ number: Int
  ) throws(Explanation) -> TrainingBatch {
    let samples = setup.recipe.batch
    return try explained { () throws(TrainingDataError) in
      try tiles.batch(number, samples: samples)
    }
  }
}
