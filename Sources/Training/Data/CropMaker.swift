import VolumeCore

/// A batch as an engine takes it.
public struct TrainingBatch: Sendable {
  /// Normalised grey values, crop after crop.
  public var voxels: [Float]
  /// Classes, crop after crop; 255 is not annotated.
  public var labels: [UInt8]
}

/// What crops are like, whatever is in them.
public struct CropShape: Hashable, Sendable {
  /// The extent of the grey values.
  public var input: Shape3
  /// The extent of the labels, in the middle of them.
  public var output: Shape3
  /// Whether crops are varied in the plane alone: of networks that do not look along z, and of those
  /// whose layers are channels.
  public var isPlanar: Bool

  /// Crops of these extents.
  public init(input: Shape3, output: Shape3, isPlanar: Bool) {
    self.input = input
    self.output = output
    self.isPlanar = isPlanar
  }

  /// Voxels before the first label along each axis.
  var margin: Index3 {
    Index3(
      z: (input.z - output.z) / 2, y: (input.y - output.y) / 2, x: (input.x - output.x) / 2)
  }
}

/// Makes crops: reads, varies, and lays them side by side. Safe to use from several threads.
public struct CropMaker: Sendable {
  let scans: [AnnotatedScan]
  let parts: [DataPart]
  let sampler: CropSampler
  let map: ClassMap
  let shape: CropShape
  let augmentation: AugmentationOptions
  let statistics: ClassStatistics
  let seed: UInt64

  /// Batch `step` of `samples` crops: the same whenever and wherever it is made.
  public func batch(step: Int, samples: Int) throws(TrainingDataError) -> TrainingBatch {
    var batch = TrainingBatch(voxels: [], labels: [])
    batch.voxels.reserveCapacity(samples * shape.input.voxelCount)
    batch.labels.reserveCapacity(samples * shape.output.voxelCount)
    for sample in 0..<samples {
      let (voxels, labels) = try crop(step: step, sample: sample)
      batch.voxels += voxels
      batch.labels += labels
    }
    return batch
  }

  /// One crop, varied.
  private func crop(
    step: Int, sample: Int
  ) throws(TrainingDataError) -> ([Float], [UInt8]) {
    var random = SeededRandom(seed: seed, 1, UInt64(step), UInt64(sample))
    let position = sampler.position(&random)
    let part = parts[position.part]
    let scan = scans[part.scan]
    // Another stream for what is varied, so that the places are the same with and without it.
    var changes = SeededRandom(seed: seed, 2, UInt64(step), UInt64(sample))
    let ways = shape.isPlanar ? CropOrientation.plane : CropOrientation.all
    let drawn = ways[changes.below(ways.count)]
    let orientation = augmentation.orientations ? drawn : .identity
    let isWarped = changes.unit() < augmentation.warped && augmentation.resamples
    var (voxels, labels) =
      isWarped
      ? try warped(scan, part, position.box, orientation, &changes)
      : try turned(scan, part, position.box, orientation)
    let span = scan.normalisation.high - scan.normalisation.low
    let grey = GreyChanges(
      options: augmentation, level: scan.scan.volume.voxelType.isFloatingPoint ? 0 : 1 / span,
      correlation: augmentation.noiseCorrelation ?? statistics.noiseCorrelation,
      clips: scan.normalisation.clips)
    grey.apply(to: &voxels, shape: shape.input, &changes)
    for i in labels.indices where labels[i] >= map.classes.count {
      labels[i] = AnnotatedScan.ignored
    }
    return (voxels, labels)
  }

  /// Copied, mirrored and turned by right angles: no grey value is changed.
  private func turned(
    _ scan: AnnotatedScan, _ part: DataPart, _ box: Region, _ orientation: CropOrientation
  ) throws(TrainingDataError) -> ([Float], [UInt8]) {
    // A crop that is no cube lies across another box of the scan with the same middle.
    let labelShape = orientation.source(of: shape.output)
    let labelBox = box.recentred(labelShape)
    let inputBox = labelBox.recentred(orientation.source(of: shape.input))
    return (
      orientation.apply(try scan.voxels(inputBox), to: shape.input),
      orientation.apply(
        try scan.labels(labelBox, within: part.region, map.table), to: shape.output)
    )
  }

  /// Turned by any angle, scaled and bent.
  private func warped(
    _ scan: AnnotatedScan, _ part: DataPart, _ box: Region, _ orientation: CropOrientation,
    _ random: inout SeededRandom
  ) throws(TrainingDataError) -> ([Float], [UInt8]) {
    let warp = Warp(
      augmentation, shape: shape.input, isPlanar: shape.isPlanar, orientation: orientation, &random)
    // The middle of the crop, rounded down where it lies between two voxels.
    let input = box.recentred(shape.input)
    let middle = Index3(
      z: input.z.lowerBound + (shape.input.z - 1) / 2,
      y: input.y.lowerBound + (shape.input.y - 1) / 2,
      x: input.x.lowerBound + (shape.input.x - 1) / 2)
    let window = warp.reach
    let source = window.moved(by: middle)
    let greys = warp.greys(try scan.voxels(source), of: window)
    let labels = warp.labels(
      try scan.labels(source, within: part.region, map.table), of: window)
    return (greys, shape.labels(of: labels))
  }
}

extension CropShape {
  /// The middle of labels of the extent of the input.
  func labels(of all: [UInt8]) -> [UInt8] {
    guard input != output else { return all }
    var result: [UInt8] = []
    result.reserveCapacity(output.voxelCount)
    for z in margin.z..<(margin.z + output.z) {
      for y in margin.y..<(margin.y + output.y) {
        let first = (z * input.y + y) * input.x + margin.x
        result += all[first..<(first + output.x)]
      }
    }
    return result
  }
}

extension Region {
  /// A box of `shape` with the same middle, half a voxel lower where it has none.
  func recentred(_ shape: Shape3) -> Region {
    func start(_ range: Range<Int>, _ extent: Int) -> Int {
      // Division that rounds down, whatever the sign.
      let room = range.count - extent
      return range.lowerBound + (room >= 0 ? room / 2 : -((1 - room) / 2))
    }
    return Region(
      origin: Index3(z: start(z, shape.z), y: start(y, shape.y), x: start(x, shape.x)),
      shape: shape)
  }
}
