import SystemIO
import VolumeCore
import ZarrFormat

/// Why a store cannot be read or written.
enum StoreError: Error, Hashable {
  /// The system refused.
  case system(SystemError)
  /// Nothing there that is Zarr.
  case notAStore(path: String)
  /// Zarr, but version 2.
  case isZarr2(path: String)
  /// A document that is not understood.
  case metadata(path: String, MetadataError)
  /// Hints about bytes were given with a store, which knows better.
  case hintsAreUseless(path: String, shape: Shape3, type: VoxelType)
  /// `--voxel-size` is not what the store says.
  case spacingDiffers(path: String, stored: VoxelSpacing, given: VoxelSpacing)
  /// A run that wrote it did not come to its end.
  case unfinished(path: String, committed: Int, total: Int)
  /// A line of the ledger is not what was written.
  case ledgerIsDamaged(path: String, line: Int)
  /// A line of the seal is not what was written.
  case sealIsDamaged(path: String, line: Int)
  /// The store was sealed, and its seal is gone.
  case sealIsMissing(path: String)
  /// A document is not what it was when the store was finished.
  case documentDiffers(path: String, found: StoreSeal.Mark, sealed: StoreSeal.Mark)
  /// A document was not there when the store was finished.
  case documentIsNotSealed(path: String)
  /// A document of a finished store is gone.
  case documentIsMissing(path: String)
  /// `--level` names none.
  case noSuchLevel(path: String, level: String, count: Int)
  /// The plan cannot be read any more.
  case planIsDamaged(path: String)
  /// The plan cannot be read any more, and the seal shows that it was not this one.
  case planIsAnother(path: String)
  /// The ledger of a finished store is gone.
  case ledgerIsMissing(path: String)
  /// Facts of a block, or a document that was kept with the store, are not what was written.
  case keptIsDamaged(path: String)
  /// Facts of a block that is committed are gone.
  case factsAreMissing(path: String)
  /// The ledger knows the shard; the file is gone.
  case shardIsMissing(path: String)
  /// The ledger does not know the shard.
  case shardIsNotInLedger(path: String)
  /// A file stands where the ledger says that all voxels are zero.
  case shardIsNotEmpty(path: String)
  /// The check was to stop.
  case stopped(path: String)
  /// The shard's file is not the one that was committed.
  case shardDiffersFromLedger(path: String, found: ShardState, committed: ShardState)
  /// The shard's index cannot be trusted.
  case shard(path: String, ShardError)
  /// A chunk of the shard cannot be trusted.
  case chunk(path: String, entry: Int, bytes: Range<UInt64>, ChunkError)
  /// What is to be written is no volume, or is labels in a type that has no classes.
  case cannotWrite(path: String, what: String)
  /// The compression failed, which only a lack of memory explains.
  case cannotCompress(path: String, ChunkError)
  /// The voxels to be written could not be read.
  case notRead(Explanation)
  /// A finished output is there.
  case exists(path: String)
  /// Something else is there.
  case isNotOurs(path: String, what: String)
  /// An unfinished output is there that a newer version of the tool began.
  case isNewer(path: String, version: Int)
  /// An unfinished output of another plan is there.
  case isAnotherPlans(path: String, differences: [String])
  /// Another process writes here.
  case isLocked(path: String, holder: String)
  /// A process of another machine writes here, or was killed there: from here nobody can tell.
  case isLockedElsewhere(path: String, holder: String, lock: String)
  /// An unfinished output is there that several processes write, each a part.
  case isBegunInParts(path: String)
  /// An unfinished output is there that one process writes, or wrote.
  case isBegunAsOne(path: String)
  /// Parts that are to be put together are not all there.
  case partsAreMissing(path: String, shards: Int, total: Int, parts: [PartShare])
  /// `finish` was called too early.
  case incomplete(path: String, missing: Int, total: Int)
}

