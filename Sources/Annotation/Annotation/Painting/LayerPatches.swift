import SystemIO
import VolumeCore

/// Whole layers of labels that replace those of a volume, on disk until the result is written.
public final class LayerPatches: Sendable {
  /// The extent of the volume.
  public let shape: Shape3
  private let file: ScratchFile
  private let places: [Int: Int]

  /// Room for `layers` of a volume of `shape`, in a file without a name in `folder`.
  public init(_ layers: [Int], of shape: Shape3, scratchFolder: String) throws(Explanation) {
    self.shape = shape
    var places: [Int: Int] = [:]
    for layer in layers where places[layer] == nil { places[layer] = places.count }
    self.places = places
    do throws(SystemError) {
      file = try ScratchFile(inFolder: scratchFolder)
    } catch {
      throw error.explanation
    }
  }

  /// The layers that are replaced.
  public var layers: Set<Int> { Set(places.keys) }

  /// Keeps `labels`, row by row, as `layer`, one of those there is room for.
  public func write(_ labels: [UInt8], layer: Int) throws(Explanation) {
    precondition(labels.count == shape.y * shape.x)
    guard let place = places[layer] else { preconditionFailure("no room for layer \(layer)") }
    do throws(SystemError) {
      try file.write(labels, at: place * labels.count)
    } catch {
      throw error.explanation
    }
  }

  /// Reads a part of one layer, and does nothing where the layer is not replaced.
  func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(SystemError) -> Bool {
    guard let place = places[region.z.lowerBound] else { return false }
    let moved = Region(z: place..<(place + 1), y: region.y, x: region.x)
    try file.readVoxels(moved, in: shape, into: &destination)
    return true
  }
}

/// A label volume of which some layers are replaced; the rest is another volume's, or one value.
public final class PatchedVolume: VolumeReader {
  /// As it was given.
  public let volume: VolumeDescription
  private let base: (any VolumeReader)?
  private let patches: LayerPatches

  /// `patches` over `base`, which has one byte a voxel; without a base, nothing else is annotated.
  public init(_ volume: VolumeDescription, base: (any VolumeReader)?, _ patches: LayerPatches) {
    precondition(base.map { $0.volume.voxelType == .uint8 } ?? true)
    var volume = volume
    volume.voxelType = .uint8
    self.volume = volume
    self.base = base
    self.patches = patches
  }

  /// The base's.
  public var fingerprint: String { base?.fingerprint ?? "painted" }
  /// The base's.
  public var filesRead: [String] { base?.filesRead ?? [] }
  /// As the base needs it.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    base?.cacheByteCount(forBoxesOf: shape) ?? 0
  }
  /// As the base needs it.
  public func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    base?.cacheByteCount(forSlabsOf: shape) ?? 0
  }
  /// The base's.
  public func limitCache(to byteCount: Int) { base?.limitCache(to: byteCount) }

  /// Reads the base, and what replaces it.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let replaced = patches.layers
    if region.z.contains(where: { !replaced.contains($0) }) {
      if let base {
        try base.read(region, into: &destination)
      } else {
        unsafe destination.withUnsafeMutableBytes { bytes in
          for i in bytes.indices { unsafe bytes[i] = LabelClass.unannotated }
        }
      }
    }
    let layer = region.y.count * region.x.count
    try unsafe destination.withUnsafeMutableBytes { bytes throws(VolumeReadError) in
      for z in region.z where replaced.contains(z) {
        let first = (z - region.z.lowerBound) * layer
        var span = unsafe UnsafeMutableRawBufferPointer(
          rebasing: bytes[first..<(first + layer)]
        ).mutableBytes
        let part = Region(z: z..<(z + 1), y: region.y, x: region.x)
        do throws(SystemError) {
          _ = try patches.read(part, into: &span)
        } catch {
          throw VolumeReadError(region: part, reason: error.explanation)
        }
      }
    }
  }
}

/// One layer of a label volume, a byte for each pixel; throws where a voxel is no label.
public func labelLayer(
  _ z: Int, of reader: any VolumeReader
) throws(Explanation) -> [UInt8] {
  let shape = reader.volume.shape
  let bytes: [UInt8]
  do throws(VolumeReadError) {
    bytes = try reader.bytes(of: Region(z: z..<(z + 1), y: 0..<shape.y, x: 0..<shape.x))
  } catch {
    throw error.explanation
  }
  let type = reader.volume.voxelType
  guard type != .uint8 else { return bytes }
  var labels = [UInt8](repeating: 0, count: shape.y * shape.x)
  for i in labels.indices {
    let value = unsafe type.value(bytes.span.bytes, at: i)
    guard let label = UInt8(exactly: value) else {
      throw Explanation(
        .input,
        "the voxel at z, y, x = (\(z), \(i / shape.x), \(i % shape.x)) is \(value), which is no label",
        remedy: "labels are whole numbers from 0 to 255: is this the grey scan?")
    }
    labels[i] = label
  }
  return labels
}
