import CFlooding
import SystemIO
import VolumeCore

/// The memory of one block in which classes grow, used for one block after the other.
///
/// All boxes have a margin of one voxel that nobody enters, so that no loop asks where a row ends.
@safe final class FloodBlock {
  /// The most voxels with the margin.
  private let most: Int
  private let greys: UnsafeMutablePointer<UInt16>
  let seeds: UnsafeMutablePointer<UInt8>
  let costs: UnsafeMutablePointer<UInt32>
  private let floors: UnsafeMutablePointer<UInt32>
  private let next: UnsafeMutablePointer<Int32>
  private let fronts: UnsafeMutablePointer<UInt32>
  private let heads: UnsafeMutablePointer<Int32>
  private let sources: UnsafeMutablePointer<t2s_arrival>
  private let sourceRoom: Int
  private let best: UnsafeMutablePointer<UInt32>
  let labels: UnsafeMutablePointer<UInt8>
  private let crossesLayers: Bool
  private var read: PageBuffer
  private var readLabels: PageBuffer
  /// The box that is being worked on.
  private(set) var region = Region(z: 0..<0, y: 0..<0, x: 0..<0)

  /// What a block of `shape` takes, whose voxels are read with `voxelBytes` and their labels with
  /// `labelBytes`.
  static func byteCount(
    of shape: Shape3, crossesLayers: Bool, voxelBytes: Int, labelBytes: Int
  ) -> Int {
    let padded = Self.padded(shape, crossesLayers)
    let faces = shape.z * shape.y + shape.z * shape.x + shape.y * shape.x
    // Arrivals of eight bytes through each face, and the faces themselves, old, new and opposite.
    return padded.voxelCount * 29 + shape.voxelCount * (voxelBytes + labelBytes + 1)
      + (crossesLayers ? 2 * faces * 20 : 0) + (1 << 20)
  }

  private static func padded(_ shape: Shape3, _ crossesLayers: Bool) -> Shape3 {
    Shape3(z: shape.z + (crossesLayers ? 2 : 0), y: shape.y + 2, x: shape.x + 2)
  }

  /// Memory for blocks of at most `shape`.
  init(_ shape: Shape3, crossesLayers: Bool, voxelBytes: Int, labelBytes: Int) {
    self.crossesLayers = crossesLayers
    most = Self.padded(shape, crossesLayers).voxelCount
    unsafe greys = .allocate(capacity: most)
    unsafe seeds = .allocate(capacity: most)
    unsafe costs = .allocate(capacity: most)
    unsafe floors = .allocate(capacity: most)
    unsafe next = .allocate(capacity: most)
    unsafe fronts = .allocate(capacity: 2 * most)
    unsafe heads = .allocate(capacity: 65536)
    sourceRoom = most / 8 + 1
    unsafe sources = .allocate(capacity: sourceRoom)
    unsafe best = .allocate(capacity: most)
    unsafe labels = .allocate(capacity: most)
    // Touched now: what a block needs of them differs, and where the system lends large pages also from
    // run to run; so the peak is what was said.
    unsafe next.initialize(repeating: 0, count: most)
    unsafe fronts.initialize(repeating: 0, count: 2 * most)
    unsafe sources.initialize(repeating: t2s_arrival(cost: 0, voxel: 0), count: sourceRoom)
    read = PageBuffer(byteCount: shape.voxelCount * voxelBytes)
    readLabels = PageBuffer(byteCount: shape.voxelCount * labelBytes)
  }

  deinit {
    unsafe greys.deallocate()
    unsafe seeds.deallocate()
    unsafe costs.deallocate()
    unsafe floors.deallocate()
    unsafe next.deallocate()
    unsafe fronts.deallocate()
    unsafe heads.deallocate()
    unsafe sources.deallocate()
    unsafe best.deallocate()
    unsafe labels.deallocate()
  }

  private var padded: Shape3 { Self.padded(region.shape, crossesLayers) }

  /// Where the voxel (z, y, x), counted from the region's first, lies with the margin.
  func index(_ z: Int, _ y: Int, _ x: Int) -> Int {
    ((z + (crossesLayers ? 1 : 0)) * padded.y + y + 1) * padded.x + x + 1
  }

