import EngineCore
import Synchronization
import Testing
import VolumeCommands
import VolumeCore

/// Volumes that live in memory: `.store` and `.zarr` are written in any order, `.parts` while they
/// are read, `.file` in order.
final class MemoryFormat: VolumeFormat {
  let name = "memory"
  private let volumes = Mutex<[String: MemoryVolume]>([:])
  private let writers = Mutex<[String: MemoryWriter]>([:])
  let chunk: Shape3
  /// Fails when the block of this number is committed, counted from 1.
  let failsAtCommit: Int?

  init(chunk: Shape3 = Shape3(z: 2, y: 3, x: 3), failsAtCommit: Int? = nil) {
    self.chunk = chunk
    self.failsAtCommit = failsAtCommit
  }

  func add(_ name: String, _ volume: MemoryVolume) { volumes.withLock { $0[name] = volume } }

  func written(_ name: String) -> MemoryWriter? { writers.withLock { $0[name] } }

  func recognises(_ path: String) -> Bool {
    volumes.withLock { $0[path] != nil } || written(path)?.isFinished == true
  }

  func open(_ path: String, hints: OpeningHints) throws(Explanation) -> any VolumeReader {
    if let writer = written(path), writer.isFinished {
      return MemoryVolume(
        shape: writer.grid.volume, type: writer.output.volume.voxelType, voxels: writer.voxels,
        classes: writer.output.volume.classes)
    }
    guard let volume = volumes.withLock({ $0[path] }) else {
      throw Explanation(.input, "no \(path)", remedy: "add it")
    }
    return volume
  }

  func writes(_ path: String) -> Bool {
    [".store", ".file", ".zarr", ".parts"].contains { path.hasSuffix($0) }
  }

  func check(_ output: OutputDescription, at path: String) throws(Explanation) {
    guard let old = written(path), !output.overwrites else { return }
    guard !old.isFinished else { throw Explanation(.input, "\(path) is finished", remedy: "-") }
    guard old.output.plan == output.plan else {
      throw Explanation(.input, "\(path) is another plan's", remedy: "-")
    }
  }

  func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    try check(output, at: path)
    if let old = written(path), !output.overwrites { return old }
    let kind = path.hasSuffix(".parts") ? PartwiseMemoryWriter.self : MemoryWriter.self
    let writer = kind.init(
      output, chunk: chunk, inOrder: path.hasSuffix(".file"), failsAtCommit: failsAtCommit)
    writers.withLock { $0[path] = writer }
    return writer
  }
}

final class MemoryVolume: VolumeReader {
  let volume: VolumeDescription
  let readsPlainVoxels: Bool
  /// The box that is decoded as one, in every layer; whoever cuts it needs a cache.
  private let grain: Shape3?
  private let boxes = Mutex<[Region]>([])
  private let voxels: [UInt8]
  private let failure: Explanation?

  init(
    shape: Shape3, type: VoxelType = .uint8, voxels: [UInt8], classes: [LabelClass]? = nil,
    failure: Explanation? = nil, isPlain: Bool = false, grain: Shape3? = nil,
    fingerprint: String? = nil
  ) {
    self.fingerprint = fingerprint ?? "memory \(voxels.count)"
    self.grain = grain
    readsPlainVoxels = isPlain
    var volume = VolumeDescription(shape: shape, voxelType: type, format: "memory")
    volume.classes = classes
    self.volume = volume
    self.voxels = voxels
    self.failure = failure
    precondition(voxels.count == volume.byteCount)
  }

  /// Voxels whose value is their number.
  convenience init(numbered shape: Shape3) {
    self.init(shape: shape, voxels: (0..<shape.voxelCount).map { UInt8(truncatingIfNeeded: $0) })
  }

  /// The boxes that were read so far.
  var reads: [Region] { boxes.withLock { $0 } }

