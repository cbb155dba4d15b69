import Blobs
import VolumeCore
import VolumePasses

/// A connected set of wrong voxels in one layer.
public struct ErrorBlob: Hashable, Sendable {
  /// The axis that the layer is perpendicular to.
  public var axis: LayerCurves.Axis
  /// The layer, counted as in the volume.
  public var position: Int
  /// Its voxels; rows and columns are counted as in the volume, and those of y and x, z and x, or z and
  /// y for layers across z, y and x.
  public var blob: Blob
  /// The first row and column of the region, from which the blob's own are counted.
  public var origin: (row: Int, column: Int)

  /// Equal places and voxels.
  public static func == (a: ErrorBlob, b: ErrorBlob) -> Bool {
    a.axis == b.axis && a.position == b.position && a.blob == b.blob && a.origin == b.origin
  }
  /// Of all.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(axis)
    hasher.combine(position)
    hasher.combine(blob)
  }

  /// Larger first, then earlier.
  static func isBefore(_ a: ErrorBlob, _ b: ErrorBlob) -> Bool {
    (-a.blob.area, a.position, a.blob.rows.lowerBound, a.blob.firstColumn)
      < (-b.blob.area, b.position, b.blob.rows.lowerBound, b.blob.firstColumn)
  }
}

/// The errors of one layer, by what makes a layer worth looking at.
public struct LayerErrors: Hashable, Sendable {
  /// The layer.
  public var position: Int
  /// Wrong voxels.
  public var wrong: Int
  /// Blobs of more than one voxel.
  public var blobs: Int
  /// Voxels of those.
  public var voxelsOfBlobs: Int
  /// Voxels of the largest.
  public var largest: Int
  /// The longest edge of a blob's box down the layer.
  public var longestRows: Int
  /// The same along its rows.
  public var longestColumns: Int
  /// The longest of the longer axes.
  public var longestMajor: Double
  /// The longest of the shorter axes.
  public var longestMinor: Double
  /// The mean of the blobs' voxels.
  public var meanArea: Double { blobs == 0 ? 0 : Double(voxelsOfBlobs) / Double(blobs) }
}

/// What makes a layer notable.
public enum NotableReason: String, CaseIterable, Hashable, Sendable {
  /// Most wrong voxels.
  case mostErrors = "most errors"
  /// The largest blob.
  case largestBlob = "largest blob"
  /// The blob that reaches over most rows.
  case mostRows = "longest blob down"
  /// The blob that reaches over most columns.
  case mostColumns = "longest blob across"
  /// The blob with the longest axis.
  case longestMajor = "longest blob"
  /// The blob whose shorter axis is the longest.
  case longestMinor = "thickest blob"
  /// The blobs that are largest in the mean.
  case largestMean = "largest blobs in the mean"

  /// The figure by which layers are ranked.
  public func figure(_ layer: LayerErrors) -> Double {
    switch self {
    case .mostErrors: Double(layer.wrong)
    case .largestBlob: Double(layer.largest)
    case .mostRows: Double(layer.longestRows)
    case .mostColumns: Double(layer.longestColumns)
    case .longestMajor: layer.longestMajor
    case .longestMinor: layer.longestMinor
    case .largestMean: layer.meanArea
    }
  }
}

/// The errors of all layers across one axis.
public struct AxisErrors: Hashable, Sendable {
  /// The axis.
  public var axis: LayerCurves.Axis
  /// One for each layer, in their order.
  public internal(set) var layers: [LayerErrors] = []
  /// The largest blobs, the largest first.
  public internal(set) var largest: [ErrorBlob] = []

  /// How many of the largest are kept.
  public static let mostLargest = 20

  /// The layer of the greatest figure, the first of equals; `nil` where no layer has any.
  public func notable(_ reason: NotableReason) -> LayerErrors? {
    let most = layers.map(reason.figure).max() ?? 0
    return most > 0 ? layers.first { reason.figure($0) == most } : nil
  }
}

extension LabelPairing {
  /// How the volumes are walked over, layers across `axis` being whole.
  public func layerErrorsPass(_ axis: LayerCurves.Axis) -> BlockPass {
    var pass = pass()
    let whole = region.shape
    (pass.block, pass.leastBlock) = (whole, whole)
    // A chunk's layers at a time, so that few are decoded twice.
    switch axis {
    case .z: (pass.block.z, pass.leastBlock.z) = (64, 1)
    case .y: (pass.block.y, pass.leastBlock.y) = (64, 1)
    case .x: (pass.block.x, pass.leastBlock.x) = (64, 1)
    }
    let plane = whole.voxelCount / max(axis.range(of: region).count, 1)
    // One layer's errors, and its blobs: at most every second voxel is the end of a run.
    pass.workBytes = plane + plane / 2 * 40
    return pass
  }

