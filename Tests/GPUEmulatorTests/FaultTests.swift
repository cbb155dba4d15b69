import CUDNNEngine
import EngineCore
import GPUEmulatorControl
import NeuralGraph
import Testing
import VolumeCore
import VolumePipeline
import VolumeTesting

/// How a card fails.
struct Fault: CustomTestStringConvertible, Sendable {
  var name: String
  var kind: Int
  var code: Int32

  var testDescription: String { name }

  static let all = [
    Fault(name: "out of memory", kind: T2S_FAULT_ONCE, code: 2),
    Fault(name: "a call fails", kind: T2S_FAULT_ONCE, code: 999),
    Fault(name: "a launch fails", kind: T2S_FAULT_LATE, code: 719),
    Fault(name: "the device is lost", kind: T2S_FAULT_STICKY, code: 214),
  ]
}

extension GPUEmulatorTests {
  @Suite(.serialized) struct `A segmentation whose card fails` {
    let emulator: Emulator
    static let scan = MemoryVolume.scan(Shape3(z: 3, y: 20, x: 40), seed: 8)
    static let block = Shape3(z: 1, y: 16, x: 16)

    init() throws { emulator = try Emulator.loaded() }

    private func output() -> MemoryOutput {
      MemoryOutput(Self.scan.volume.shape, block: Self.block)
    }

    /// Computes what `output` lacks, as `segment` does, and throws what `segment` would say.
    private func segment(to output: MemoryOutput) throws(Explanation) {
      let graph = NetworkCase.small[0].graph
      let card = ModelCard(
        name: "random", classes: LabelClass.unnamed(count: graph.classCount), normalisation: nil,
        voxelType: nil, greyHistogram: nil, document: [:])
      let model = Model(
        graph: graph, card: card, hasCard: false, path: "", hash: "", format: "test")
      var options = SegmentationOptions()
      options.precision = .f32
      options.slots = 2
      options.block = Self.block
      options.memoryByteCount = 4 << 30
      options.tiling.tile = .shape(Shape3(z: 1, y: 16, x: 16))
      let plan = try SegmentationPlan(
        options, model: model, scan: Self.scan, factory: CUDNNEngineFactory(emulator.places))
      _ = try SegmentationRun(plan, from: Self.scan, to: output).run()
    }

    /// What is committed is what a run without faults has there.
    private func expectRight(_ output: MemoryOutput, _ whole: [UInt8], _ what: Comment) {
      let shape = Self.scan.volume.shape
      let bytes = output.bytes
      for block in output.committed {
        for at in output.grid.region(of: block).indices {
          let place = (at.z * shape.y + at.y) * shape.x + at.x
          guard bytes[place] != whole[place] else { continue }
          Issue.record("\(what): block \(block) is wrong at \(at)")
          return
        }
      }
    }

    @Test(arguments: Fault.all)
    func `at any call says so, keeps what is right, and goes on from there`(fault: Fault) throws {
      emulator.reset()
      let whole = output()
      try segment(to: whole)
      #expect(Set(whole.committed) == Set(whole.grid.indices))
      #expect(Set(whole.bytes).count > 1, "labels that are all alike show nothing")
      let calls = emulator.table.calls()
      // In Tools/check every call of the tiles, which are the last, and one in 16 of the many that look for
      // engines; here a sample, all kinds of calls in it.
      let tiles = calls - calls / 16
      func isTried(_ number: UInt64) -> Bool {
        NetworkCase.isWhole
          ? number > tiles || number % 16 == 0 : (calls - number) % max(1, calls / 12) == 0
      }
      var (failures, middles) = (0, 0)
      // Backwards: the last calls are those of the tiles.
      for number in stride(from: calls, to: 0, by: -1) where isTried(number) {
        let what: Comment = "\(fault.name) at call \(number) of \(calls)"
        emulator.reset(.random(seed: number))
        emulator.table.arm(number, Int32(fault.kind), fault.code, nil)
        let output = output()
        do throws(Explanation) {
          try segment(to: output)
          // Not every call is one that must succeed.
          #expect(output.bytes == whole.bytes, what)
        } catch {
          failures += 1
          #expect(!error.what.isEmpty && !error.remedy.isEmpty, what)
          #expect(error.what.contains("cudnn"), what)
        }
        if !output.committed.isEmpty && output.committed.count < whole.committed.count {
          middles += 1
        }
        expectRight(output, whole.bytes, what)
        #expect(emulator.violations == [], what)
        #expect(emulator.leak == "", what)
        // Before anything is committed, going on is beginning: looked at now and then.
        guard !output.committed.isEmpty || number % 256 == 0 else { continue }
        emulator.reset(.random(seed: number))
        try segment(to: output)
        #expect(output.bytes == whole.bytes, what)
      }
      #expect(failures > 0)
      if NetworkCase.isWhole {
        print("\(fault.name): \(calls) calls, \(failures) runs failed, \(middles) in the middle")
      }
    }
  }
}
