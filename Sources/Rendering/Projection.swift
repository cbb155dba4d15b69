import Synchronization
import VolumeCore
import VolumePasses

/// A volume seen through along an axis: of all voxels behind a pixel the largest value (a
/// maximum-intensity projection), the smallest or the mean.
///
/// None of them depends on the order of voxels, and means are sums of whole numbers, so the picture
/// follows neither from how the volume was cut nor from the number of threads. The axes of the picture
/// are those of a layer: y, x across z; z, x across y; z, y across x.
public struct Projection: Sendable {
  /// What becomes of the voxels behind a pixel.
  public enum Kind: String, CaseIterable, Sendable {
    /// The largest value.
    case max
    /// The smallest value.
    case min
    /// The mean, of voxels of 8 or 16 bits.
    case mean
  }

  /// The axis that is looked along.
  public enum Axis: String, CaseIterable, Sendable {
    /// Across layers.
    case z
    /// Across rows.
    case y
    /// Across columns.
    case x
  }

  /// What becomes of the voxels behind a pixel.
  public let kind: Kind
  /// The axis that is looked along.
  public let axis: Axis
  /// The voxels that are looked at.
  public let region: Region
  /// Voxels along a pixel's edge.
  public let step: Int
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int

  /// A projection of `region` along `axis`, of at most `longestEdge` pixels along an edge: where it
  /// would be larger, a pixel is a square of columns of voxels.
  public init(_ kind: Kind, along axis: Axis, of region: Region, longestEdge: Int = 2048) {
    precondition(region.voxelCount > 0 && longestEdge > 0)
    (self.kind, self.axis, self.region) = (kind, axis, region)
    let shape = region.shape
    let size = (
      height: axis == .z ? shape.y : shape.z, width: axis == .x ? shape.y : shape.x
    )
    step = (Swift.max(size.height, size.width) - 1) / longestEdge + 1
    width = (size.width - 1) / step + 1
    height = (size.height - 1) / step + 1
  }

  /// Types whose voxels are summed exactly, for means.
  public static let summable: [VoxelType] = [.uint8, .int8, .uint16, .int16]

  /// The walk over `reader` that it takes.
  public func pass(_ reader: any VolumeReader) -> BlockPass {
    precondition(kind != .mean || Self.summable.contains(reader.volume.voxelType))
    return BlockPass([PassInput(reader, as: .float)], region: region)
  }

  /// Bytes of the picture while it grows and of what becomes of it, beside the pass.
  public var byteCount: Int { width * height * 12 }

  /// Every pixel's value, row by row from the region's first corner; 0 where no voxel behind it is
  /// a finite number.
  public func values(
    _ pass: PreparedPass, isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(Explanation) -> [Float] {
    switch kind {
    case .max:
      try extremes(pass, empty: -.infinity, isStopped, progress) { $1 > $0 && $1 < .infinity }
    case .min:
      try extremes(pass, empty: .infinity, isStopped, progress) { $1 < $0 && $1 > -.infinity }
    case .mean: try means(pass, isStopped, progress)
    }
  }

  private func extremes(
    _ pass: PreparedPass, empty: Float, _ isStopped: @escaping @Sendable () -> Bool,
    _ progress: @escaping @Sendable (Int) -> Void,
    _ replaces: @escaping @Sendable (_ old: Float, _ new: Float) -> Bool
  ) throws(Explanation) -> [Float] {
    let whole = Mutex([Float](repeating: empty, count: width * height))
    _ = try pass.run(isStopped: isStopped, progress: progress, gather: { [Float]() }) {
      row, block throws(Explanation) in
      eachRow(of: block, in: &row, empty: empty) {
        if replaces($0, $1) { $0 = $1 }
      } done: {
        start, row in
        whole.withLock { whole in
          for (index, value) in row.enumerated() where replaces(whole[start + index], value) {
            whole[start + index] = value
          }
        }
      }
    }
    return whole.withLock { $0.map { $0.isFinite ? $0 : 0 } }
  }

  private func means(
    _ pass: PreparedPass, _ isStopped: @escaping @Sendable () -> Bool,
    _ progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) -> [Float] {
    let whole = Mutex([Int64](repeating: 0, count: width * height))
    _ = try pass.run(isStopped: isStopped, progress: progress, gather: { [Int64]() }) {
      row, block throws(Explanation) in
      eachRow(of: block, in: &row, empty: 0) {
        $0 += Int64($1)
      } done: { start, row in
        whole.withLock { whole in
          for (index, sum) in row.enumerated() { whole[start + index] += sum }
        }
      }
    }
    let shape = region.shape
    let depth = axis == .z ? shape.z : axis == .y ? shape.y : shape.x
    let size = (
      height: axis == .z ? shape.y : shape.z, width: axis == .x ? shape.y : shape.x
    )
    return whole.withLock { sums in
      sums.indices.map { pixel in
        // The last pixels of a row or column stand for fewer voxels.
        let rows = Swift.min(step, size.height - pixel / width * step)
        let columns = Swift.min(step, size.width - pixel % width * step)
        return Float(Double(sums[pixel]) / Double(depth * rows * columns))
      }
    }
  }

  /// Goes through the voxels of `block` so that those behind one row of pixels come together: `add`
  /// takes each to its pixel of `row`, and `done` is handed the row with its place in the picture.
  /// So no more than a row is held for a block.
  @inline(__always)
  private func eachRow<Value>(
    of block: PassBlock, in row: inout [Value], empty: Value, add: (inout Value, Float) -> Void,
    done: (_ start: Int, [Value]) -> Void
  ) {
    let core = block.core.relative(to: region.origin)
    let shape = block.region.shape
    let (across, downwards, inwards) =
      switch axis {
      case .z: (core.x, core.y, core.z)
      case .y: (core.x, core.z, core.y)
      case .x: (core.y, core.z, core.x)
      }
    let first = across.lowerBound / step
    let pixels = (across.upperBound - 1) / step + 1 - first
    block.withVoxels { bytes in
      unsafe bytes.withUnsafeBytes { bytes in
        let voxels = unsafe bytes.assumingMemoryBound(to: Float.self)
        for down in downwards {
          row.removeAll(keepingCapacity: true)
          row.append(contentsOf: repeatElement(empty, count: pixels))
          if axis == .x {
            for column in across {
              let start =
                ((down - core.z.lowerBound) * shape.y + column - core.y.lowerBound) * shape.x
              let pixel = column / step - first
              for index in start..<(start + inwards.count) {
                add(&row[pixel], unsafe voxels[index])
              }
            }
          } else {
            for depth in inwards {
              let (z, y) =
                axis == .z
                ? (depth - core.z.lowerBound, down - core.y.lowerBound)
                : (down - core.z.lowerBound, depth - core.y.lowerBound)
              let start = (z * shape.y + y) * shape.x
              if step == 1 {
                for index in 0..<pixels { add(&row[index], unsafe voxels[start + index]) }
              } else {
                for column in across {
                  add(
                    &row[column / step - first], unsafe voxels[start + column - across.lowerBound])
                }
              }
            }
          }
          done(down / step * width + first, row)
        }
      }
    }
  }
}
