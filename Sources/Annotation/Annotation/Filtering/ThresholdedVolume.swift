import SystemIO
import VolumeCore

/// Labels by thresholds: the number of thresholds that a voxel's value lies above. What is no number is
/// not annotated (255).
public final class ThresholdedVolume: ComputedVolume {
  /// As the source, but for the type and the classes.
  public let volume: VolumeDescription
  private let source: any VolumeReader
  private let thresholds: [Double]
  /// The values of the classes, from the darkest.
  private let values: [UInt8]
  /// The label of each value, of a type that has few.
  private let table: [UInt8]

  /// About this many voxels are read at once.
  static let pieceVoxels = 1 << 20

  /// Labels of `source`; `values` are those of the classes from the darkest, one more than `thresholds`,
  /// which rise.
  public init(
    _ source: any VolumeReader, thresholds: [Double], values: [UInt8], classes: [LabelClass]
  ) {
    precondition(values.count == thresholds.count + 1)
    var volume = source.volume
    volume.voxelType = .uint8
    volume.classes = classes
    self.volume = volume
    (self.source, self.thresholds, self.values) = (source, thresholds, values)
    func label(_ value: Double) -> UInt8 { values[thresholds.count { value > $0 }] }
    switch source.volume.voxelType {
    case .uint8: table = (0..<256).map { label(Double($0)) }
    case .uint16: table = (0..<65536).map { label(Double($0)) }
    default: table = []
    }
  }

  /// The source's.
  public var fingerprint: String { source.fingerprint }
  /// The source's.
  public var filesRead: [String] { source.filesRead }
  /// As the source needs it.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    source.cacheByteCount(forBoxesOf: shape)
  }
  /// As the source needs it.
  public func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    source.cacheByteCount(forSlabsOf: shape)
  }
  /// The source's.
  public func limitCache(to byteCount: Int) { source.limitCache(to: byteCount) }

  /// A piece, as the source stores it.
  public func scratchByteCount(forBoxesOf shape: Shape3) -> Int {
    min(shape.voxelCount, max(Self.pieceVoxels, shape.x * shape.y))
      * source.volume.voxelType.byteCount
  }

  /// Reads a few layers at a time, and compares.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let type = source.volume.voxelType
    let layer = region.y.count * region.x.count
    guard layer > 0 else { return }
    let layers = max(1, min(region.z.count, Self.pieceVoxels / layer))
    var piece = PageBuffer(byteCount: layers * layer * type.byteCount)
    var done = 0
    for first in stride(from: region.z.lowerBound, to: region.z.upperBound, by: layers) {
      let part = Region(
        z: first..<min(first + layers, region.z.upperBound), y: region.y, x: region.x)
      let count = part.voxelCount
      try piece.withMutableBytes(first: count * type.byteCount) { span throws(VolumeReadError) in
        try source.read(part, into: &span)
      }
      piece.withBytes(first: count * type.byteCount) { span in
        unsafe destination.withUnsafeMutableBytes { labels in
          for i in 0..<count { unsafe labels[done + i] = label(span, type, i) }
        }
      }
      done += count
    }
  }

  @inline(__always)
  private func label(_ span: RawSpan, _ type: VoxelType, _ i: Int) -> UInt8 {
    switch type {
    case .uint8: return table[Int(unsafe span.unsafeLoad(fromByteOffset: i, as: UInt8.self))]
    case .uint16:
      return table[Int(unsafe span.unsafeLoad(fromByteOffset: 2 * i, as: UInt16.self))]
    default:
      let value = type.value(span, at: i)
      guard value == value else { return LabelClass.unannotated }
      return values[thresholds.count { value > $0 }]
    }
  }
}