extension StoreError: ExplainedError {
  var explanation: Explanation {
    switch self {
    case .system(let error): error.explanation
    case .notRead(let why): why
    case .notAStore, .isZarr2, .metadata, .hintsAreUseless, .spacingDiffers, .unfinished,
      .noSuchLevel:
      openingExplanation
    case .stopped(let path):
      Explanation(.failed, "\(path) was not looked at to the end", remedy: "give the command again")
    case .ledgerIsDamaged, .ledgerIsMissing, .shardIsMissing, .shardIsNotInLedger, .shardIsNotEmpty,
      .shardDiffersFromLedger, .shard, .chunk, .sealIsDamaged, .sealIsMissing, .documentDiffers,
      .documentIsNotSealed, .documentIsMissing, .planIsDamaged, .keptIsDamaged, .factsAreMissing:
      Explanation(
        .damaged, damage,
        remedy: "see what else is damaged with `verify`; then mend it with `repair STORE --from "
          + "SCAN`, copy it again from where it is whole, or make it anew")
    default: writingExplanation
    }
  }

  private var openingExplanation: Explanation {
    switch self {
    case .notAStore(let path):
      Explanation(
        .input, "\(path) is no Zarr store: it has no zarr.json",
        remedy: "give the folder that holds zarr.json")
    case .isZarr2(let path):
      Explanation(
        .input, "\(path) is a store of Zarr version 2; version 3 is read",
        remedy: "convert it, for example with zarr-python's `zarr migrate v3`")
    case .metadata(let path, let error):
      Explanation(
        .input, "\(path): \(error)",
        remedy: "write the store with shards, zstd and crc32c, as OME-Zarr 0.5")
    case .hintsAreUseless(let path, let shape, let type):
      OpeningHints.useless(path: path, "\(shape), \(type.rawValue), one channel")
    case .spacingDiffers(let path, let stored, let given):
      Explanation(
        .input,
        "\(path) has voxels of \(stored.words), but --voxel-size says \(given.words)",
        remedy: "leave --voxel-size out")
    case .noSuchLevel(let path, let level, let count):
      Explanation(
        .input, "\(path) has no level '\(level)'",
        remedy: count == 1
          ? "leave --level out: there is only one" : "give --level 0 to \(count - 1)"
      )
    case .unfinished(let path, let committed, let total):
      Explanation(
        .input, "\(path) is not finished: \(committed) of \(total) shards are there",
        remedy:
          "give the command that makes it again: it goes on where it stopped. Of an output made in parts, "
          + "run those that are missing, and then `t2s-volume finish \(path)`")
    default: Explanation(.failed, damage, remedy: "")
    }
  }

  private var writingExplanation: Explanation {
    switch self {
    case .cannotWrite(let path, let what):
      Explanation(.input, "\(path): \(what)", remedy: "correct what the volume says of itself")
    case .cannotCompress(let path, let error):
      Explanation(.failed, "compressing \(path): \(error)", remedy: "give it more memory")
    case .exists(let path):
      Explanation(
        .input, "\(path) is there already and finished",
        remedy:
          "choose another --output, or replace it with --overwrite; to make it anew in parts, remove it first"
      )
    case .isNotOurs(let path, let what):
      Explanation(
        .input, "\(path) \(what)", remedy: "choose another --output, or remove it yourself")
    case .isNewer(let path, let version):
      Explanation(
        .input,
        "\(path) was begun by a newer version of this tool: its plan has version \(version), and "
          + "\(StorePlan.version) is known here",
        remedy: "go on with that version, choose another --output, or begin anew with --overwrite")
    case .isAnotherPlans(let path, let differences):
      Explanation(
        .input,
        "\(path) was begun with other settings: \(differences.joined(separator: "; "))",
        remedy:
          "use the same settings to go on, choose another --output, or begin anew with --overwrite; in "
          + "parts, remove it first")
    case .planIsAnother(let path):
      Explanation(
        .input,
        "the plan \(path) cannot be read any more, and the store's seal shows that it was made of "
          + "something else, or that this was described otherwise",
        remedy: "give the same scan and what was said of it then: --voxel-size, --channel, --level")
    case .isLocked(let path, let holder):
      Explanation(
        .input, "\(path) is being written by \(holder)",
        remedy: "wait for it or stop it, or choose another --output")
    case .isLockedElsewhere(let path, let holder, let lock):
      Explanation(
        .input,
        "\(path) is being written by \(holder), or was when that ended: from this machine nobody can "
          + "tell",
        remedy: "wait for it; if it is over for certain, remove \(lock) and give the command again")
    case .isBegunInParts(let path):
      Explanation(
        .input, "\(path) was begun in parts (--part), which are not put together yet",
        remedy:
          "run the parts that are missing and then `t2s-volume finish \(path)`, choose another "
          + "--output, or begin anew with --overwrite")
    case .isBegunAsOne(let path):
      Explanation(
        .input, "\(path) was begun by a single process, without --part",
        remedy:
          "go on without --part, or choose another --output; to begin anew, remove it yourself")
    case .partsAreMissing(let path, let shards, let total, let parts):
      Explanation(
        .failed,
        "\(path): \(shards) of \(total) shards are not written: parts \(PartShare.words(parts))",
        remedy:
          "run these parts again, each with the same command and its --part; what is there stays")
    case .incomplete(let path, let missing, let total):
      Explanation(
        .failed, "\(path): \(missing) of \(total) shards are not written",
        remedy: "give the same command again: it goes on where it stopped")
    default: Explanation(.failed, damage, remedy: "")
    }
  }

