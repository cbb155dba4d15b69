import CComponents
import Pipelines
import SystemIO
import VolumeCore
import VolumePasses

/// Finds the components of a volume of labels in one pass, whatever its size.
///
/// Blocks of whole layers are labelled by runs of voxels, each on a thread of its own, and joined in
/// their order, so that numbers follow the order of first voxels and nothing depends on where blocks
/// end (run-based union-find; He, Chao and Suzuki, IEEE Transactions on Image Processing 17, 2008).
/// A component that does not reach the last layer so far is done with and leaves memory.
public struct ComponentSearch: Sendable {
  /// What is looked for.
  public let options: ComponentOptions
  /// The box that is looked at; components end at its faces.
  public let region: Region
  let labels: any VolumeReader
  private let pass: PreparedPass
  private let greyWidth: Int

  /// Prepares the search in `region` (default: all) of `labels`; `scan` has the grey values.
  ///
  /// - Parameter layers: the layers that are looked at here, where others look at the rest of the region.
  public init(
    _ labels: any VolumeReader, scan: (any VolumeReader)? = nil, region: Region? = nil,
    layers: Range<Int>? = nil, _ options: ComponentOptions
  ) throws(Explanation) {
    self.options = options
    self.labels = labels
    self.region = region ?? Region(labels.volume.shape)
    guard labels.volume.shape.x < 1 << 24, labels.volume.shape.y < 1 << 24,
      labels.volume.shape.z < 1 << 24
    else {
      throw Explanation(
        .input, "an axis of \(labels.volume.shape) has more than \(1 << 24) voxels",
        remedy: "measure a part of it with --region")
    }
    var inputs = [PassInput(labels, as: .labels)]
    if let scan {
      let type = scan.volume.voxelType
      let form: PassInput.Form = type == .uint8 || type == .uint16 ? .asStored : .float
      inputs.append(PassInput(scan, as: form))
      greyWidth = form == .float ? 4 : type.byteCount
    } else {
      greyWidth = 0
    }
    var part = self.region
    part.z = layers ?? part.z
    var pass = BlockPass(inputs, region: part)
    let shape = part.shape
    // A block for each thread takes three eighths of the memory, runs and sums an eighth.
    let reading = options.memory / 8 * 3
    let width = inputs.reduce(0) { sum, input in
      let type = input.reader.volume.voxelType
      return sum + type.byteCount + (input.form == .asStored || type == .uint8 ? 0 : 4)
    }
    pass.block = Shape3(z: min(64, shape.z), y: shape.y, x: shape.x)
    while pass.block.z > 1, pass.block.voxelCount * width * options.threads > reading {
      pass.block.z = (pass.block.z + 1) / 2
    }
    pass.leastBlock = Shape3(z: 1, y: shape.y, x: shape.x)
    self.pass = try pass.prepared(memory: max(reading, 1 << 20), threads: options.threads)
  }

  /// What the search takes at its peak.
  public var byteCount: Int { pass.byteCount + options.memory / 8 * 5 }

  /// "2 blocks of 64x1024x1024 at a time".
  public var words: String { pass.words }

  /// Searches.
  ///
  /// - Parameters:
  ///   - isStopped: whether to stop; the answer is then `nil`.
  ///   - progress: called with the number of voxels of each block that is done.
  public func run(
    isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(Explanation) -> FoundComponents? {
    let found = try ComponentJoining(self)
    let turns = Turns()
    try label(turns, isStopped: isStopped, progress: progress) {
      part, firstLayer throws(Explanation) in
      try found.take(part, firstLayer: firstLayer)
    }
    guard !isStopped() else { return nil }
    return try found.end()
  }

  /// Whether mean grey values are wanted.
  var hasGreys: Bool { greyWidth > 0 }

  /// Labels the layers part by part, and hands each part over in the order of the layers.
  ///
  /// - Parameter deliver: called with whole layers, numbered and measured, by one thread at a time.
  func label(
    _ turns: Turns, isStopped: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (Int) -> Void,
    _ deliver: @escaping @Sendable (Part, _ firstLayer: Int) throws(Explanation) -> Void
  ) throws(Explanation) {
    let (region, options) = (region, options)
    let shape = region.shape
    let table = options.isInside.map { $0 ? UInt8(1) : 0 }
    let (hasGreys, greyWidth) = (greyWidth > 0, greyWidth)
    let limit = options.memory / 8 / pass.threads
    _ = try pass.run(
      isStopped: isStopped, progress: progress, onFailure: { turns.abort() },
      gather: {
        Part(
          height: shape.y, width: shape.x, connectivity: options.connectivity, hasGreys: hasGreys)
      }
    ) { (part: inout Part?, block) throws(Explanation) in
      guard let part else { throw noMemory }
      let core = block.core
      let first = core.z.lowerBound - region.z.lowerBound
      let layer = shape.y * shape.x
      var start = 0
      var hasRoom = true
      while start < core.z.count {
        part.clear()
        var end = start
        block.withVoxels(of: 0) { labels in
          func add(_ greys: RawSpan?) {
            repeat {
              hasRoom = part.addLayer(
                labels, at: end * layer, table, greys: greys, greyWidth: greyWidth)
              end += 1
            } while hasRoom && end < core.z.count && part.byteCount < limit
          }
          if hasGreys { block.withVoxels(of: 1) { add($0) } } else { add(nil) }
        }
        guard hasRoom else { throw noMemory }
        part.number(
          firstLayer: first + start, measures: options.measures, surfaces: options.measuresSurfaces)
        // Until here threads work beside each other; parts are joined in their order.
        if start == 0, !turns.wait(for: block.number) { return }
        try deliver(part, first + start)
        if end == core.z.count { turns.pass() }
        start = end
      }
    }
  }
}

/// The system has no memory for what was planned.
let noMemory = Explanation(
  .failed, "the system gives no more memory for the runs of a layer",
  remedy: "give a smaller --memory, or end other programs")

/// Runs what may fail on the scratch disk.
func scratch<Value>(_ body: () throws(SystemError) -> Value) throws(Explanation) -> Value {
  do throws(SystemError) { return try body() } catch { throw error.explanation }
}