  /// Finds the connected errors (by edges) of every layer across `axis`.
  ///
  /// - Parameters:
  ///   - onFailure: called when reading or `rows` failed, for rows that wait for each other.
  ///   - rows: called, on several threads, with the number of each block, from 0, and its blobs of more
  ///     than one voxel in their order.
  public func layerErrors(
    _ axis: LayerCurves.Axis, _ control: WalkControl,
    onFailure: @escaping @Sendable () -> Void = {},
    rows: @escaping @Sendable (_ block: Int, _ blobs: [ErrorBlob]) throws(Explanation) -> Void
  ) throws(Explanation) -> AxisErrors {
    let prepared = try layerErrorsPass(axis).prepared(
      memory: control.memory, threads: control.threads)
    let pairing = self
    let parts = try prepared.run(
      isStopped: control.isStopped, progress: control.progress, onFailure: onFailure,
      gather: { (found: AxisErrors(axis: axis), scratch: [UInt8]()) }
    ) { gathered, block throws(Explanation) in
      var scratch: [UInt8] = []
      swap(&scratch, &gathered.scratch)
      var blobs: [ErrorBlob] = []
      var layers: [LayerErrors] = []
      pairing.withLabels(of: block, &scratch) { prediction, truth in
        for position in axis.range(of: block.core) {
          let plane = errorPlane(axis, position, block.region, prediction, truth)
          add(plane, axis, position, block.region, &layers, &blobs)
        }
      }
      swap(&scratch, &gathered.scratch)
      gathered.found.layers += layers
      gathered.found.largest += blobs
      gathered.found.keepLargest()
      try rows(block.number, blobs)
    }
    var found = AxisErrors(axis: axis)
    for part in parts {
      found.layers += part.found.layers
      found.largest += part.found.largest
    }
    found.layers.sort { $0.position < $1.position }
    found.keepLargest()
    return found
  }
}

extension AxisErrors {
  mutating func keepLargest() {
    largest.sort(by: ErrorBlob.isBefore)
    largest = Array(largest.prefix(Self.mostLargest))
  }
}

/// 1 where a voxel of the layer is wrong.
private func errorPlane(
  _ axis: LayerCurves.Axis, _ position: Int, _ box: Region, _ prediction: RawSpan,
  _ truth: RawSpan
) -> (pixels: [UInt8], width: Int) {
  let shape = box.shape
  let (height, width, rowStep, columnStep, start): (Int, Int, Int, Int, Int)
  switch axis {
  case .z:
    (height, width, rowStep, columnStep) = (shape.y, shape.x, shape.x, 1)
    start = (position - box.z.lowerBound) * shape.y * shape.x
  case .y:
    (height, width, rowStep, columnStep) = (shape.z, shape.x, shape.y * shape.x, 1)
    start = (position - box.y.lowerBound) * shape.x
  case .x:
    (height, width, rowStep, columnStep) = (shape.z, shape.y, shape.y * shape.x, shape.x)
    start = position - box.x.lowerBound
  }
  var pixels = [UInt8](repeating: 0, count: height * width)
  unsafe prediction.withUnsafeBytes { prediction in
    unsafe truth.withUnsafeBytes { truth in
      for row in 0..<height {
        var at = start + row * rowStep
        for column in 0..<width {
          let label = unsafe truth[at]
          if label != UInt8(LabelClass.unannotatedValue), unsafe label != prediction[at] {
            pixels[row * width + column] = 1
          }
          at += columnStep
        }
      }
    }
  }
  return (pixels, width)
}

private let ones = (0..<256).map { $0 == 1 }

private func add(
  _ plane: (pixels: [UInt8], width: Int), _ axis: LayerCurves.Axis, _ position: Int,
  _ box: Region, _ layers: inout [LayerErrors], _ blobs: inout [ErrorBlob]
) {
  let found = unsafe LayerBlobs(
    plane.pixels.span.bytes, width: plane.width, connectivity: .edges, isInside: ones
  ).blobs
  // Single voxels are noise of the annotation.
  let kept = found.filter { $0.area > 1 }
  layers.append(
    LayerErrors(
      position: position, wrong: found.reduce(0) { $0 + $1.area }, blobs: kept.count,
      voxelsOfBlobs: kept.reduce(0) { $0 + $1.area }, largest: kept.map(\.area).max() ?? 0,
      longestRows: kept.map(\.rows.count).max() ?? 0,
      longestColumns: kept.map(\.columns.count).max() ?? 0,
      longestMajor: kept.map(\.axes.major).max() ?? 0,
      longestMinor: kept.map(\.axes.minor).max() ?? 0))
  let origin =
    switch axis {
    case .z: (row: box.y.lowerBound, column: box.x.lowerBound)
    case .y: (row: box.z.lowerBound, column: box.x.lowerBound)
    case .x: (row: box.z.lowerBound, column: box.y.lowerBound)
    }
  blobs += kept.map { ErrorBlob(axis: axis, position: position, blob: $0, origin: origin) }
}
