import Synchronization
import SystemIO
import VolumeCore

/// A volume with its axes in another order, read a slab of planes at a time.
///
/// Thin boxes that follow one another along the new z cut through the same chunks of the volume
/// underneath: so as many planes as a chunk is thick are read at once, each chunk once, and kept until
/// boxes lie beyond them.
public final class AxisView: VolumeReader {
  /// What it is.
  public let volume: VolumeDescription
  private let source: any VolumeReader
  private let order: AxisOrder
  /// Planes read at once: the edge of the chunks underneath.
  private let planes: Int
  private let slabs = Mutex<[Slab]>([])

  /// Planes of one box, in the new order.
  private final class Slab: @unchecked Sendable {
    let region: Region
    var voxels: PageBuffer

    init(_ region: Region, width: Int) {
      self.region = region
      voxels = PageBuffer(byteCount: region.voxelCount * width)
    }
  }

  /// `source` in `order`, read `planes` planes at a time.
  public init(_ source: any VolumeReader, order: AxisOrder, planes: Int) {
    self.source = source
    self.order = order
    self.planes = planes
    var volume = source.volume
    volume.shape = order.shape(volume.shape)
    volume.spacing = nil
    volume.position = nil
    volume.origin = Index3(z: 0, y: 0, x: 0)
    self.volume = volume
  }

  /// The volume's own.
  public var fingerprint: String { source.fingerprint }

  /// The slabs that a box lies in, and what of the volume is read for one at once.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    let depth = min(planes, volume.shape.z)
    let count = shape.z == 1 ? 1 : (shape.z + planes - 2) / planes + 1
    let plane = shape.y * shape.x * volume.voxelType.byteCount
    return count * depth * plane + pieceByteCount(Shape3(z: depth, y: shape.y, x: shape.x))
  }

  /// Slabs are as many as boxes need. Chunks underneath are decoded once for each: none is kept there.
  public func limitCache(to byteCount: Int) { source.limitCache(to: 0) }

  /// Bytes of the piece of a slab of `shape` that is read at once.
  private func pieceByteCount(_ shape: Shape3) -> Int {
    guard order != .layers else { return 0 }
    let box = order.source(Region(shape))
    return min(box.z.count, planes) * box.y.count * box.x.count * volume.voxelType.byteCount
  }

  /// Copies a box out of the slabs that hold it, which are read where they are missing.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    guard !region.isEmpty else { return }
    let width = volume.voxelType.byteCount
    let first = region.z.lowerBound / planes * planes
    // Who reads waits for who reads: boxes come one after the other, and share what was read.
    try slabs.withLock { slabs throws(VolumeReadError) in
      slabs.removeAll {
        $0.region.z.upperBound <= region.z.lowerBound
          || $0.region.z.lowerBound >= region.z.upperBound
          || $0.region.y != region.y || $0.region.x != region.x
      }
      for begin in stride(from: first, to: region.z.upperBound, by: planes) {
        let range = begin..<min(begin + planes, volume.shape.z)
        let slab: Slab
        if let known = slabs.first(where: { $0.region.z == range }) {
          slab = known
        } else {
          slab = Slab(Region(z: range, y: region.y, x: region.x), width: width)
          try load(slab)
          slabs.append(slab)
        }
        let part = region.clamped(to: slab.region)
        slab.voxels.withBytes { voxels in
          copyVoxels(
            part, from: voxels, of: slab.region, to: &destination, of: region, width: width)
        }
      }
    }
  }

  private func load(_ slab: Slab) throws(VolumeReadError) {
    let width = volume.voxelType.byteCount
    if order == .layers {
      try slab.voxels.withMutableBytes { bytes throws(VolumeReadError) in
        try source.read(slab.region, into: &bytes)
      }
      return
    }
    let box = order.source(slab.region)
    var piece = PageBuffer(byteCount: pieceByteCount(slab.region.shape))
    // Runs of the volume's own layers, as thick as chunks.
    var z = box.z.lowerBound
    while z < box.z.upperBound {
      let end = min((z / planes + 1) * planes, box.z.upperBound)
      let part = Region(z: z..<end, y: box.y, x: box.x)
      let count = part.voxelCount * width
      try piece.withMutableBytes(first: count) { bytes throws(VolumeReadError) in
        try source.read(part, into: &bytes)
      }
      piece.withBytes(first: count) { from in
        slab.voxels.withMutableBytes { to in
          reorder(from, of: part, order, to: &to, of: slab.region, width: width)
        }
      }
      z = end
    }
  }
}

/// Copies the voxels of `part`, a box of a volume, to where they lie in `region`, a box in `order`.
func reorder(
  _ source: RawSpan, of part: Region, _ order: AxisOrder, to destination: inout MutableRawSpan,
  of region: Region, width: Int
) {
  precondition(source.byteCount == part.voxelCount * width)
  precondition(destination.byteCount == region.voxelCount * width)
  precondition(region.contains(order.region(part)))
  let s = part.shape
  let d = region.shape
  // What a step along the new axes is in the destination, then by the volume's own axes.
  let steps = [d.y * d.x, d.x, 1]
  var step = Shape3(z: 0, y: 0, x: 0)
  for (place, axis) in order.axes.enumerated() { step[axis] = steps[place] }
  let inside = order.region(part).relative(to: region.origin)
  let begin = (inside.z.lowerBound * d.y + inside.y.lowerBound) * d.x + inside.x.lowerBound
  func copy<Voxel>(_ type: Voxel.Type) {
    unsafe source.withUnsafeBytes { source in
      unsafe destination.withUnsafeMutableBytes { destination in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        let voxels = unsafe from.assumingMemoryBound(to: Voxel.self)
        let places = unsafe to.assumingMemoryBound(to: Voxel.self)
        for z in 0..<s.z {
          for y in 0..<s.y {
            let row = unsafe voxels + (z * s.y + y) * s.x
            let first = begin + z * step.z + y * step.y
            if step.x == 1 {
              unsafe (places + first).update(from: row, count: s.x)
            } else {
              for x in 0..<s.x { unsafe places[first + x * step.x] = row[x] }
            }
          }
        }
      }
    }
  }
  switch width {
  case 1: copy(UInt8.self)
  case 2: copy(UInt16.self)
  case 4: copy(UInt32.self)
  default: copy(UInt64.self)
  }
}