  func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    guard let grain else { return 0 }
    let cutsRows = shape.y < volume.shape.y && shape.y % grain.y != 0
    let cutsColumns = shape.x < volume.shape.x && shape.x % grain.x != 0
    return cutsRows || cutsColumns ? volume.shape.y * volume.shape.x * shape.z : 0
  }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    boxes.withLock { $0.append(region) }
    if let failure { throw VolumeReadError(region: region, reason: failure) }
    let voxels = voxels
    unsafe copyVoxels(
      region, from: voxels.span.bytes, of: Region(volume.shape), to: &destination, of: region,
      width: volume.voxelType.byteCount)
  }

  let fingerprint: String
}

class MemoryWriter: VolumeWriter, @unchecked Sendable {
  let grid: ChunkGrid
  let output: OutputDescription
  let writesInOrder: Bool
  private let failsAtCommit: Int?
  private struct State {
    var voxels: [UInt8]
    var committed: [Index3] = []
    var isFinished = false
  }
  private let state: Mutex<State>

  required init(_ output: OutputDescription, chunk: Shape3, inOrder: Bool, failsAtCommit: Int?) {
    self.output = output
    self.failsAtCommit = failsAtCommit
    writesInOrder = inOrder
    let shape = output.volume.shape
    grid = ChunkGrid(
      volume: shape, chunk: inOrder ? Shape3(z: 1, y: shape.y, x: shape.x) : chunk)
    state = Mutex(State(voxels: [UInt8](repeating: 0, count: output.volume.byteCount)))
  }

  var voxels: [UInt8] { state.withLock { $0.voxels } }
  var commits: [Index3] { state.withLock { $0.committed } }
  var isFinished: Bool { state.withLock { $0.isFinished } }

  func isCommitted(_ block: Index3) -> Bool { commits.contains(block) }

  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    let region = grid.region(of: block)
    let bytes = unsafe voxels.withUnsafeBytes { unsafe [UInt8]($0) }
    let failed = state.withLock { state -> Bool in
      if state.committed.count + 1 == failsAtCommit { return true }
      var span = state.voxels.mutableSpan
      var raw = unsafe span.mutableBytes
      unsafe copyVoxels(
        region, from: bytes.span.bytes, of: region, to: &raw, of: Region(grid.volume),
        width: output.volume.voxelType.byteCount)
      state.committed.append(block)
      return false
    }
    if failed {
      throw VolumeWriteError(
        block: block, reason: Explanation(.failed, "the disk is full", remedy: "make room"))
    }
    return bytes.count
  }

  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    state.withLock { $0.isFinished = true }
  }
}

/// Asks for its blocks layer by layer.
final class PartwiseMemoryWriter: MemoryWriter, PartwiseWriter, @unchecked Sendable {
  private let asked = Mutex(0)

  /// How many parts were asked for.
  var partCount: Int { asked.withLock { $0 } }

  var largestPart: Shape3 { Shape3(z: 1, y: grid.chunk.y, x: grid.chunk.x) }
  var partsAtOnce: Int { 1 }
  var byteCountInParts: Int { largestPart.voxelCount * output.volume.voxelType.byteCount }

  func commit(_ block: Index3, from source: @escaping VoxelSource) throws(Explanation) -> Int {
    let region = grid.region(of: block)
    var bytes: [UInt8] = []
    for z in region.z {
      let box = Region(z: z..<(z + 1), y: region.y, x: region.x)
      var part = [UInt8](
        repeating: 0, count: box.voxelCount * output.volume.voxelType.byteCount)
      var span = part.mutableSpan
      var raw = unsafe span.mutableBytes
      try source(box, &raw)
      asked.withLock { $0 += 1 }
      bytes += part
    }
    do throws(VolumeWriteError) {
      return try commit(block, unsafe bytes.span.bytes)
    } catch {
      throw error.explanation
    }
  }
}

/// What a run of the tool said and returned.
struct Outcome {
  var code: Int32
  var output: String
  var error: String

  /// Standard output as the one JSON object that it must be.
  var json: JSONValue? {
    output.split(separator: "\n").count == 1 ? JSONValue(parsing: output) : nil
  }
}

