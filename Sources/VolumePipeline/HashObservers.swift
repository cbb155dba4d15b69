import VolumeCore
import VoxelHashing

/// Hashes the scan's voxels of each block, layer by layer: what the labels were made of, so that an
/// input that was edited since is found by the block.
///
///     {"hash": "1a2b…", "layers": ["…", "…"], "voxels": 4096}
///
/// Hashes are those of `VoxelHash` at the voxels' places in the scan, in the type that the network is
/// computed on. Voxels that are labelled as outside the specimen are left out, whether they were read or
/// not, so that the tiles make no difference; then `voxels` are fewer than the block's.
public struct InputHashes: BlockObserver {
  /// "input".
  public let name = "input"
  private let hasher: VoxelHasher
  private let width: Int
  private let hasOutside: Bool

  /// Hashes of a scan of `volume`.
  ///
  /// - Parameter hasOutside: whether voxels may be labelled as outside.
  public init(_ volume: VolumeDescription, hasOutside: Bool = false) {
    hasher = VoxelHasher(columns: 0..<volume.shape.x)
    width = volume.voxelType.byteCount
    self.hasOutside = hasOutside
  }

  /// Begins with a block.
  public func begin(_ block: Index3, _ region: Region) -> any BlockObservation {
    Observation(hasher, width, region, hasOutside)
  }

  private final class Observation: BlockObservation {
    private let hasher: VoxelHasher
    private let width: Int
    private let region: Region
    private let hasOutside: Bool
    private var layers: [VoxelHash]
    private var count = 0

    init(_ hasher: VoxelHasher, _ width: Int, _ region: Region, _ hasOutside: Bool) {
      self.hasOutside = hasOutside
      self.hasher = hasher
      self.width = width
      self.region = region
      layers = Array(repeating: VoxelHash(), count: region.z.count)
    }

    func add(
      _ part: Region, labels: RawSpan, of labelBox: Region, voxels: RawSpan, of voxelBox: Region
    ) {
      guard voxels.byteCount > 0 else { return }
      part.forEachRow(in: labelBox, and: voxelBox) { z, y, label, offset in
        for x in hasOutside ? specimen(part.x, labels, label) : [part.x] {
          layers[z - region.z.lowerBound] += hasher.hash(
            row: (z, y), x, of: voxels, at: offset + x.lowerBound - part.x.lowerBound, width: width)
          count += x.count
        }
      }
    }

    func facts(_ labels: RawSpan) -> JSONValue {
      InputFacts(layers: layers, voxels: count).json
    }
  }
}

/// The runs of `columns` that are not labelled as outside; the first of their labels is `offset`.
func specimen(_ columns: Range<Int>, _ labels: RawSpan, _ offset: Int) -> [Range<Int>] {
  var runs: [Range<Int>] = []
  unsafe labels.withUnsafeBytes { bytes in
    var start: Int?
    for i in 0..<columns.count {
      let isOutside = unsafe bytes[offset + i] == UInt8(LabelClass.outsideValue)
      let x = columns.lowerBound + i
      if isOutside, let first = start {
        runs.append(first..<x)
        start = nil
      } else if !isOutside, start == nil {
        start = x
      }
    }
    if let first = start { runs.append(first..<columns.upperBound) }
  }
  return runs
}

/// What `InputHashes` says of a block.
public struct InputFacts: Hashable, Sendable {
  /// The hash of each layer.
  public var layers: [VoxelHash]
  /// The voxels that were read.
  public var voxels: Int

  /// These facts.
  public init(layers: [VoxelHash], voxels: Int) {
    self.layers = layers
    self.voxels = voxels
  }

  /// The facts in a document; `nil` where it says something else.
  public init?(_ json: JSONValue?) {
    guard let texts = json?["layers"]?.array, let voxels = json?["voxels"]?.integer else {
      return nil
    }
    let layers = texts.compactMap { $0.string.flatMap(VoxelHash.init) }
    guard layers.count == texts.count else { return nil }
    self.init(layers: layers, voxels: voxels)
  }

  /// The hash of the whole block.
  public var hash: VoxelHash { layers.reduce(VoxelHash(), +) }

  /// The document.
  public var json: JSONValue {
    [
      "hash": .string(hash.text), "layers": .array(layers.map { .string($0.text) }),
      "voxels": .integer(voxels),
    ]
  }
}

/// Hashes the labels of each block: what came out, whatever it is stored as.
///
///     {"hash": "1a2b…"}
public struct LabelHashes: BlockObserver {
  /// "labels".
  public let name = "labels"
  private let hasher: VoxelHasher

  /// Hashes of labels of a scan of `volume`, at their places in that.
  public init(_ volume: VolumeDescription) {
    hasher = VoxelHasher(columns: 0..<volume.shape.x)
  }

  /// Begins with a block.
  public func begin(_ block: Index3, _ region: Region) -> any BlockObservation {
    Observation(hasher, region)
  }

  private final class Observation: BlockObservation {
    private let hasher: VoxelHasher
    private let region: Region

    init(_ hasher: VoxelHasher, _ region: Region) {
      self.hasher = hasher
      self.region = region
    }

    func add(
      _ part: Region, labels: RawSpan, of labelBox: Region, voxels: RawSpan, of voxelBox: Region
    ) {}

    func facts(_ labels: RawSpan) -> JSONValue {
      let hash = hasher.layers(region, of: labels, width: 1).reduce(VoxelHash(), +)
      return ["hash": .string(hash.text)]
    }
  }
}
