import Synchronization
import SystemIO
import VolumeCore

/// Layers that are decoded one by one, each from a place of its own: slices of a folder, frames of a
/// file.
///
/// Layers of which a part may be wanted again are kept, the least recently used going first. Two
/// threads that want the same layer decode it once.
public final class LayerVolumeReader: VolumeReader {
  /// Decodes rows of a layer, whole and in the machine's byte order, into a span of their size.
  public typealias Decoding =
    @Sendable (_ layer: Int, _ rows: Range<Int>, _ destination: inout MutableRawSpan)
    throws(Explanation) -> Void

  /// What the headers say of the volume.
  public let volume: VolumeDescription
  /// What tells this input from another of its name.
  public let fingerprint: String
  private let readsRowsAlone: Bool
  private let decode: Decoding
  private let state: Mutex<State>

  private struct State {
    var places: [Int: (place: Place, lastUse: Int)] = [:]
    var limit = 64 << 20
    var uses = 0
    var decoded = 0
  }

  /// Decoded rows; several threads may look at them at once.
  private final class Layer: Sendable {
    let bytes: PageBuffer
    init(_ bytes: consuming PageBuffer) { self.bytes = bytes }
  }

  private final class Place: Sendable {
    let layer = Mutex<Layer?>(nil)
  }

  /// The volume whose layers `decode` decodes.
  ///
  /// - Parameter readsRowsAlone: whether rows can be had without those above them, so that nothing
  ///   need be kept.
  public init(
    _ volume: VolumeDescription, fingerprint: String, readsRowsAlone: Bool,
    decode: @escaping Decoding
  ) {
    self.volume = volume
    self.fingerprint = fingerprint
    self.readsRowsAlone = readsRowsAlone
    self.decode = decode
    state = Mutex(State())
  }

  private var rowByteCount: Int { volume.shape.x * volume.voxelType.byteCount }
  private var layerByteCount: Int { volume.shape.y * rowByteCount }

  /// How many layers, or parts of them, were decoded: what reading costs.
  public var decodings: Int { state.withLock { $0.decoded } }

  /// Two runs of layers, since threads are not at one pace; nothing where boxes are whole layers.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    let isWhole = shape.y >= volume.shape.y && shape.x >= volume.shape.x
    return readsRowsAlone || isWhole ? 0 : min(2 * shape.z, volume.shape.z) * layerByteCount
  }

  /// A run of layers, and a quarter of the next for threads that are ahead.
  public func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    let isWhole = shape.y >= volume.shape.y && shape.x >= volume.shape.x
    guard !readsRowsAlone, !isWhole else { return 0 }
    return min(shape.z + shape.z / 4, volume.shape.z) * layerByteCount
  }

  /// Keeps at most `byteCount` bytes, beside the layers that are being read.
  public func limitCache(to byteCount: Int) {
    state.withLock { state in
      state.limit = max(0, byteCount)
      shrink(&state, not: nil)
    }
  }

  /// Reads `region` into `destination`.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    precondition(Region(volume.shape).contains(region), "\(region) is outside \(volume.shape)")
    precondition(destination.byteCount == region.voxelCount * volume.voxelType.byteCount)
    guard !region.isEmpty else { return }
    let partByteCount = destination.byteCount / region.z.count
    do {
      try unsafe destination.withUnsafeMutableBytes { (bytes) throws(Explanation) in
        for (index, z) in region.z.enumerated() {
          let place = (index * partByteCount)..<((index + 1) * partByteCount)
          var span = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[place]).mutableBytes
          try readLayer(z, region, into: &span)
        }
      }
    } catch {
      throw VolumeReadError(region: region, reason: error)
    }
  }

  private func readLayer(
    _ z: Int, _ region: Region, into destination: inout MutableRawSpan
  ) throws(Explanation) {
    let shape = volume.shape
    let isOfWholeRows = region.x.count == shape.x
    if isOfWholeRows, readsRowsAlone || region.y.count == shape.y {
      return try decodeRows(z, region.y, into: &destination)
    }
    if readsRowsAlone {
      let layer = try decoded(z, rows: region.y)
      return copy(region, from: layer, rows: region.y, into: &destination)
    }
    // Whoever comes first decodes; others that want the same layer wait for it.
    let layer = try place(of: z).layer.withLock { (kept) throws(Explanation) in
      if let kept { return kept }
      let made = try decoded(z, rows: 0..<shape.y)
      kept = made
      return made
    }
    copy(region, from: layer, rows: 0..<shape.y, into: &destination)
  }

  private func decoded(_ z: Int, rows: Range<Int>) throws(Explanation) -> Layer {
    var buffer = PageBuffer(byteCount: rows.count * rowByteCount)
    try buffer.withMutableBytes { (bytes) throws(Explanation) in
      try decodeRows(z, rows, into: &bytes)
    }
    return Layer(buffer)
  }

  private func decodeRows(
    _ z: Int, _ rows: Range<Int>, into destination: inout MutableRawSpan
  ) throws(Explanation) {
    state.withLock { $0.decoded += 1 }
    try Timeline.work("decode", byteCount: destination.byteCount) { () throws(Explanation) in
      try decode(z, rows, &destination)
    }
  }

  private func copy(
    _ region: Region, from layer: Layer, rows: Range<Int>,
    into destination: inout MutableRawSpan
  ) {
    let part = Region(z: 0..<1, y: region.y, x: region.x)
    let held = Region(z: 0..<1, y: rows, x: 0..<volume.shape.x)
    layer.bytes.withBytes { bytes in
      copyVoxels(
        part, from: bytes, of: held, to: &destination, of: part,
        width: volume.voxelType.byteCount)
    }
  }

  private func place(of z: Int) -> Place {
    state.withLock { state in
      state.uses += 1
      if let found = state.places[z] {
        state.places[z]?.lastUse = state.uses
        return found.place
      }
      let place = Place()
      // What alone is more than the limit is kept by whoever is at it, and by nobody else.
      guard layerByteCount <= state.limit else { return place }
      state.places[z] = (place, state.uses)
      shrink(&state, not: z)
      return place
    }
  }

  private func shrink(_ state: inout State, not newest: Int?) {
    while state.places.count * layerByteCount > state.limit,
      let oldest = state.places.filter({ $0.key != newest })
        .min(by: { $0.value.lastUse < $1.value.lastUse })
    {
      state.places[oldest.key] = nil
    }
  }
}
