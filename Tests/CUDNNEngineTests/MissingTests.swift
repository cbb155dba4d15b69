import CUDNNEngine
import EngineCore
import NeuralGraph
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

/// What must work where nothing of NVIDIA's is; whether a card computes rightly is for
/// `t2s-volume gpu selftest` on a machine that has one.
@Suite struct `Without a GPU` {
  /// Places where nothing is.
  static let nowhere = GPULibraryPlaces(
    driver: "libcuda-that-is-not-there.so.1", environment: { _ in "/nowhere" }, names: { _ in [] })

  @Test func `the engine says that there is no driver`() throws {
    let factory = CUDNNEngineFactory(Self.nowhere)
    let obstacle = try #require(factory.obstacle)
    #expect(obstacle.what.contains("no NVIDIA driver"))
    #expect(obstacle.remedy.contains("nvidia-driver"))
    #expect(factory.precisions == [.f32])
    #expect(factory.name == "cudnn")
    let plan = ExecutionPlan(
      graph: .plainUNet(seed: 1),
      normalisation: Normalisation(low: 0, high: 255, clips: false), voxelType: .uint8,
      shapes: [Shape3(z: 1, y: 16, x: 16)], precision: .f32, threads: 1)
    #expect(throws: EngineError.deviceFailed(engine: "cudnn", why: obstacle)) {
      _ = try factory.makeEngine(for: plan, slots: 1)
    }
    #expect(throws: EngineError.deviceFailed(engine: "cudnn", why: obstacle)) {
      _ = try factory.deviceShortage(for: plan, slots: 1)
    }
    #expect(try factory.byteCount(for: plan, slots: 2) > 0)
  }

  @Test func `the doctor prints what is missing and goes on`() throws {
    let report = DoctorReport(Self.nowhere)
    #expect(report.rows.map(\.subject) == ["driver", "cuDNN"])
    #expect(report.rows.allSatisfy { !$0.isGood })
    #expect(report.obstacle?.what.contains("driver") == true)
    #expect(report.rows[1].found.contains("/nowhere"))
  }

  @Test func `a library that is no driver is told from none`() {
    // Some library that is everywhere and has none of the functions.
    let places = GPULibraryPlaces(
      driver: "libm.so.6", environment: { _ in nil }, names: { _ in [] })
    let report = DoctorReport(places)
    #expect(report.rows.first?.found.contains("has no cuInit") == true)
  }

  @Test func `a cuDNN that cannot be loaded is told from none`() throws {
    let folder = try TemporaryFolder()
    try writeFileAtomically(folder.path + "/libcudnn.so.9", Array("no library".utf8))
    let path = folder.path
    let places = GPULibraryPlaces(
      driver: "libcuda-that-is-not-there.so.1",
      environment: { $0 == "T2S_CUDNN" ? path : nil }, names: { _ in [] })
    let report = DoctorReport(places)
    #expect(report.rows.last?.found.contains("cannot be loaded") == true)
  }

  @Test func `cuDNN is looked for where Python's packages are`() {
    let folders = [
      "/home/a/env/lib": ["python3.11", "other"],
      "/home/a/env/lib/python3.11/site-packages/nvidia/cudnn/lib": ["libcudnn.so.9"],
      "/usr/lib": ["python3"],
      "/usr/lib/python3/dist-packages/nvidia/cudnn/lib": ["libcudnn.so.9"],
    ]
    let places = GPULibraryPlaces(
      driver: "x", environment: { ["PATH": "/home/a/env/bin:/usr/bin"][$0] },
      names: { folders[$0] ?? [] })
    #expect(
      places.cudnn().prefix(3) == [
        "", "/home/a/env/lib/python3.11/site-packages/nvidia/cudnn/lib",
        "/usr/lib/python3/dist-packages/nvidia/cudnn/lib",
      ])
    let named = GPULibraryPlaces(
      driver: "x", environment: { ["T2S_CUDNN": "/opt/it", "PATH": "/home/a/env/bin"][$0] },
      names: { folders[$0] ?? [] })
    #expect(named.cudnn() == ["/opt/it"])
  }

  @Test func `cards and cuDNNs that do not go together are told so`() {
    let pascal = ComputeCapability(6, 1)
    #expect(throws: Never.self) {
      try checkServes(.lastForPascal, card: "P4000", pascal)
      try checkServes(CUDNNVersion(number: 91900), card: "T4", ComputeCapability(7, 5))
      try checkServes(CUDNNVersion(number: 90800), card: "H100", ComputeCapability(9, 0))
    }
    #expect(
      throws: GPUError.cudnnTooNew(
        version: CUDNNVersion(number: 91100), card: "P4000", capability: pascal)
    ) { try checkServes(CUDNNVersion(number: 91100), card: "P4000", pascal) }
    #expect(throws: GPUError.cudnnTooOld(version: CUDNNVersion(number: 90701))) {
      try checkServes(CUDNNVersion(number: 90701), card: "H100", ComputeCapability(9, 0))
    }
    #expect(throws: GPUError.cardTooOld(card: "K80", capability: ComputeCapability(3, 7))) {
      try checkServes(.lastForPascal, card: "K80", ComputeCapability(3, 7))
    }
    #expect("\(CUDNNVersion(number: 91002))" == "9.10.2")
  }

  @Test func `a tile that is too large for the card is refused with the numbers`() throws {
    let graph = Graph.plainUNet(filters: 16, seed: 1)
    func demand(_ shape: Shape3) throws -> CardDemand {
      let plan = ExecutionPlan(
        graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
        voxelType: .uint8, shapes: [shape], precision: .f32, threads: 1)
      return try CardDemand(
        plan, GPULowering(graph, output: .labels, precision: .f32), slots: 3, workspace: 100 << 20)
    }
    let small = try demand(Shape3(z: 1, y: 256, x: 256))
    #expect(small.shortage(on: "a card", free: small.total) == nil)
    let lack = try #require(small.shortage(on: "a card", free: small.total - 1))
    #expect(lack.what.contains("100 for cuDNN") && lack.what.contains("a card"))
    // 16 channels of 2^27 voxels: 2^31 numbers.
    let large = try demand(Shape3(z: 1, y: 8192, x: 16384))
    #expect(large.shortage(on: "a card", free: .max)?.what.contains("2147483648") == true)
  }

  @Test func `the pattern's numbers are exact in half precision`() {
    for place in 0..<1000 {
      let number = TestPattern.number(place, place % 7, seed: 3)
      #expect(Float(Float16(number)) == number && abs(number) <= 1)
    }
  }
}
