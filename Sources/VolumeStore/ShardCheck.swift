import Glibc
import Synchronization
import SystemIO
import VolumeCore
import ZarrFormat

/// Looks at the shards of one level.
final class ShardCheck: Sendable {
  /// What was found of a shard.
  enum Finding {
    /// Its file is as it was written, as far as was looked.
    case whole(byteCount: Int)
    /// It was written as zero, and there is no file.
    case zero
    /// There is no file, and nothing tells why.
    case absent
    /// It is not as it was written.
    case damaged([StoreDamage])
  }

  private let folder: String
  private let name: String
  private let metadata: ArrayMetadata
  private let run: CheckRun
  private let workers = WorkerPool<StoreReader.Worker>()

  /// The shards below `folder`, which the report calls `name`.
  init(_ folder: String, _ name: String, _ metadata: ArrayMetadata, _ run: CheckRun) {
    self.folder = folder
    self.name = name
    self.metadata = metadata
    self.run = run
  }

  private func key(_ shard: Index3) -> String { metadata.key(ofShard: shard) }

  private func damage(_ shard: Index3, _ error: StoreError) -> StoreDamage {
    StoreDamage(
      file: "\(name)/\(key(shard))", shard: shard, region: metadata.layout.shards.region(of: shard),
      what: error.explanation.what)
  }

  /// A shard that a finished store's ledger does not note.
  func neverCommitted(_ shard: Index3) -> Finding {
    .damaged([damage(shard, .shardIsNotInLedger(path: "\(folder)/\(key(shard))"))])
  }

  /// Looks at `shard`, which the ledger, where there is one, notes as `committed`.
  func look(at shard: Index3, committed: ShardState?) -> Finding {
    let path = "\(folder)/\(key(shard))"
    do throws(StoreError) {
      let kind = try system { () throws(SystemError) in try certainKind(ofPath: path) }
      switch committed {
      case .empty:
        guard kind == .missing else { throw .shardIsNotEmpty(path: path) }
        return .zero
      case .written:
        guard kind != .missing else { throw .shardIsMissing(path: path) }
      case nil:
        guard kind != .missing else { return .absent }
      }
      guard case .file(let byteCount) = kind else { throw .shardIsMissing(path: path) }
      let file = try OpenShard(path, of: metadata, committed: committed)
      let damages = run.depth == .full ? damages(of: shard, file) : []
      return damages.isEmpty ? .whole(byteCount: byteCount) : .damaged(damages)
    } catch {
      return .damaged([damage(shard, error)])
    }
  }

  /// Decodes every chunk; checksums are compared on the way.
  private func damages(of shard: Index3, _ file: OpenShard) -> [StoreDamage] {
    let layout = metadata.layout
    let count = layout.chunksPerShard.voxelCount
    let next = Atomic<Int>(0)
    let found = Mutex<[StoreDamage]>([])
    runOnThreads(min(count, run.threads)) { [self] in
      do throws(StoreError) {
        let worker = try workers.take(makeWorker)
        defer { workers.giveBack(worker) }
        while true {
          let entry = next.add(1, ordering: .relaxed).oldValue
          guard entry < count else { return }
          guard !file.isEmpty(entry) else { continue }
          do throws(StoreError) {
            try worker.chunk.withMutableBytes { bytes throws(StoreError) in
              try file.decode(entry, with: &worker.decoder, into: &bytes)
            }
          } catch {
            var damage = damage(shard, error)
            damage.chunk = entry
            damage.region = layout.region(ofEntry: entry, inShard: shard)
              .clamped(to: Region(layout.volume))
            found.withLock { $0.append(damage) }
          }
        }
      } catch {
        found.withLock { $0.append(damage(shard, error)) }
      }
    }
    return found.withLock { $0 }.sorted { ($0.chunk ?? -1) < ($1.chunk ?? -1) }
  }

  private func makeWorker() throws(StoreError) -> StoreReader.Worker {
    do {
      return try StoreReader.Worker(
        chunkByteCount: metadata.chunkByteCount, codecs: metadata.codecs)
    } catch {
      throw .system(SystemError(call: "decode", path: folder, code: ENOMEM))
    }
  }
}
