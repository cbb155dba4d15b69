/// The state of a store, as its files tell it.
public struct StoreReport: Hashable, Sendable {
  /// What can be said of the whole.
  public enum Verdict: String, Hashable, Sendable {
    /// All that was to be written is there, as it was written, as far as was looked.
    case whole
    /// The run that writes it has not come to its end; what is there is in order.
    case unfinished
    /// Something is not as it was written, or is gone.
    case damaged
  }

  /// The store.
  public var path: String
  /// How closely it was looked at.
  public var depth: StoreCheckDepth
  /// Whether a run has finished it: until then there is no document by which others find it.
  public var isFinished: Bool
  /// Its arrays: the levels of the image, then those of its label images.
  public var arrays: [ArrayReport] = []
  /// What is wrong beside the arrays' shards: documents and ledgers.
  public var damages: [StoreDamage] = []
  /// What it was to become, where it is ours.
  public var plan: [String: JSONValue]?
  /// The run that holds its lock, or left it there.
  public var run: StoreRun?
  /// What else there is to say, such as what cannot be told.
  public var remarks: [String] = []

  /// The state of the store at `path`, of which nothing is known yet.
  public init(path: String, depth: StoreCheckDepth, isFinished: Bool) {
    self.path = path
    self.depth = depth
    self.isFinished = isFinished
  }

  /// Every damage, of documents and of shards.
  public var allDamages: [StoreDamage] { damages + arrays.flatMap(\.damages) }

  /// What can be said of the whole.
  public var verdict: Verdict {
    if !allDamages.isEmpty { return .damaged }
    return isFinished ? .whole : .unfinished
  }
}

/// How closely a store is looked at.
public enum StoreCheckDepth: String, Hashable, Sendable {
  /// Documents and ledgers, sizes of files, indices of shards.
  case quick
  /// Every byte: each chunk's checksum, and that it decodes.
  case full
}

/// The state of one array of a store.
public struct ArrayReport: Hashable, Sendable {
  /// Its folder, counted from the store: `0`, `labels/cells/1`.
  public var name: String
  /// Its extent.
  public var shape: Shape3
  /// Its voxels.
  public var voxelType: VoxelType
  /// Whether a ledger tells what was written; without one a file that is missing may be lost or may
  /// never have been.
  public var hasLedger: Bool
  /// Whether every chunk has a checksum of its own.
  public var hasChecksums = true
  /// How many files (shards, or chunks where there are none) all its voxels take.
  public var total = 0
  /// Files that are there, as far as was looked as they were written.
  public var written = 0
  /// Those that need no file because all their voxels were written as zero.
  public var zero = 0
  /// Those that a ledger calls neither written nor zero.
  public var neverWritten = 0
  /// Those without file and without a ledger that could tell why: they read as the fill value.
  public var absent = 0
  /// Those of which something is damaged or that are gone.
  public var damaged = 0
  /// Bytes of the files.
  public var byteCount = 0
  /// What is wrong, and where.
  public var damages: [StoreDamage] = []

  /// An array of which nothing was counted yet.
  public init(name: String, shape: Shape3, voxelType: VoxelType, hasLedger: Bool) {
    self.name = name
    self.shape = shape
    self.voxelType = voxelType
    self.hasLedger = hasLedger
  }

  /// The part that is safely there, whether in files or as zeros.
  public var fraction: Double { total == 0 ? 1 : Double(written + zero + absent) / Double(total) }
}

/// One thing that is not as it was written.
public struct StoreDamage: Hashable, Sendable {
  /// The file.
  public var file: String
  /// The shard, where it is one.
  public var shard: Index3?
  /// The chunk's place in the shard's index, where only that is concerned.
  public var chunk: Int?
  /// The voxels of the array that are lost.
  public var region: Region?
  /// What is wrong.
  public var what: String

  /// Something is wrong with `file`.
  public init(
    file: String, shard: Index3? = nil, chunk: Int? = nil, region: Region? = nil, what: String
  ) {
    self.file = file
    self.shard = shard
    self.chunk = chunk
    self.region = region
    self.what = what
  }
}

/// Who writes a store, as the lock names it.
public struct StoreRun: Hashable, Sendable {
  /// Whether the run is still going on, as far as can be told from here.
  public enum State: String, Hashable, Sendable {
    /// The process is there, and holds the lock.
    case running
    /// It is gone.
    case gone
    /// It runs, or ran, on another machine.
    case elsewhere
  }

  /// The machine.
  public var host: String
  /// The process.
  public var process: Int
  /// When it started, as 2026-03-01T12:00:00Z.
  public var start: String
  /// Whether it is going on.
  public var state: State

  /// The run of `process` on `host`.
  public init(host: String, process: Int, start: String, state: State) {
    self.host = host
    self.process = process
    self.start = start
    self.state = state
  }
}

extension StoreRun: CustomStringConvertible {
  /// "process 4711 on node7, started 2026-03-01T12:00:00Z".
  public var description: String { "process \(process) on \(host), started \(start)" }
}