  /// Reads `region` of `scan`, and finds the seeds in it by `rule` and by `labels`.
  func load(
    _ region: Region, _ scan: any VolumeReader, labels: (any VolumeReader)?, _ rule: SeedRule
  ) throws(Explanation) {
    self.region = region
    let type = scan.volume.voxelType
    try fill(&read, region, scan)
    if let labels { try fill(&readLabels, region, labels) }
    let count = padded.voxelCount
    unsafe greys.update(repeating: 0, count: count)
    unsafe seeds.update(repeating: SeedRule.blocked, count: count)
    let (height, width) = (region.y.count, region.x.count)
    takeGreys(type)
    let labelType = labels?.volume.voxelType ?? .uint8
    try readLabels.withBytes { span throws(Explanation) in
      var row = [UInt8](repeating: 0, count: width)
      for z in 0..<region.z.count {
        for y in 0..<height {
          let target = index(z, y, 0)
          let place = SeedRule.Row(z: region.z.lowerBound + z, y: region.y.lowerBound + y)
          guard labels != nil else {
            unsafe rule.classify(
              greys + target, labels: nil, place, x: region.x, into: seeds + target)
            continue
          }
          for x in 0..<width {
            let value = labelType.value(span, at: (z * height + y) * width + x)
            guard let label = UInt8(exactly: value) else {
              throw notALabel(value, z: place.z, y: place.y, x: region.x.lowerBound + x)
            }
            row[x] = label
          }
          unsafe row.withUnsafeBufferPointer { row in
            unsafe rule.classify(
              greys + target, labels: row.baseAddress, place, x: region.x, into: seeds + target)
          }
        }
      }
    }
  }

  /// Takes the voxels of `heights` for grey values, once seeds are found.
  func replaceGreys(by heights: any VolumeReader) throws(Explanation) {
    try fill(&read, region, heights)
    takeGreys(heights.volume.voxelType)
  }

  /// Takes what was read for grey values.
  private func takeGreys(_ type: VoxelType) {
    let (height, width) = (region.y.count, region.x.count)
    read.withBytes(first: region.voxelCount * type.byteCount) { span in
      for z in 0..<region.z.count {
        for y in 0..<height {
          let source = (z * height + y) * width
          let target = index(z, y, 0)
          unsafe copy(span, type, from: source, count: width, to: greys + target)
        }
      }
    }
  }

  private func notALabel(_ value: Double, z: Int, y: Int, x: Int) -> Explanation {
    Explanation(
      .input, "the seeds' voxel at z, y, x = (\(z), \(y), \(x)) is \(value), which is no label",
      remedy: "give labels, whole numbers from 0 to 255, as seeds")
  }

  private func fill(
    _ buffer: inout PageBuffer, _ region: Region, _ reader: any VolumeReader
  ) throws(Explanation) {
    do throws(VolumeReadError) {
      try buffer.withMutableBytes(first: region.voxelCount * reader.volume.voxelType.byteCount) {
        span throws(VolumeReadError) in try reader.read(region, into: &span)
      }
    } catch {
      throw error.explanation
    }
  }

  private func copy(
    _ span: RawSpan, _ type: VoxelType, from first: Int, count: Int,
    to target: UnsafeMutablePointer<UInt16>
  ) {
    unsafe span.withUnsafeBytes { bytes in
      switch type {
      case .uint8:
        let values = unsafe bytes.assumingMemoryBound(to: UInt8.self)
        for i in 0..<count { unsafe target[i] = UInt16(values[first + i]) }
      case .int8:
        let values = unsafe bytes.assumingMemoryBound(to: Int8.self)
        for i in 0..<count { unsafe target[i] = UInt16(Int(values[first + i]) + 128) }
      case .int16:
        let values = unsafe bytes.assumingMemoryBound(to: Int16.self)
        for i in 0..<count { unsafe target[i] = UInt16(Int(values[first + i]) + 32768) }
      default:
        let values = unsafe bytes.assumingMemoryBound(to: UInt16.self)
        for i in 0..<count { unsafe target[i] = values[first + i] }
      }
    }
  }

