import Compression
import SystemIO
import VolumeCore
import ZarrFormat

/// What the documents of a store say, before any shard is opened.
struct FoundStore {
  /// The folder of the array.
  let levelFolder: String
  /// The array's document.
  let metadata: ArrayMetadata
  /// Which shards are there.
  let ledger: Ledger
  /// What is known of the volume.
  let volume: VolumeDescription
  /// A checksum of all of this, with the store's name.
  let fingerprint: String

  /// Reads the documents of the image group or of the array at `path`.
  ///
  /// - Parameter level: which level of an image, by its number; `nil`: the first.
  init(at path: String, level: String? = nil) throws(StoreError) {
    // An array of ours lies in a group that holds all that is only ours.
    let (above, name) = folderAndName(of: path)
    let isLevel = !StorePaths(group: path).mayBeOurs
    let paths = StorePaths(group: isLevel ? above : path)
    guard try Self.isThere(paths.groupMetadata) else {
      if isLevel, try Self.isThere("\(path)/zarr.json") {
        throw .documentIsMissing(path: paths.groupMetadata)
      }
      throw try Self.whyNotAStore(paths)
    }
    let seal = try StoreSeal.found(paths)
    let document = try Self.contents(paths.groupMetadata, paths, seal)
    guard case .group(let group) = try Self.node(document, at: paths.groupMetadata) else {
      throw .metadata(
        path: paths.groupMetadata, .wrongNodeType(found: "array", expected: "group"))
    }
    if seal == nil, group.attributes["t2s"]?[StoreSeal.attribute] != nil {
      throw .sealIsMissing(path: paths.seal)
    }
    let image = try Self.image(group, at: paths.groupMetadata)
    let levelPath = isLevel ? name : level ?? image.levelPath
    let number = StorePaths.level(called: levelPath)
    guard let number, number < image.levelCount, !isLevel || level == nil else {
      throw .noSuchLevel(path: path, level: level ?? name, count: isLevel ? 1 : image.levelCount)
    }
    levelFolder = "\(paths.group)/\(levelPath)"
    let arrayDocument = try Self.contents("\(levelFolder)/zarr.json", paths, seal)
    metadata = try Self.array(arrayDocument, at: "\(levelFolder)/zarr.json")
    let grid = metadata.layout.shards
    let ledgerPath = paths.ledger(number)
    guard try Self.isThere(ledgerPath) else { throw .ledgerIsMissing(path: ledgerPath) }
    ledger = try Ledger(
      decoding: Self.contents(ledgerPath, paths, seal), grid: grid, path: ledgerPath)

    var volume = VolumeDescription(
      shape: metadata.layout.volume, voxelType: metadata.voxelType, format: "OME-Zarr")
    volume.place(image, level: number)
    volume.classes = image.classes
    self.volume = volume

    var checksum = CRC32C()
    checksum.update(document)
    checksum.update(arrayDocument)
    checksum.update(Array(ledger.checksum.hexadecimal.utf8))
    fingerprint =
      "\(folderAndName(of: path).name), \(volume.byteCount) bytes, \(checksum.value.hexadecimal)"
  }

  private static func isThere(_ path: String) throws(StoreError) -> Bool {
    try system { () throws(SystemError) in try certainKind(ofPath: path) != .missing }
  }

  /// The bytes of a document, which are those that were sealed, where the store is.
  private static func contents(
    _ path: String, _ paths: StorePaths, _ seal: StoreSeal?
  ) throws(StoreError) -> [UInt8] {
    let bytes = try system { () throws(SystemError) in try SystemIO.contents(ofFile: path) }
    try seal?.check(paths.name(of: path), bytes, at: path)
    return bytes
  }

  private static func node(
    _ document: [UInt8], at path: String
  ) throws(StoreError) -> NodeMetadata {
    do { return try NodeMetadata(decoding: document) } catch { throw .metadata(path: path, error) }
  }

  private static func array(
    _ document: [UInt8], at path: String
  ) throws(StoreError) -> ArrayMetadata {
    do { return try ArrayMetadata(decoding: document) } catch { throw .metadata(path: path, error) }
  }

  private static func image(
    _ group: GroupMetadata, at path: String
  ) throws(StoreError) -> ImageMetadata {
    guard let ome = group.attributes["ome"] else {
      throw .metadata(path: path, .missing(member: "attributes.ome"))
    }
    do { return try ImageMetadata(decoding: ome) } catch { throw .metadata(path: path, error) }
  }

  private static func whyNotAStore(_ paths: StorePaths) throws(StoreError) -> StoreError {
    if let plan = try? SystemIO.contents(ofFile: paths.plan) {
      if let version = StorePlan.newerVersion(plan) {
        return .isNewer(path: paths.group, version: version)
      }
      guard let grid = StorePlan(decoding: plan)?.shards else {
        return .unfinished(path: paths.group, committed: 0, total: 0)
      }
      let path = paths.ledger(0)
      let ledger: Ledger
      if let bytes = try? SystemIO.contents(ofFile: path) {
        ledger = try Ledger(decoding: bytes, grid: grid, path: path)
      } else {
        ledger = (try? PartLedgers(paths: paths).noted(level: 0, grid)) ?? Ledger()
      }
      return .unfinished(
        path: paths.group, committed: ledger.shards.count, total: grid.count.voxelCount)
    }
    for name in [".zgroup", ".zarray"] where kind(ofPath: "\(paths.group)/\(name)") != .missing {
      return .isZarr2(path: paths.group)
    }
    return .notAStore(path: paths.group)
  }
}

extension VolumeDescription {
  /// Takes size and place of a level from `image`: a voxel of a level is two of the one before along
  /// each axis, and has its centre half a voxel further in.
  fileprivate mutating func place(_ image: ImageMetadata, level: Int) {
    spacing = image.spacing
    origin = image.origin
    position = image.position
    guard level > 0 else { return }
    // In voxels of this level it may lie between two.
    origin = Index3(z: 0, y: 0, x: 0)
    remarks.append("level \(level) of \(image.levelCount)")
    guard let edges = image.spacing else { return }
    var factor = 1.0
    for _ in 0..<level { factor *= 2 }
    spacing = VoxelSpacing(z: edges.z * factor, y: edges.y * factor, x: edges.x * factor)
    let start = image.position ?? PhysicalPosition(z: 0, y: 0, x: 0)
    let shift = (factor - 1) / 2
    position = PhysicalPosition(
      z: start.z + edges.z * shift, y: start.y + edges.y * shift, x: start.x + edges.x * shift)
  }
}
