import GPUEmulatorControl
import Glibc
import NeuralGraph
import Testing
import VolumeCore

extension GPUEmulatorTests {
  @Suite(.serialized) struct `By virtual time` {
    let emulator: Emulator

    init() throws { emulator = try Emulator.loaded() }

    static func graph(_ options: UNetOptions) throws -> Graph {
      try options.checkedGraph(seed: 7).forGreyScans().padded()
    }

    static func paper(_ dimension: UNetOptions.Dimension = .plane) throws -> Graph {
      var options = UNetPreset.paper.options
      options.dimension = dimension
      return try graph(options)
    }

    @Test func `a run`() throws {
      let run = VirtualRun(
        cards: .twoP4000, disk: .hardDisk, graph: try Self.paper(),
        shape: Shape3(z: 64, y: 2048, x: 2048))
      for slots in [nil, 3, 1] {
        var run = run
        run.slots = slots
        let result = try run.result(emulator)
        print(result)
      }
    }
  }
}
