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
  /// Which shards are there, where the store is ours.
  let ledger: Ledger?
  /// What is known of the volume.
  let volume: VolumeDescription
  /// A checksum of all of this, with the store's name.
  let fingerprint: String

  /// Reads the documents of the image group or of the array at `path`.
  init(at path: String) throws(StoreError) {
    let paths = StorePaths(group: path)
    guard kind(ofPath: paths.groupMetadata) != .missing else {
      throw try Self.whyNotAStore(paths)
    }
    let document = try Self.contents(paths.groupMetadata)
    var image: ImageMetadata?
    var group = path
    /// The level's number, where it is one of ours.
    let number: Int?
    var arrayDocument = document
    switch try Self.node(document, at: paths.groupMetadata) {
    case .group(let read):
      let read = try Self.image(read, at: paths.groupMetadata)
      image = read
      levelFolder = "\(path)/\(read.levelPath)"
      number = StorePaths.level(called: read.levelPath)
      arrayDocument = try Self.contents("\(levelFolder)/zarr.json")
      metadata = try Self.array(arrayDocument, at: "\(levelFolder)/zarr.json")
    case .array(let read):
      let (folder, name) = folderAndName(of: path)
      group = folder
      levelFolder = path
      number = StorePaths.level(called: name)
      metadata = read
      // The array's group, where it has one, knows more than the array.
      let above = StorePaths(group: folder).groupMetadata
      if let bytes = try? SystemIO.contents(ofFile: above),
        let document = try? GroupMetadata(decoding: bytes),
        let read = try? Self.image(document, at: above), read.levelPath == name
      {
        image = read
      }
    }
    let grid = metadata.layout.shards
    ledger = try number.flatMap { number throws(StoreError) in
      try Self.ledger(StorePaths(group: group), number, grid)
    }

    var volume = VolumeDescription(
      shape: metadata.layout.volume, voxelType: metadata.voxelType, format: "OME-Zarr")
    volume.spacing = image?.spacing
    volume.origin = image?.origin ?? volume.origin
    volume.position = image?.position
    volume.classes = image?.classes
    self.volume = volume

    var checksum = CRC32C()
    checksum.update(document)
    checksum.update(arrayDocument)
    if let known = ledger?.checksum {
      let digits = Array(known.hexadecimal.utf8)
      checksum.update(digits)
    }
    fingerprint =
      "\(folderAndName(of: path).name), \(volume.byteCount) bytes, \(checksum.value.hexadecimal)"
  }

  private static func contents(_ path: String) throws(StoreError) -> [UInt8] {
    try system { () throws(SystemError) in try SystemIO.contents(ofFile: path) }
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

  /// The ledger, where the group of `paths` is ours.
  private static func ledger(
    _ paths: StorePaths, _ level: Int, _ grid: ChunkGrid
  ) throws(StoreError) -> Ledger? {
    guard kind(ofPath: paths.side) == .folder else { return nil }
    let path = paths.ledger(level)
    guard kind(ofPath: path) != .missing else { throw .ledgerIsDamaged(path: path, line: 0) }
    return try Ledger(decoding: contents(path), grid: grid, path: path)
  }

  private static func whyNotAStore(_ paths: StorePaths) throws(StoreError) -> StoreError {
    if let plan = try? SystemIO.contents(ofFile: paths.plan) {
      guard let grid = StorePlan(decoding: plan)?.shards else {
        return .unfinished(path: paths.group, committed: 0, total: 0)
      }
      let path = paths.ledger(0)
      let bytes = (try? SystemIO.contents(ofFile: path)) ?? []
      let ledger = try Ledger(decoding: bytes, grid: grid, path: path)
      return .unfinished(
        path: paths.group, committed: ledger.shards.count, total: grid.count.voxelCount)
    }
    for name in [".zgroup", ".zarray"] where kind(ofPath: "\(paths.group)/\(name)") != .missing {
      return .isZarr2(path: paths.group)
    }
    return .notAStore(path: paths.group)
  }
}