  /// Adds each class's seeds, and their grey values, to `sums`.
  func add(to sums: inout [SeedSum]) {
    var counts = [Int](repeating: 0, count: 256)
    var greySums = [Int](repeating: 0, count: 256)
    for v in 0..<padded.voxelCount {
      let place = unsafe Int(seeds[v])
      counts[place] += 1
      greySums[place] += unsafe Int(greys[v])
    }
    for place in sums.indices {
      sums[place].count += counts[place]
      sums[place].sum += greySums[place]
    }
  }

  /// Gives seeds of the class at `places[p]` the place `p`'s value, before a growth of fewer classes.
  func join(_ places: [UInt8]) {
    for v in 0..<padded.voxelCount {
      let place = unsafe seeds[v]
      if Int(place) < places.count { unsafe seeds[v] = places[Int(place)] }
    }
  }

  private var memory: t2s_block {
    let shape = padded
    return unsafe t2s_block(
      z: shape.z, y: shape.y, x: shape.x, crosses_layers: crossesLayers ? 1 : 0, greys: greys,
      seeds: seeds, costs: costs, floors: floors, next: next, front: fronts, after: fronts + most,
      heads: heads, sources: sources, source_room: sourceRoom)
  }

  /// Lets the class at `place` grow from its seeds and from `arrivals`.
  func flood(_ place: UInt8, levels: [UInt16], arrivals: [t2s_arrival]) {
    var block = unsafe memory
    unsafe levels.withUnsafeBufferPointer { levels in
      unsafe arrivals.withUnsafeBufferPointer { arrivals in
        unsafe t2s_flood(&block, place, levels.baseAddress, arrivals.baseAddress, arrivals.count)
      }
    }
  }

  /// Lets water rise from all seeds and from `arrivals`.
  func rise(levels: [UInt16], arrivals: [t2s_arrival]) {
    flood(UInt8(T2S_ANY_SEED), levels: levels, arrivals: arrivals)
  }

  /// Gives each voxel the class of its neighbour of least cost, once water has risen and the margin has
  /// what lies beyond it.
  func divide() {
    var block = unsafe memory
    for v in 0..<padded.voxelCount {
      // The margin keeps what it was given.
      let seed = unsafe seeds[v]
      if seed < UInt8(T2S_ANY_SEED) { unsafe labels[v] = seed }
    }
    unsafe t2s_divide(&block, labels)
  }

  /// Lays costs and labels of the voxels beyond a face into the margin, at `voxels` of this side.
  func setMargin(_ face: Face, _ voxels: [UInt32], costs: [UInt32], labels: [UInt32]) {
    let steps = [padded.y * padded.x, padded.x, 1]
    let step = face.isHigh ? steps[face.axis] : -steps[face.axis]
    for (i, voxel) in voxels.enumerated() {
      let beyond = Int(voxel) + step
      unsafe self.costs[beyond] = costs[i] == Face.wall ? Face.unreached : costs[i]
      unsafe self.labels[beyond] = UInt8(clamping: labels[i])
    }
  }

  /// Forgets what classes have reached.
  func clearBest() {
    unsafe best.update(repeating: UInt32.max, count: padded.voxelCount)
    // What no class reaches is not annotated.
    unsafe labels.update(repeating: SeedRule.none, count: padded.voxelCount)
  }

  /// Gives the class at `place`, which has just grown, the voxels that it reaches at less cost than
  /// those before it.
  func takeBetter(_ place: UInt8) {
    unsafe t2s_take_better(costs, seeds, padded.voxelCount, place, best, labels)
  }

  /// Lends the places of the classes of the region's voxels in C order; 255 where none came, 254
  /// outside.
  func withLabels<Value, Failure>(
    _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let (height, width) = (region.y.count, region.x.count)
    // What was read is not needed any more.
    var done = 0
    for z in 0..<region.z.count {
      for y in 0..<height {
        let source = index(z, y, 0)
        read.withMutableBytes { span in
          for x in 0..<width {
            let isBlocked = unsafe seeds[source + x] == SeedRule.blocked
            let label = unsafe isBlocked ? SeedRule.blocked : labels[source + x]
            span.storeBytes(of: label, toByteOffset: done + x, as: UInt8.self)
          }
        }
        done += width
      }
    }
    return try read.withBytes(first: done, body)
  }
}

/// The seeds of a class: how many, and the sum of their grey values as they are stored.
struct SeedSum: Hashable, Sendable {
  var count = 0
  var sum = 0
}
