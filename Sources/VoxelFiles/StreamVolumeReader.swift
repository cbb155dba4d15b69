import Compression
import Synchronization
import SystemIO
import VolumeCore

/// Voxels in one compressed stream, which can only be read forwards.
///
/// The layers read last are kept, as many as the cache may hold; a region behind them begins the
/// stream again. Layer by layer from the front, which is how volumes are copied, it is read once.
public final class StreamVolumeReader: VolumeReader {
  /// The stream from its first byte.
  public typealias Opening = @Sendable () throws(StreamError) -> any ByteStream

  /// What the header says of the volume.
  public let volume: VolumeDescription
  /// What tells this input from another of its name.
  public let fingerprint: String
  private let path: String

  /// The compressed file.
  public var filesRead: [String] { [path] }
  private let offset: Int
  private let byteOrder: ByteOrder
  private let open: Opening
  private let state: Mutex<State>

  private final class State {
    var stream: (any ByteStream)?
    var next = 0
    var kept: [LayerBuffer] = []
    var limit = 64 << 20
    var openings = 0
  }

  private final class LayerBuffer {
    var bytes: PageBuffer
    init(byteCount: Int) { bytes = PageBuffer(byteCount: byteCount) }
  }

  /// Voxels in C order behind `offset` bytes of the stream that `open` begins.
  ///
  /// - Parameter path: the file, for people.
  public init(
    _ volume: VolumeDescription, byteOrder: ByteOrder, path: String, offset: Int,
    fingerprint: String, open: @escaping Opening
  ) {
    self.volume = volume
    self.byteOrder = byteOrder
    self.path = path
    self.offset = offset
    self.fingerprint = fingerprint
    self.open = open
    state = Mutex(State())
  }

  private var layerByteCount: Int {
    volume.shape.y * volume.shape.x * volume.voxelType.byteCount
  }

  /// How often the stream was begun: what reading costs.
  public var openings: Int { state.withLock { $0.openings } }

  /// Two runs of layers: threads that are not at one pace read from two.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    min(2 * shape.z, volume.shape.z) * layerByteCount
  }

  /// Keeps at most `byteCount` bytes, but always the layer that is being read.
  public func limitCache(to byteCount: Int) {
    state.withLock { state in
      state.limit = byteCount
      Self.drop(state, layerByteCount)
    }
  }

  /// Reads `region` into `destination`.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let width = volume.voxelType.byteCount
    precondition(Region(volume.shape).contains(region), "\(region) is outside \(volume.shape)")
    precondition(destination.byteCount == region.voxelCount * width)
    guard !region.isEmpty else { return }
    do {
      for z in region.z { try copyLayer(z, region, into: &destination) }
    } catch {
      throw VolumeReadError(region: region, reason: error.explanation)
    }
    if width > 1, byteOrder != .native { swapBytes(of: &destination, width: width) }
  }

  private func copyLayer(
    _ z: Int, _ region: Region, into destination: inout MutableRawSpan
  ) throws(FlatReadError) {
    let width = volume.voxelType.byteCount
    let part = Region(z: z..<(z + 1), y: region.y, x: region.x)
    let whole = Region(z: z..<(z + 1), y: 0..<volume.shape.y, x: 0..<volume.shape.x)
    try unsafe destination.withUnsafeMutableBytes { (bytes) throws(FlatReadError) in
      try state.withLock { (state) throws(FlatReadError) in
        do throws(StreamError) {
          let layer = try self.layer(z, state)
          var span = unsafe bytes.mutableBytes
          layer.bytes.withBytes {
            copyVoxels(part, from: $0, of: whole, to: &span, of: region, width: width)
          }
        } catch {
          // A stream that failed is in no state to be read on.
          state.stream = nil
          state.kept = []
          throw .stream(path: path, "\(error)")
        }
      }
    }
  }

  private func layer(_ z: Int, _ state: State) throws(StreamError) -> LayerBuffer {
    if z < state.next, z >= state.next - state.kept.count {
      return state.kept[z - (state.next - state.kept.count)]
    }
    if state.stream == nil || z < state.next {
      let stream = try open()
      try stream.skip(offset)
      state.stream = stream
      state.next = 0
      state.kept = []
      state.openings += 1
    }
    guard let stream = state.stream else { throw .endsEarly }
    while true {
      // The oldest layer's memory serves the newest, once there are as many as may be.
      let isFull = (state.kept.count + 1) * layerByteCount > state.limit
      let layer =
        isFull && !state.kept.isEmpty
        ? state.kept.removeFirst() : LayerBuffer(byteCount: layerByteCount)
      let got = try layer.bytes.withMutableBytes { bytes throws(StreamError) in
        try stream.read(into: &bytes)
      }
      guard got == layerByteCount else { throw .endsEarly }
      state.kept.append(layer)
      state.next += 1
      if state.next == z + 1 { return layer }
    }
  }

  private static func drop(_ state: State, _ layerByteCount: Int) {
    while state.kept.count > 1, state.kept.count * layerByteCount > state.limit {
      state.kept.removeFirst()
    }
  }
}

extension StreamVolumeReader {
  /// The bytes of the file at `path` from `offset` on, at most `count`, as a decompressor takes them.
  public static func source(
    ofFile path: String, from offset: Int, count: Int = .max
  ) throws(StreamError) -> CompressedSource {
    let file: OpenFile
    do throws(SystemError) {
      file = try OpenFile(path)
    } catch {
      throw .source(error.explanation.what)
    }
    var place = offset
    var left = count
    return { (destination: inout MutableRawSpan) throws(StreamError) -> Int in
      let wanted = min(destination.byteCount, left)
      guard wanted > 0 else { return 0 }
      do throws(SystemError) {
        let got = try unsafe destination.withUnsafeMutableBytes { bytes throws(SystemError) in
          var part = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted]).mutableBytes
          return try file.handle.read(at: place, into: &part)
        }
        place += got
        left -= got
        return got
      } catch {
        throw .source(error.explanation.what)
      }
    }
  }
}