  /// What is damaged, for the cases where something is.
  private var damage: String {
    switch self {
    case .ledgerIsDamaged(let path, let line): "line \(line) of the ledger \(path) is damaged"
    case .ledgerIsMissing(let path): "the ledger \(path) is gone"
    case .sealIsDamaged(let path, let line): "line \(line) of the seal \(path) is damaged"
    case .sealIsMissing(let path): "the seal \(path) is gone, which the documents are checked by"
    case .documentDiffers(let path, let found, let sealed):
      "\(path) is not what was written: \(found) instead of \(sealed)"
    case .documentIsNotSealed(let path): "\(path) was not there when the store was finished"
    case .documentIsMissing(let path): "\(path) is gone"
    case .planIsDamaged(let path): "the plan \(path) cannot be read"
    case .keptIsDamaged(let path): "\(path) is not what was written"
    case .factsAreMissing(let path): "\(path) is gone, which was kept of a block that is there"
    case .shardIsMissing(let path): "the shard \(path) is gone"
    case .shardIsNotInLedger(let path): "the shard \(path) was never committed"
    case .shardIsNotEmpty(let path): "\(path) is there, where nothing but zeros was written"
    case .shardDiffersFromLedger(let path, let found, let committed):
      "the shard \(path) is not what was committed: \(found) instead of \(committed)"
    case .shard(let path, let error): "the shard \(path) is damaged: \(error)"
    case .chunk(let path, let entry, let bytes, let error):
      "chunk \(entry) of the shard \(path), bytes \(bytes.lowerBound) to \(bytes.upperBound), "
        + "is damaged: \(error)"
    default: "\(self)"
    }
  }
}

extension StoreError {
  /// The file that is concerned, where it is one.
  var place: String? {
    switch self {
    case .system(let error): error.path
    case .metadata(let path, _), .ledgerIsDamaged(let path, _), .ledgerIsMissing(let path),
      .sealIsDamaged(let path, _), .sealIsMissing(let path), .documentDiffers(let path, _, _),
      .documentIsNotSealed(let path), .documentIsMissing(let path), .planIsDamaged(let path),
      .keptIsDamaged(let path), .factsAreMissing(let path):
      path
    default: nil
    }
  }
}

extension VoxelSpacing {
  /// "1.3 x 1.3 x 1.3 um" (z, y, x).
  var words: String { "\(z) x \(y) x \(x) um" }
}

/// Runs `body` and says its complaints as the store's.
func system<Value: ~Copyable>(_ body: () throws(SystemError) -> Value) throws(StoreError) -> Value {
  do { return try body() } catch { throw .system(error) }
}
