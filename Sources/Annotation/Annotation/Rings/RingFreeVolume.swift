import SystemIO
import VolumeCore

/// A scan without its rings: each voxel less what its radius is brighter by in its layer.
public final class RingFreeVolume: ComputedVolume {
  /// As the source.
  public let volume: VolumeDescription
  private let source: any VolumeReader
  private let centre: (row: Double, column: Double)
  /// For each layer, what each radius is brighter by.
  private let contrasts: [[Float]]

  /// `source` less `contrasts`, one list for each layer.
  public init(
    _ source: any VolumeReader, centre: (row: Double, column: Double), contrasts: [[Float]]
  ) {
    precondition(
      contrasts.count == source.volume.shape.z && SmoothedVolume.takes(source.volume.voxelType))
    (self.source, self.centre, self.contrasts) = (source, centre, contrasts)
    volume = source.volume
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

  /// Voxels are changed where they lie.
  public func scratchByteCount(forBoxesOf shape: Shape3) -> Int { 0 }

  /// Reads, and takes rings away.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    try source.read(region, into: &destination)
    let type = volume.voxelType
    var at = 0
    for z in region.z {
      let rings = contrasts[z]
      for y in region.y {
        let rise = (Double(y) - centre.row) * (Double(y) - centre.row)
        for x in region.x {
          let run = Double(x) - centre.column
          let radius = (rise + run * run).squareRoot()
          let ring = Int(radius)
          let share = Float(radius - Double(ring))
          let after = ring + 1 < rings.count ? rings[ring + 1] : rings[ring]
          change(&destination, type, at, by: (1 - share) * rings[ring] + share * after)
          at += type.byteCount
        }
      }
    }
  }

  @inline(__always)
  private func change(
    _ span: inout MutableRawSpan, _ type: VoxelType, _ at: Int, by ring: Float
  ) {
    func whole(_ value: Float, _ range: ClosedRange<Float>) -> Float {
      min(max((value - ring).rounded(.toNearestOrAwayFromZero), range.lowerBound), range.upperBound)
    }
    switch type {
    case .uint8:
      let value = unsafe span.unsafeLoad(fromByteOffset: at, as: UInt8.self)
      span.storeBytes(of: UInt8(whole(Float(value), 0...255)), toByteOffset: at, as: UInt8.self)
    case .int8:
      let value = unsafe span.unsafeLoad(fromByteOffset: at, as: Int8.self)
      span.storeBytes(of: Int8(whole(Float(value), -128...127)), toByteOffset: at, as: Int8.self)
    case .uint16:
      let value = unsafe span.unsafeLoad(fromByteOffset: at, as: UInt16.self)
      span.storeBytes(
        of: UInt16(whole(Float(value), 0...65535)), toByteOffset: at, as: UInt16.self)
    case .int16:
      let value = unsafe span.unsafeLoad(fromByteOffset: at, as: Int16.self)
      span.storeBytes(
        of: Int16(whole(Float(value), -32768...32767)), toByteOffset: at, as: Int16.self)
    default:
      let value = unsafe span.unsafeLoad(fromByteOffset: at, as: Float.self)
      span.storeBytes(of: value - ring, toByteOffset: at, as: Float.self)
    }
  }
}
