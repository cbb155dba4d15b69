import VolumeCore

/// What one number of a dataset is, as the file says.
public struct HDF5Element: Hashable, Sendable {
  /// The families of types.
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// Whole numbers.
    case integer
    /// Floating-point numbers.
    case float
    /// Whole numbers with names; h5py's bool is one.
    case enumeration
    /// Bits, of which other programs make bool.
    case bits
    /// Several fields; a complex number is two.
    case compound
    /// Text.
    case text
    /// Anything else: references, arrays, opaque bytes.
    case other
  }

  /// The family.
  public var kind: Kind
  /// Bytes of one.
  public var byteCount: Int
  /// Whether values may be below zero.
  public var isSigned: Bool
  /// Whether the most significant byte comes first.
  public var isBigEndian: Bool
  /// Whether the bytes are the number and nothing else: no padding, no unusual precision.
  public var isPlain: Bool
  /// The names of a compound's fields, or of an enumeration's values.
  public var names: [String]
  /// The values that an enumeration's names stand for.
  public var values: [Int]

  /// A plain little-endian type of `kind`.
  public init(_ kind: Kind, byteCount: Int, isSigned: Bool = false) {
    self.kind = kind
    self.byteCount = byteCount
    self.isSigned = isSigned
    isBigEndian = false
    isPlain = true
    names = []
    values = []
  }

  /// What such numbers are read as; `nil` where they are no voxels.
  public var voxelType: VoxelType? {
    switch kind {
    case .integer, .enumeration, .bits:
      // Whole numbers of an odd width fit into the next that the machine has.
      guard byteCount >= 1, byteCount <= 8 else { return nil }
      let width = [1, 2, 4, 8].first { $0 >= byteCount } ?? 8
      return VoxelType.integer(byteCount: width, isSigned: isSigned && !isBool)
    case .float:
      return byteCount <= 4 ? .float32 : byteCount == 8 ? .float64 : nil
    case .compound, .text, .other: return nil
    }
  }

  /// Whether it is an enumeration of FALSE and TRUE.
  public var isBool: Bool {
    kind == .enumeration && byteCount == 1 && names.count == 2
      && Set(names.map { $0.uppercased() }) == ["FALSE", "TRUE"]
  }
}

/// How a dataset's numbers are stored.
public enum HDF5Layout: Hashable, Sendable {
  /// In the object's header.
  case compact
  /// In one piece, from that byte of the file on; `nil` where it was never written.
  case contiguous(offset: Int?)
  /// In chunks of that extent.
  case chunked([Int])
  /// In datasets of other files.
  case virtual
  /// In files without a header.
  case external
}

/// One step of what was done to each chunk when it was written.
public struct HDF5Filter: Hashable, Sendable {
  /// The registered number.
  public var number: Int
  /// The name that the file gives.
  public var name: String
  /// The filter's parameters.
  public var values: [Int]
  /// Whether the library can undo it, by itself or by a plugin.
  public var isAvailable: Bool

  /// A filter of that number.
  public init(number: Int, name: String, values: [Int], isAvailable: Bool) {
    self.number = number
    self.name = name
    self.values = values
    self.isAvailable = isAvailable
  }
}

/// What is known of a dataset before a number is read.
public struct HDF5Dataset: Hashable, Sendable {
  /// Its path in the file.
  public var path: String
  /// The file that it lies in, which a link may have led to.
  public var file: String
  /// The extents, slowest first; empty for a single number.
  public var extents: [Int]
  /// What a number is.
  public var element: HDF5Element
  /// How they are stored.
  public var layout: HDF5Layout
  /// The filters, in the order in which they were applied.
  public var filters: [HDF5Filter]
  /// Bytes that it takes in the file.
  public var storedByteCount: Int
  /// How many chunks were written, where it has chunks and they were counted.
  public var writtenChunkCount: Int?
  /// The value of numbers that were never written, in the machine's bytes; empty for zero.
  public var fillValue: [UInt8]
  /// Whether places in the file may be used as they are told: there is nothing before the file's
  /// first byte, and chunks at the edge are like all others.
  public var isPlain: Bool
  /// Names of other files that its numbers lie in, as they are in the file.
  public var otherFiles: [String]
  /// Numbers that no source covers, where it is virtual.
  public var uncoveredCount: Int

  /// A plain dataset at `path` of the file at `file`.
  public init(path: String, file: String, extents: [Int], element: HDF5Element, layout: HDF5Layout)
  {
    self.path = path
    self.file = file
    self.extents = extents
    self.element = element
    self.layout = layout
    filters = []
    storedByteCount = 0
    fillValue = []
    isPlain = true
    otherFiles = []
    uncoveredCount = 0
  }
}

/// A small value: an attribute, or a dataset of a few numbers.
public enum HDF5Value: Hashable, Sendable {
  /// Texts.
  case texts([String])
  /// Numbers.
  case numbers([Double])
  /// Something else, or too much of it.
  case other

  /// All texts together, as programs that store single characters mean it.
  public var text: String? {
    guard case .texts(let texts) = self else { return nil }
    return texts.joined()
  }

  /// The numbers, also where they are written as text.
  public var numbers: [Double]? {
    switch self {
    case .numbers(let numbers): numbers
    case .texts(let texts):
      texts.count == 1 || texts.allSatisfy { $0.utf8.count <= 1 }
        ? Double(texts.joined()).map { [$0] } : nil
    case .other: nil
    }
  }

  /// The only number.
  public var number: Double? {
    guard let numbers, numbers.count == 1 else { return nil }
    return numbers[0]
  }
}

/// Something in a file: a group, or a dataset.
public struct HDF5Entry: Hashable, Sendable {
  /// Its path, from the root, with a leading slash.
  public var path: String
  /// What it is, or `nil` for a group.
  public var dataset: HDF5Dataset?
  /// Why it cannot be followed, where a link leads out of reach.
  public var obstacle: String?

  /// Something at `path`.
  public init(path: String, dataset: HDF5Dataset? = nil, obstacle: String? = nil) {
    self.path = path
    self.dataset = dataset
    self.obstacle = obstacle
  }
}

/// Where a chunk lies in its file.
public struct HDF5Chunk: Hashable, Sendable {
  /// Its first byte, or `nil` where it was never written.
  public var offset: Int?
  /// Its bytes.
  public var byteCount: Int
  /// A bit for each filter that was left out for it.
  public var skippedFilters: UInt32

  /// A chunk at `offset`.
  public init(offset: Int?, byteCount: Int, skippedFilters: UInt32) {
    self.offset = offset
    self.byteCount = byteCount
    self.skippedFilters = skippedFilters
  }
}
