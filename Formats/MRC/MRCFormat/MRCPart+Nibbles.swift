import SystemIO
import VolumeCore
import VoxelFiles

extension MRCPart {
  /// Reads voxels of four bits, row by row.
  func nibbleReader(
    _ volume: VolumeDescription, path: String, fingerprint: String
  ) throws(MRCError) -> any VolumeReader {
    let file = fileName(ofPath: path)
    guard place.isInOrder else {
      throw .axesAreImpossible(file: file, axes: place.axes.map { $0 + 1 })
    }
    let held = try asMRCError { () throws(SystemError) in try HeldFile(path) }
    let columns = volume.shape.x
    let strides = place.strides
    let start = place.offset + first
    return LayerVolumeReader(volume, fingerprint: fingerprint, readsRowsAlone: true) {
      (layer, rows, destination) throws(Explanation) in
      let bytes: [UInt8]
      do throws(SystemError) {
        bytes = try held.handle.bytes(
          at: start + layer * strides.z + rows.lowerBound * strides.y,
          count: rows.count * strides.y)
      } catch {
        throw error.explanation
      }
      guard bytes.count == rows.count * strides.y else {
        throw Explanation(
          .damaged, "\(path) has become shorter since it was opened",
          remedy: "see what else writes it, and give the command again")
      }
      for row in rows {
        let from = (row - rows.lowerBound) * strides.y
        let to = (row - rows.lowerBound) * columns
        for x in 0..<columns {
          let pair = bytes[from + x / 2]
          destination.storeBytes(
            of: x.isMultiple(of: 2) ? pair & 15 : pair >> 4, toByteOffset: to + x, as: UInt8.self)
        }
      }
    }
  }
}

/// An open file that several threads read.
private final class HeldFile: Sendable {
  let handle: FileHandle

  init(_ path: String) throws(SystemError) { handle = try FileHandle(readingFrom: path) }
}
