import Glibc
import SystemIO
import VolumeCore
import ZarrFormat

/// Stores: OME-Zarr images with their pyramid, in shards, with ledgers beside them.
public struct StoreFormat: VolumeFormat {
  /// The threads that compress or decode at once.
  public var threads: Int
  /// The codecs of chunks that are written.
  package var codecs = ChunkCodecs.standard
  /// The shards that are written.
  package var shard = ShardLayout.standardShard
  /// The chunks that are written.
  package var chunk = ShardLayout.standardChunk
  /// The largest extent of the last level of a pyramid.
  package var top = 64

  /// Stores read and written by `threads` threads; all cores where it is `nil`.
  public init(threads: Int? = nil) {
    self.threads = max(1, threads ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// For people.
  public var name: String { "OME-Zarr" }

  /// Folders that hold documents of Zarr or a begun store, and whatever is called `.zarr` or would lie
  /// in one.
  public func recognises(_ path: String) -> Bool {
    let path = withoutTrailingSlashes(path)
    return path.hasSuffix(".zarr.zip") || path.hasSuffix(".ozx")
      || path.hasSuffix(".zarr")
      || path.contains(".zarr/") && [.missing, .folder].contains(kind(ofPath: path))
      || ["zarr.json", ".zarray", ".zgroup", ".zattrs"].contains {
        kind(ofPath: "\(path)/\($0)") != .missing
      }
      || kind(ofPath: StorePaths(group: path).plan) != .missing
  }

  /// Whether `path` ends in `.zarr`.
  public func writes(_ path: String) -> Bool { withoutTrailingSlashes(path).hasSuffix(".zarr") }

  /// Opens the image, or the array, at `path`.
  public func open(
    _ path: String, hints: OpeningHints
  ) throws(Explanation) -> any VolumeReader {
    let path = withoutTrailingSlashes(path)
    guard isOurs(path) else {
      do throws(ForeignStoreError) {
        return try ForeignStoreReader(opening: path, hints: hints, threads: threads)
      } catch {
        throw error.explanation
      }
    }
    do throws(StoreError) {
      return try StoreReader(opening: path, hints: hints, threads: threads)
    } catch {
      throw error.explanation
    }
  }

  /// The halves of shards that wait for their neighbours.
  public func cacheByteCount(of output: OutputDescription) -> Int {
    levels(of: output, codecs).waitingByteCount
  }

  /// The arrays of `output` and how they come about.
  func levels(of output: OutputDescription, _ codecs: ChunkCodecs) -> StoreLevels {
    StoreLevels(
      of: output.volume,
      ShardLayout(volume: output.volume.shape, shard: shard, chunk: chunk), codecs,
      hasPyramid: output.hasPyramid, top: top)
  }

  /// Whether a ledger of ours watches over `path`, a group or a level of it.
  func isOurs(_ path: String) -> Bool {
    let (group, name) = folderAndName(of: path)
    return StorePaths(group: path).mayBeOurs
      || StorePaths.level(called: name) != nil && StorePaths(group: group).mayBeOurs
  }

  /// Looks at what lies at `path`.
  public func check(_ output: OutputDescription, at path: String) throws(Explanation) {
    do throws(StoreError) {
      try checkWriter(StorePaths(group: withoutTrailingSlashes(path)), output)
    } catch {
      throw error.explanation
    }
  }

  /// Begins a store, or goes on with one of the same plan.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    do throws(StoreError) {
      return try beginWriter(StorePaths(group: withoutTrailingSlashes(path)), output)
    } catch {
      throw error.explanation
    }
  }
}
