import EngineCore
import NeuralGraph
import OneDNNEngine
import Synchronization
import Testing
import TilePlanning
import VolumeCore
import VolumePipeline
import VolumeTesting

@Suite struct `Observers of blocks` {
  static let shape = Shape3(z: 6, y: 70, x: 90)
  static let block = Shape3(z: 4, y: 32, x: 48)
  let scan = MemoryVolume.scan(Self.shape, seed: 21)

  /// Runs with two observers; returns the facts of all blocks.
  private func facts(
    _ output: any VolumeWriter, tile: Shape3, region: Region? = nil
  ) throws -> [Index3: [String: JSONValue]] {
    var options = SegmentationOptions()
    options.precision = .f32
    options.block = Self.block
    options.tiling.tile = .shape(tile)
    options.tiling.region = region
    let plan = try SegmentationPlan(
      options, model: `A segmentation`.model, scan: scan, factory: OneDNNEngineFactory())
    let run = SegmentationRun(
      plan, from: scan, to: output,
      observers: [Recorder(name: "sums", scan: scan), Recorder(name: "again", scan: scan)])
    _ = try run.run()
    return Dictionary(
      uniqueKeysWithValues: run.blocks.indices.map { ($0, run.facts(of: $0) ?? [:]) })
  }

  @Test func `see each voxel of a block once, with its label, however tiles cut it`() throws {
    var all: [[Index3: [String: JSONValue]]] = []
    for tile in [
      Shape3(z: 1, y: 70, x: 90), Shape3(z: 1, y: 17, x: 33), Shape3(z: 4, y: 64, x: 24),
    ] {
      let output = MemoryOutput(Self.shape, block: Self.block)
      let found = try facts(output, tile: tile)
      let labels = output.bytes
      let grey = try scan.bytes(of: Region(Self.shape))
      for (block, facts) in found {
        var sum = 0
        for at in output.grid.region(of: block).indices {
          let place = (at.z * Self.shape.y + at.y) * Self.shape.x + at.x
          sum += Int(grey[place]) * (1 + Int(labels[place])) * (1 + place % 97)
        }
        #expect(facts["sums"]?["sum"] == .integer(sum), "\(block), tiles of \(tile)")
        #expect(facts["again"] == facts["sums"])
      }
      all.append(found)
    }
    #expect(Set(all).count == 1)
  }

  @Test func `are told where in the scan a block of a region lies`() throws {
    let region = Region(z: 1..<5, y: 20..<60, x: 7..<90)
    let output = MemoryOutput(region.shape, block: Self.block)
    let found = try facts(output, tile: Shape3(z: 1, y: 30, x: 30), region: region)
    for (block, facts) in found {
      #expect(
        facts["sums"]?["region"]
          == .string(output.grid.region(of: block).moved(by: region.origin).description))
    }
  }

  @Test func `have facts kept by an output that can, and blocks without them computed again`()
    throws
  {
    let tile = Shape3(z: 1, y: 32, x: 48)
    let output = KeepingOutput(Self.shape, block: Self.block)
    let whole = try facts(output, tile: tile)
    #expect(output.commits == output.grid.indices.count)
    let before = output.commits
    #expect(try facts(output, tile: tile) == whole)
    #expect(output.commits == before, "all was there")
    output.forget("again", of: Index3(z: 1, y: 0, x: 1))
    #expect(try facts(output, tile: tile) == whole)
    #expect(output.commits == before + 1)
  }
}

/// Sums up grey values, labels and places: each voxel counts once or the sum is another.
private final class Recorder: BlockObserver {
  let name: String
  let scan: MemoryVolume

  init(name: String, scan: MemoryVolume) {
    self.name = name
    self.scan = scan
  }

  func begin(_ block: Index3, _ region: Region) -> any BlockObservation {
    Observation(region, scan.volume.shape)
  }

  private final class Observation: BlockObservation {
    let region: Region
    let shape: Shape3
    var sum = 0
    var voxelCount = 0
    var labelSum = 0

    init(_ region: Region, _ shape: Shape3) {
      self.region = region
      self.shape = shape
    }

    func add(
      _ part: Region, labels: RawSpan, of labelBox: Region, voxels: RawSpan, of voxelBox: Region
    ) {
      #expect(region.contains(part) && labelBox.contains(part) && voxelBox.contains(part))
      voxelCount += part.voxelCount
      part.forEachRow(in: labelBox, and: voxelBox) { z, y, label, voxel in
        for x in part.x {
          let step = x - part.x.lowerBound
          let grey = Int(unsafe voxels.unsafeLoad(fromByteOffset: voxel + step, as: UInt8.self))
          let value = Int(unsafe labels.unsafeLoad(fromByteOffset: label + step, as: UInt8.self))
          labelSum += value
          sum += grey * (1 + value) * (1 + ((z * shape.y + y) * shape.x + x) % 97)
        }
      }
    }

    func facts(_ labels: RawSpan) -> JSONValue {
      var all = 0
      for i in 0..<labels.byteCount {
        all += Int(unsafe labels.unsafeLoad(fromByteOffset: i, as: UInt8.self))
      }
      #expect(voxelCount == region.voxelCount && all == labelSum)
      return ["sum": .integer(sum), "region": .string(region.description)]
    }
  }
}

/// An output that keeps facts, and takes a block again.
private final class KeepingOutput: FactKeepingWriter {
  let grid: ChunkGrid
  var writesInOrder: Bool { false }
  private let state = Mutex((facts: [Index3: [String: JSONValue]](), commits: 0))

  init(_ shape: Shape3, block: Shape3) { grid = ChunkGrid(volume: shape, chunk: block) }

  var commits: Int { state.withLock { $0.commits } }
  func forget(_ name: String, of block: Index3) { state.withLock { $0.facts[block]?[name] = nil } }
  func isCommitted(_ block: Index3) -> Bool { state.withLock { $0.facts[block] != nil } }
  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int { 0 }
  func commit(
    _ block: Index3, _ voxels: RawSpan, facts: [String: JSONValue]
  ) throws(VolumeWriteError) -> Int {
    state.withLock { state in
      state.facts[block] = facts
      state.commits += 1
    }
    return voxels.byteCount
  }
  func facts(of block: Index3) -> [String: JSONValue]? { state.withLock { $0.facts[block] } }
  func keep(_ name: String, _ document: JSONValue) throws(VolumeWriteError) {}
  func kept(_ name: String) -> JSONValue? { nil }
  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {}
}
