import Synchronization
import SystemIO
import VolumeCore

/// One of the growths that an annotation is made of.
enum PlannedGrowth: Sendable {
  /// Classes against each other, with the height of a step onto each grey value for each.
  case classes([[UInt16]], joined: [UInt8]?, bit: Int?)
  /// Water rises from all markers.
  case rise([UInt16])
  /// It is divided among classes.
  case divide([UInt16], joined: [UInt8]?, bit: Int?)

  /// Numbers that it has for a voxel of a face.
  var places: Int {
    if case .classes(let levels, _, _) = self { levels.count } else { 1 }
  }
}

/// The files of a run: kept in a folder, or anonymous.
final class GrowthFiles: Sendable {
  let labels: ScratchFile
  let folder: GrowthFolder?
  private let prepared: PreparedGrowing
  /// Anonymous files of faces by growth; the run has them one after the other.
  private let anonymous = Mutex<[Int: ScratchFile]>([:])

  init(prepared: PreparedGrowing, labels: ScratchFile, folder: GrowthFolder?) {
    (self.prepared, self.labels, self.folder) = (prepared, labels, folder)
  }

  /// The numbers at the faces of blocks in growth `number`; `nil` where nothing goes from block to block.
  func faces(_ number: Int, places: Int) throws(SystemError) -> FaceFile? {
    guard prepared.growing.reach == .volume, prepared.grid.count.voxelCount > 1 else { return nil }
    let file: ScratchFile
    if let folder { file = try folder.faces(number) } else { file = try anonymousFile(number) }
    return FaceFile(file: file, places: places, faceByteCount: prepared.faceByteCount)
  }

  private func anonymousFile(_ number: Int) throws(SystemError) -> ScratchFile {
    if let file = anonymous.withLock({ $0[number] }) { return file }
    let file = try ScratchFile(inFolder: prepared.growing.scratchFolder)
    // The first half of a watershed stays, all others are done when the next begins.
    anonymous.withLock { $0 = $0.filter { $0.key == 0 }.merging([number: file]) { $1 } }
    return file
  }

  /// The bytes of all voxels, of which a growth writes `bit`, or all.
  func bytes(_ bit: Int?) -> GrownBytes {
    GrownBytes(file: labels, shape: prepared.growing.scan.volume.shape, bit: bit)
  }
}
