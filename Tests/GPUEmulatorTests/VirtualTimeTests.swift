import GPUEmulatorControl
import Glibc
import NeuralGraph
import Pipelines
import SystemIO
import Testing
import VolumeCore

extension GPUEmulatorTests {
  /// Nothing here is a measurement: cards, disks and cores are as fast as their makers say, and
  /// convolutions reach 0.4 of a card's peak. What is shown is that what can overlap does.
  @Suite(.serialized) struct `By virtual time` {
    let emulator: Emulator

    init() throws { emulator = try Emulator.loaded() }

    static func graph(
      _ preset: UNetPreset, _ dimension: UNetOptions.Dimension = .plane
    ) throws -> Graph {
      var options = preset.options
      options.dimension = dimension
      return try options.checkedGraph(seed: 7).forGreyScans().padded()
    }

    @Test func `the slower of two stages decides, and both together where they take turns`() {
      func seconds(slots: Int) -> Double {
        let clock = VirtualClock(HostRates())
        Timeline.observed(by: clock, lane: "test") {
          let empty = BoundedQueue<Int>(capacity: slots)
          let full = BoundedQueue<Int>(capacity: slots)
          for slot in 0..<slots { empty.push(slot) }
          let first = StageThread<Never>(lane: "first") {
            for _ in 0..<100 {
              guard let slot = empty.pop() else { return }
              clock.sleep(seconds: 0.003)
              full.push(slot)
            }
            full.close()
          }
          while let slot = full.pop() {
            clock.sleep(seconds: 0.005)
            empty.push(slot)
          }
          first.join()
        }
        return clock.seconds
      }
      #expect(abs(seconds(slots: 1) - 0.8) < 1e-6)
      #expect(abs(seconds(slots: 2) - 0.503) < 1e-6)
      #expect(abs(seconds(slots: 3) - 0.503) < 1e-6)
    }

    /// Runs with blocks of few layers, so that the last ones, which nothing overlaps, count for less.
    private func run(
      _ cards: CardProfile, _ disk: DiskProfile, layers: Int, slots: Int? = nil
    ) throws -> VirtualRun.Result {
      var run = VirtualRun(
        cards: cards, disk: disk, graph: try Self.graph(.paper),
        shape: Shape3(z: layers, y: 2048, x: 2048))
      run.blockDepth = 8
      run.slots = slots
      run.overlaps = slots != 1
      let result = try run.result(emulator)
      #expect(result.violations == [])
      #expect(result.leak == "")
      return result
    }

    @Test func `two P4000 with a hard disk wait for nothing, and reach the target`() throws {
      let result = try run(.twoP4000, .hardDisk, layers: 48)
      #expect(result.tile == Shape3(z: 1, y: 2048, x: 2048))
      #expect(result.slowest.lane == "network")
      #expect(result.overSlowest <= 1.05)
      #expect(result.needs("network") >= 0.95 * result.seconds)
      #expect(result.layersPerMinute >= 95)
    }

    @Test func `a disk that is slower than the card is busy all the time`() throws {
      let result = try run(.h100, .hardDisk, layers: 48)
      #expect(result.slowest.lane == "disk")
      #expect(result.overSlowest <= 1.05)
    }

    @Test func `slots gain what the stages' times say`() throws {
      let many = try run(.a100, .nvme, layers: 48, slots: 3)
      let one = try run(.a100, .nvme, layers: 48, slots: 1)
      let expected = many.expectedGain(cards: 1)
      #expect(expected > 1.2)
      #expect(abs(one.seconds / many.seconds / expected - 1) <= 0.1)
    }

    // MARK: - The table

    private static let isTable = unsafe getenv("T2S_VIRTUAL") != nil

