import Glibc
import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

/// Where stores are left for `Tools/check.d/interop_store.py`, or `nil`.
private let keptFolder = unsafe getenv("T2S_KEEP_STORES").map { unsafe String(cString: $0) }

@Suite struct `A store for the libraries of others` {
  @Test(
    .enabled(if: keptFolder != nil, "T2S_KEEP_STORES names no folder"),
    arguments: VoxelType.allCases)
  func `is left with its raw voxels`(type: VoxelType) throws {
    let folder = try #require(keptFolder)
    let one = StoreCase(shape: Shape3(z: 70, y: 130, x: 257), type: type)
    var output = one.output(["type": .string(type.rawValue)], overwrites: true)
    if type != .float32 { output.volume.spacing = VoxelSpacing(z: 1.3, y: 1.3, x: 0.65) }
    if type == .uint8 {
      output.volume.classes = LabelClass.unnamed(count: 3)
      output.volume.origin = Index3(z: 0, y: 128, x: 64)
    }
    let path = "\(folder)/\(type.rawValue)"
    let writer = try one.format(threads: 2).create(path + ".zarr", output)
    try one.commit(writer)
    try writer.finish(record: [:])
    try writeFileAtomically(path + ".raw", one.voxels)
  }
}
