import Synchronization
import VolumeCore
import VolumePasses

/// The largest, or smallest, value of each column of voxels along an axis: a maximum-intensity
/// projection.
///
/// Largest values are the same in whatever order they are found, so the picture does not follow from
/// how the volume was cut or from the number of threads.
struct Projection: Sendable {
  /// Which value of a column is kept.
  enum Kind: String, CaseIterable {
    case max
    case min
  }

  let axis: Slice.Axis
  let kind: Kind
  /// Voxels along each edge of a pixel.
  let step: Int
  let width: Int
  let height: Int

  /// The projection of a volume of `shape`, of at most `longestEdge` pixels along an edge.
  init(
    of shape: Shape3, along axis: Slice.Axis, keeping kind: Kind,
    longestEdge: Int = Slice.longestEdge
  ) {
    self.axis = axis
    self.kind = kind
    let rows = axis == .z ? shape.y : shape.z
    let columns = axis == .x ? shape.y : shape.x
    step = (Swift.max(rows, columns) - 1) / longestEdge + 1
    width = (columns - 1) / step + 1
    height = (rows - 1) / step + 1
  }

  /// Bytes of the picture.
  var byteCount: Int { width * height * MemoryLayout<Float>.stride }

  /// What no voxel has reached yet.
  private var nothing: Float { kind == .max ? -.infinity : .infinity }

  private func keeps(_ value: Float, over old: Float) -> Bool {
    kind == .max ? value > old : value < old
  }

  /// Every column's value, row by row; 0 where all of a column's voxels are no numbers.
  func values(
    _ pass: PreparedPass, isStopped: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) -> [Float] {
    let whole = Mutex([Float](repeating: nothing, count: width * height))
    let (axis, step, width) = (axis, step, width)
    _ = try pass.run(isStopped: isStopped, progress: progress, gather: { 0 }) {
      (_, block) throws(Explanation) in
      let region = block.region
      let rows = axis == .z ? region.y : region.z
      let columns = axis == .x ? region.y : region.x
      // The pixels that this block's columns meet.
      let down = (rows.lowerBound / step)..<((rows.upperBound - 1) / step + 1)
      let across = (columns.lowerBound / step)..<((columns.upperBound - 1) / step + 1)
      var part = [Float](repeating: nothing, count: down.count * across.count)
      block.withVoxels { span in
        unsafe span.withUnsafeBytes { bytes in
          let voxels = unsafe bytes.assumingMemoryBound(to: Float.self)
          var index = 0
          for z in region.z {
            for y in region.y {
              let row = (axis == .z ? y : z) / step - down.lowerBound
              for x in region.x {
                let column = (axis == .x ? y : x) / step - across.lowerBound
                let pixel = row * across.count + column
                if keeps(unsafe voxels[index], over: part[pixel]) {
                  part[pixel] = unsafe voxels[index]
                }
                index += 1
              }
            }
          }
        }
      }
      whole.withLock { whole in
        for row in 0..<down.count {
          for column in 0..<across.count {
            let pixel = (row + down.lowerBound) * width + column + across.lowerBound
            let value = part[row * across.count + column]
            if keeps(value, over: whole[pixel]) { whole[pixel] = value }
          }
        }
      }
    }
    return whole.withLock { $0.map { $0.isFinite ? $0 : 0 } }
  }
}
