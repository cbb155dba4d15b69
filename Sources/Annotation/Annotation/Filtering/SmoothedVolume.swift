import Glibc
import SystemIO
import VolumeCore

/// A scan that is smoothed while it is read: each voxel as if the whole volume had been filtered at
/// once, whatever is read. Beyond its faces a volume goes on as in a mirror (d c b a | a b c d), as in
/// SciPy.
public final class SmoothedVolume: ComputedVolume {
  /// As the source, but that gradients of whole numbers are of uint16.
  public let volume: VolumeDescription
  private let source: any VolumeReader
  private let smoothing: Smoothing
  private let crossesLayers: Bool

  /// What is filtered at once, so that little is held and neighbours are seldom read twice.
  static let piece = Shape3(z: 16, y: 128, x: 256)

  /// `source`, smoothed in each layer, or from layer to layer too.
  public init(_ source: any VolumeReader, _ smoothing: Smoothing, crossesLayers: Bool) {
    self.source = source
    self.smoothing = smoothing
    self.crossesLayers = crossesLayers
    var volume = source.volume
    if case .gradient = smoothing, volume.voxelType != .float32 { volume.voxelType = .uint16 }
    self.volume = volume
  }

  /// The source's.
  public var fingerprint: String { source.fingerprint }
  /// The source's.
  public var filesRead: [String] { source.filesRead }
  /// As the source needs it for boxes with what is around.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    source.cacheByteCount(forBoxesOf: grown(shape))
  }
  /// As the source needs it for boxes with what is around.
  public func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    source.cacheByteCount(forSlabsOf: grown(shape))
  }
  /// The source's.
  public func limitCache(to byteCount: Int) { source.limitCache(to: byteCount) }

  private func grown(_ shape: Shape3) -> Shape3 {
    let reach = smoothing.reach
    return Shape3(
      z: shape.z + (crossesLayers ? 2 * reach : 0), y: shape.y + 2 * reach, x: shape.x + 2 * reach)
  }

  /// A piece with what is around, as stored and as several boxes of numbers.
  public func scratchByteCount(forBoxesOf shape: Shape3) -> Int {
    let piece = Shape3(
      z: min(shape.z, Self.piece.z), y: min(shape.y, Self.piece.y), x: min(shape.x, Self.piece.x))
    return grown(piece).voxelCount * (source.volume.voxelType.byteCount + 24)
  }

  /// Filters piece by piece.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let grid = ChunkGrid(volume: region.shape, chunk: Self.piece)
    guard !region.isEmpty else { return }
    for index in grid.indices {
      let part = grid.region(of: index).moved(by: region.origin)
      let filtered = filter(try load(part))
      store(filtered, part, region, &destination)
    }
  }

  private func filter(_ box: FilterBox) -> FilterBox {
    let reach = smoothing.reach
    switch smoothing {
    case .median(let radius):
      return box.medians(crossesLayers ? radius : 0, radius, of: source.volume.voxelType)
    case .gaussian(let sigma):
      let weights = Self.bell(sigma, reach)
      var result = box.convolved(2, weights).convolved(1, weights)
      if crossesLayers { result = result.convolved(0, weights) }
      return result
    case .gradient(let sigma):
      return box.gradient(
        Self.bell(sigma, reach), sigma: Float(sigma),
        scale: source.volume.voxelType.byteCount == 1 ? 256 : 1,
        most: volume.voxelType == .float32 ? .infinity : 65535, crossesLayers: crossesLayers)
    case .nonLocal(let patch, let search, let strength):
      return box.nonLocalMeans(
        patch: patch, search: search, strength: Float(strength), crossesLayers: crossesLayers)
    }
  }

  /// A Gaussian's weights, which sum to 1.
  private static func bell(_ sigma: Double, _ reach: Int) -> [Float] {
    let raw = (-reach...reach).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let sum = raw.reduce(0, +)
    return raw.map { Float($0 / sum) }
  }

  /// The voxels of `part` and what is around them, mirrored at the volume's faces.
  private func load(_ part: Region) throws(VolumeReadError) -> FilterBox {
    let reach = smoothing.reach
    let reachZ = crossesLayers ? reach : 0
    let shape = volume.shape
    let inside = Region(
      z: (part.z.lowerBound - reachZ)..<(part.z.upperBound + reachZ),
      y: (part.y.lowerBound - reach)..<(part.y.upperBound + reach),
      x: (part.x.lowerBound - reach)..<(part.x.upperBound + reach)
    ).clamped(to: Region(shape))
    let bytes = try source.bytes(of: inside)
    let values = unsafe source.volume.voxelType.values(
      bytes.span.bytes, from: 0, count: inside.voxelCount)
    let box = grown(part.shape)
    func places(_ range: Range<Int>, _ reach: Int, _ extent: Int, _ first: Int) -> [Int] {
      ((range.lowerBound - reach)..<(range.upperBound + reach)).map {
        Self.mirrored($0, extent) - first
      }
    }
    let zs = places(part.z, reachZ, shape.z, inside.z.lowerBound)
    let ys = places(part.y, reach, shape.y, inside.y.lowerBound)
    let xs = places(part.x, reach, shape.x, inside.x.lowerBound)
    var result = [Float](repeating: 0, count: box.voxelCount)
    var place = 0
    for z in zs {
      for y in ys {
        let row = (z * inside.y.count + y) * inside.x.count
        for x in xs {
          result[place] = values[row + x]
          place += 1
        }
      }
    }
    return FilterBox(shape: box, values: result)
  }

  /// Where a position beyond a face lies in the mirror.
  static func mirrored(_ position: Int, _ extent: Int) -> Int {
    let period = 2 * extent
    let place = ((position % period) + period) % period
    return place < extent ? place : period - 1 - place
  }

  private func store(
    _ box: FilterBox, _ part: Region, _ region: Region, _ destination: inout MutableRawSpan
  ) {
    let inside = part.relative(to: region.origin)
    let type = volume.voxelType
    var place = 0
    for z in inside.z {
      for y in inside.y {
        let row = (z * region.y.count + y) * region.x.count
        for x in inside.x {
          let value = box.values[place]
          place += 1
          let at = (row + x) * type.byteCount
          switch type {
          case .uint8:
            destination.storeBytes(of: UInt8(clamped(value)), toByteOffset: at, as: UInt8.self)
          case .int8:
            destination.storeBytes(of: Int8(clamped(value)), toByteOffset: at, as: Int8.self)
          case .uint16:
            destination.storeBytes(of: UInt16(clamped(value)), toByteOffset: at, as: UInt16.self)
          case .int16:
            destination.storeBytes(of: Int16(clamped(value)), toByteOffset: at, as: Int16.self)
          default:
            destination.storeBytes(of: value, toByteOffset: at, as: Float.self)
          }
        }
      }
    }
  }

  /// Rounded to the nearest whole number, halves up; means never leave the range of what they are of.
  @inline(__always)
  private func clamped(_ value: Float) -> Int { Int((value + 0.5).rounded(.down)) }

  /// Whether voxels of `type` are smoothed.
  public static func takes(_ type: VoxelType) -> Bool {
    [.uint8, .int8, .uint16, .int16, .float32].contains(type)
  }
}
