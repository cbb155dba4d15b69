import OneDNNEngine
import Synchronization
import Testing
import VolumeCore
import VolumePipeline
import VolumeTesting

@Suite struct `What passes along several axes keep` {
  static let shape = Shape3(z: 8, y: 16, x: 24)

  @Test func `is each reader's own share of the plan, and of chunks that are read once none`()
    throws
  {
    let scan = KeepingReader(MemoryVolume.scan(Self.shape, seed: 3), wanted: 70_000)
    let sums = (0..<2).map { _ in
      KeepingReader(
        MemoryVolume(
          Self.shape, .uint16, [UInt8](repeating: 0, count: 2 * Self.shape.voxelCount)),
        wanted: 500_000)
    }
    var options = SegmentationOptions()
    options.planes = [.label]
    options.block = Shape3(z: 8, y: 16, x: 24)
    let views = sums.map { AxisView($0, order: .layers, planes: 4) }
    options.passes = PassPlace(count: 3, before: 2, sums: views)
    let plan = try SegmentationPlan(
      options, model: `A segmentation`.randomModel(.plainUNet(depth: 1, seed: 4)), scan: scan,
      factory: OneDNNEngineFactory())
    let slabs = views.reduce(0) { $0 + $1.cacheByteCount(forBoxesOf: plan.tiling.core) }
    #expect(plan.memory.reader == 70_000)
    #expect(plan.memory.passes == slabs && slabs > 0)
    #expect(plan.memory.parts.reduce(0) { $0 + $1.byteCount } == plan.memory.total)
    let output = MemoryOutput(Self.shape, block: options.block)
    _ = try SegmentationRun(plan, from: scan, to: output).run()
    // What the sums take is not the scan's to keep as well.
    #expect(scan.limits == [70_000])
    // A view keeps planes; what lies below it is read once for them.
    for sum in sums { #expect(sum.limits == [0]) }
  }
}

/// A volume that would like to keep something, and remembers what it was allowed.
private final class KeepingReader: VolumeReader {
  private let inner: MemoryVolume
  private let wanted: Int
  private let allowed = Mutex<[Int]>([])

  init(_ inner: MemoryVolume, wanted: Int) {
    self.inner = inner
    self.wanted = wanted
  }

  var limits: [Int] { allowed.withLock { $0 } }
  var volume: VolumeDescription { inner.volume }
  var fingerprint: String { inner.fingerprint }
  func cacheByteCount(forBoxesOf shape: Shape3) -> Int { wanted }
  func limitCache(to byteCount: Int) { allowed.withLock { $0.append(byteCount) } }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    try inner.read(region, into: &destination)
  }
}