/// The picture that was written last.
final class MemoryPictures: PictureWriter {
  private let picture = Mutex<LayerPicture?>(nil)
  var last: LayerPicture? { picture.withLock { $0 } }
  func write(_ picture: LayerPicture, to path: String) throws(Explanation) {
    self.picture.withLock { $0 = picture }
  }
  private let colours = Mutex<ColourPicture?>(nil)
  var lastColours: ColourPicture? { colours.withLock { $0 } }
  func write(_ picture: ColourPicture, to path: String) throws(Explanation) {
    colours.withLock { $0 = picture }
  }
  private let sheet = Mutex<PictureSheet?>(nil)
  var lastSheet: PictureSheet? { sheet.withLock { $0 } }
  func write(_ sheet: PictureSheet, to path: String) throws(Explanation) {
    self.sheet.withLock { $0 = sheet }
  }
  func greyPNG(width: Int, height: Int, values: [UInt8]) throws(Explanation) -> [UInt8] {
    [UInt8(width), UInt8(height)] + values
  }
  private let chart = Mutex<Chart?>(nil)
  var lastChart: Chart? { chart.withLock { $0 } }
  func write(_ chart: Chart, to path: String) throws(Explanation) {
    self.chart.withLock { $0 = chart }
  }
}

/// The pictures of the film that was made last.
final class MemoryFilms: FilmMaker {
  let endings = [".mp4", ".gif"]
  private let state = Mutex((frames: [FilmFrame](), isFinished: false, isDiscarded: false))
  private let speed = Mutex(0)

  var frames: [FilmFrame] { state.withLock { $0.frames } }
  var isFinished: Bool { state.withLock { $0.isFinished } }
  var isDiscarded: Bool { state.withLock { $0.isDiscarded } }
  var picturesPerSecond: Int { speed.withLock { $0 } }

  func begin(_ path: String, picturesPerSecond: Int) throws(Explanation) -> any Film {
    speed.withLock { $0 = picturesPerSecond }
    state.withLock { $0 = ([], false, false) }
    return Making(self)
  }

  private final class Making: Film {
    let films: MemoryFilms
    init(_ films: MemoryFilms) { self.films = films }
    var encoder: String? { films.frames.isEmpty ? nil : "memory" }
    var size: (width: Int, height: Int)? { films.frames.isEmpty ? nil : (8, 6) }
    func add(_ frame: FilmFrame) throws(Explanation) {
      films.state.withLock { $0.frames.append(frame) }
    }
    func finish() throws(Explanation) { films.state.withLock { $0.isFinished = true } }
    func discard() { films.state.withLock { $0.isDiscarded = true } }
  }
}

/// Runs the tool in this process.
func runTool(
  _ words: [String], formats: [any VolumeFormat] = [],
  pictures: any PictureWriter = MemoryPictures(), films: (any FilmMaker)? = nil,
  models: [any ModelReader] = [], writers: [any ModelWriter] = [],
  paint: (any PaintPictures)? = nil,
  stores: (any StoreChecking)? = nil, columns: (any ColumnStoring)? = nil,
  guesser: (any VolumeGuessing)? = nil,
  stopSignal: @escaping @Sendable () -> Int32? = { nil }, outputIsBroken: Bool = false,
  environment: [String: String] = [:],
  executable: String = "/nowhere/bin/t2s-volume"
) -> Outcome {
  let box = Said()
  let console = Console(
    output: { text in
      box.said.withLock { $0.output += text }
      return !outputIsBroken
    },
    error: { text in
      box.said.withLock { $0.error += text }
      return true
    })
  let context = CommandContext(
    catalogue: Catalogue(
      formats: formats, modelReaders: models, modelWriters: writers,
      engines: [ReferenceEngineFactory()], trainers: [ReferenceTrainingFactory()],
      pictures: pictures, films: films, paint: paint, stores: stores, columns: columns,
      guesser: guesser),
    console: console, stopSignal: stopSignal, environment: { environment[$0] },
    executable: executable)
  let code = Tool(context: context).run(words)
  return box.said.withLock { Outcome(code: code, output: $0.output, error: $0.error) }
}

/// What was said so far.
private final class Said: Sendable {
  let said = Mutex((output: "", error: ""))
}