    private func print(_ run: VirtualRun, _ name: String, ratio: Bool = true) throws {
      var run = run
      let many = try run.result(emulator)
      var words =
        "| \(run.cards.name) | \(run.disk.name) | \(name) | \(fixed(many.layersPerMinute, 1)) | "
      words += "\(fixed(many.seconds / 60, 1)) | \(many.slowest.lane) | "
      words +=
        "\(fixed(many.overSlowest, 3)) | \(fixed(many.needs("network") / many.seconds, 3)) | "
      if ratio {
        // A part of a long run will do.
        let isLong = run.shape.z > 384
        run.shape.z = min(run.shape.z, 384)
        let most = isLong ? try run.result(emulator) : many
        run.slots = 1
        run.overlaps = false
        let one = try run.result(emulator)
        words += "\(fixed(one.seconds / most.seconds, 2)) | "
        words += "\(fixed(most.expectedGain(cards: run.cards.count), 2)) | "
      } else {
        words += "| | "
      }
      let layers = Double(run.shape.voxelCount) / (2048 * 2048)
      let lanes = many.needs.map { "\($0.lane) \(fixed($0.seconds / layers * 1e3, 2))" }
      words += "\(many.tile), \(fixed(many.overhead, 2)) | \(many.peak >> 20) | "
      words += lanes.joined(separator: ", ") + " |"
      Swift.print(words)
      fflush(nil)
      #expect(many.violations == [])
    }

    private func fixed(_ value: Double, _ digits: Int) -> String {
      var factor = 1.0
      for _ in 0..<digits { factor *= 10 }
      return "\((value * factor).rounded() / factor)"
    }

    @Test(.enabled(if: isTable)) func `the table of cards and disks`() throws {
      Swift.print(
        """
        A model and no measurement: the tool's own pipeline by virtual time on the emulator; convolutions at \
        0.4 of the card's peak, makers' rates, labels written uncompressed. Milliseconds are for 2048 x 2048.
        | cards | disk | network | layers/min | minutes | slowest lane | whole/slowest | card busy | 1 slot | \
        expected | tile, computed per voxel | MiB of a card | ms of each lane |
        |---|---|---|---|---|---|---|---|---|---|---|---|---|
        """)
      let wanted = unsafe getenv("T2S_VIRTUAL").map { unsafe String(cString: $0) } ?? ""
      func isWanted(_ part: String) -> Bool { wanted == "all" || wanted == part }
      if isWanted("overlap") {
        let paper = try Self.graph(.paper)
        for cards in CardProfile.all {
          for disk in DiskProfile.all {
            // The faster the card, the more the last blocks count, beside which nothing is done.
            let layers = cards == .twoP4000 || cards == .p2000 ? 192 : 2048
            try print(
              VirtualRun(
                cards: cards, disk: disk, graph: paper,
                shape: Shape3(z: layers, y: 2048, x: 2048)), "paper 2D, \(layers) layers")
          }
        }
      }
      if isWanted("target") {
        let slides = try Self.graph(.vanilla03)
        for (name, shape) in [
          ("sister", Shape3(z: 2048, y: 2048, x: 2048)),
          ("bending", Shape3(z: 1842, y: 1766, x: 1946)),
          ("biaxial", Shape3(z: 1579, y: 1845, x: 2002)),
        ] {
          try print(
            VirtualRun(cards: .twoP4000, disk: .hardDisk, graph: slides, shape: shape),
            "slides, \(name)", ratio: false)
        }
        try print(
          VirtualRun(
            cards: .twoP4000, disk: .hardDisk, graph: try Self.graph(.paper),
            shape: Shape3(z: 2048, y: 2048, x: 2048)), "paper 2D, 2048 layers", ratio: false)
        try print(
          VirtualRun(
            cards: .p2000, disk: .hardDisk, graph: try Self.graph(.paper),
            shape: Shape3(z: 192, y: 2048, x: 2048)), "paper 2D, 192 layers", ratio: false)
        try print(
          VirtualRun(
            cards: .h100, disk: .nvme, graph: try Self.graph(.paper),
            shape: Shape3(z: 2048, y: 2048, x: 2048)), "paper 2D, 2048 layers", ratio: false)
      }
      if wanted == "sata" {
        for cards in [CardProfile.rtx4090, .a100, .h100] {
          try print(
            VirtualRun(
              cards: cards, disk: .sata, graph: try Self.graph(.paper),
              shape: Shape3(z: 2048, y: 2048, x: 2048)), "paper 2D, 2048 layers", ratio: false)
        }
      }
      if isWanted("volume") {
        try print(
          VirtualRun(
            cards: .twoP4000, disk: .hardDisk, graph: try Self.graph(.paper, .volume),
            shape: Shape3(z: 512, y: 2048, x: 2048)), "paper 3D, 512 layers", ratio: false)
      }
    }
  }
}
