import VolumeCore

/// Which dimensions of an array are z, y and x, and where the others stand still.
public struct AxisChoice: Hashable, Sendable {
  /// The layers' dimension; a picture of one layer has none.
  public var z: Int?
  /// The rows' dimension.
  public var y: Int
  /// The columns' dimension.
  public var x: Int
  /// For each dimension that is none of these, the index that is read; 0 for z, y and x.
  public var fixed: [Int]

  /// The choice of these dimensions.
  public init(z: Int?, y: Int, x: Int, fixed: [Int]) {
    self.z = z
    self.y = y
    self.x = x
    self.fixed = fixed
  }

  /// Dimensions taken as they come: z, y, x.
  public static let inOrder = AxisChoice(z: 0, y: 1, x: 2, fixed: [0, 0, 0])

  /// The axes' places in `numbers`, which has one for each dimension; 1 for a z that is missing.
  public func shape(_ numbers: [Int]) -> Shape3 {
    Shape3(z: z.map { numbers[$0] } ?? 1, y: numbers[y], x: numbers[x])
  }

  /// The place of something in the array: `index` along z, y and x, and what holds `fixed` else.
  ///
  /// - Parameter extents: of the things that are counted, along each dimension.
  public func index(_ index: Index3, extents: [Int]) -> [Int] {
    var place = zip(fixed, extents).map { $0 / $1 }
    if let z { place[z] = index.z }
    place[y] = index.y
    place[x] = index.x
    return place
  }
}

/// How a decoded chunk of several dimensions, stored in any order, holds one box of a volume.
public struct ChunkBox: Sendable {
  private let base: Int
  private let strides: (z: Int, y: Int, x: Int)
  private let shape: Shape3
  private let width: Int
  /// Whether the chunk is the box as it stands.
  public let isPlain: Bool

  /// The box that `axes` choose from chunks of `array`.
  public init(_ array: ZarrArray, _ axes: AxisChoice) {
    let chunk = array.chunk
    var strides = Array(repeating: 0, count: chunk.count)
    var stride = 1
    for dimension in array.codecs.order.reversed() {
      strides[dimension] = stride
      stride *= chunk[dimension]
    }
    var base = 0
    for dimension in chunk.indices where ![axes.z, axes.y, axes.x].contains(dimension) {
      base += axes.fixed[dimension] % chunk[dimension] * strides[dimension]
    }
    self.base = base
    shape = axes.shape(chunk)
    self.strides = (axes.z.map { strides[$0] } ?? 0, strides[axes.y], strides[axes.x])
    width = array.voxelType.byteCount
    // A dimension of one voxel has no stride that matters.
    let isPlain =
      (shape.x == 1 || self.strides.x == 1) && (shape.y == 1 || self.strides.y == shape.x)
      && (shape.z == 1 || self.strides.z == shape.x * shape.y)
    self.isPlain = isPlain && stride == shape.voxelCount
  }

  /// Bytes of the box.
  public var byteCount: Int { shape.voxelCount * width }

  /// Copies the box out of `chunk` into `box`, in C order (z, y, x).
  public func extract(_ chunk: RawSpan, into box: inout MutableRawSpan) {
    precondition(box.byteCount == byteCount)
    switch width {
    case 1: copy(chunk, UInt8.self, &box)
    case 2: copy(chunk, UInt16.self, &box)
    case 4: copy(chunk, UInt32.self, &box)
    default: copy(chunk, UInt64.self, &box)
    }
  }

  private func copy<Voxel: FixedWidthInteger & BitwiseCopyable>(
    _ chunk: RawSpan, _ type: Voxel.Type, _ box: inout MutableRawSpan
  ) {
    let last =
      base + (shape.z - 1) * strides.z + (shape.y - 1) * strides.y + (shape.x - 1) * strides.x
    precondition((last + 1) * width <= chunk.byteCount)
    unsafe chunk.withUnsafeBytes { chunk in
      unsafe box.withUnsafeMutableBytes { box in
        var place = 0
        for z in 0..<shape.z {
          for y in 0..<shape.y {
            var from = (base + z * strides.z + y * strides.y) * width
            for _ in 0..<shape.x {
              unsafe box.storeBytes(
                of: chunk.loadUnaligned(fromByteOffset: from, as: Voxel.self),
                toByteOffset: place, as: Voxel.self)
              place += width
              from += strides.x * width
            }
          }
        }
      }
    }
  }
}
