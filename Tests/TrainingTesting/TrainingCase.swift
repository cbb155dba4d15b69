import EngineCore
import NeuralGraph
import Testing
import VolumeCore

/// A network to be trained by two engines.
package struct TrainingCase: CustomTestStringConvertible, Sendable {
  package var testDescription: String
  package var graph: Graph
  package var shape: Shape3
  package var samples = 2

  package init(_ name: String, _ shape: Shape3, samples: Int = 2, _ graph: Graph) {
    testDescription = name
    self.shape = shape
    self.samples = samples
    self.graph = graph
  }

  package init(
    _ name: String, _ shape: Shape3 = Shape3(z: 1, y: 12, x: 20), isVolumetric: Bool = false,
    _ build: (inout GraphBuilder) -> Void
  ) {
    var net = GraphBuilder(channels: 1, seed: 7, isVolumetric: isVolumetric)
    build(&net)
    net.convolution("out", kernel: 1, outputs: 3)
    net.add("softmax", .softmax)
    self.init(name, shape, net.graph)
  }

  package static func network(_ change: (inout UNetOptions) -> Void) -> Graph {
    var options = UNetOptions()
    options.filters = 4
    options.depth = 2
    change(&options)
    return options.graph(seed: 5)
  }

  package static let flat = Shape3(z: 1, y: 16, x: 24)

  package static let all: [TrainingCase] = [
    TrainingCase("plain", flat, network { _ in }),
    TrainingCase("plain without norm", flat, network { $0.norm = .none }),
    TrainingCase("nearest", flat, network { $0.up = .nearest }),
    TrainingCase("separable", flat, network { $0.separable = true }),
    TrainingCase(
      "modular", flat, samples: 3,
      network {
        $0 = .modular
        $0.filters = 4
        $0.depth = 2
      }),
    TrainingCase("plain 3D", Shape3(z: 8, y: 8, x: 12), network { $0.dimension = .volume }),
    TrainingCase(
      "modular 3D", Shape3(z: 4, y: 8, x: 8),
      network {
        $0 = .modular
        $0.filters = 4
        $0.depth = 2
        $0.dimension = .volume
      }),
    TrainingCase("without padding", Shape3(z: 1, y: 44, x: 60), network { $0.edge = .valid }),
    TrainingCase(
      "shared encoder", Shape3(z: 6, y: 16, x: 16),
      network {
        $0 = UNetPreset.sharedEncoder.options
        ($0.filters, $0.depth) = (2, 2)
      }),
    TrainingCase("layers as channels", Shape3(z: 5, y: 12, x: 16)) { net in
      net.add("layers", .layersToChannels(count: 3), outputs: 3)
      net.convolution("a", kernel: 3, outputs: 8)
      net.relu("r")
    },
    TrainingCase("odd shapes and pooling", Shape3(z: 1, y: 13, x: 11)) { net in
      net.convolution("a", kernel: 3, outputs: 5)
      net.relu("r")
      net.maxPool("p")
      net.convolution("b", kernel: 3, outputs: 7)
      net.batchNormalisation("bn")
    },
    TrainingCase("a strided convolution of an odd shape", Shape3(z: 1, y: 13, x: 15)) { net in
      net.convolution("a", kernel: 3, outputs: 6)
      let kernel = Shape3(z: 1, y: 3, x: 3)
      net.add(
        "b",
        .convolution(
          Convolution(
            kernel: kernel, stride: Shape3(z: 1, y: 2, x: 2), padding: .none, inputs: 6, outputs: 4,
            weights: numbers(9 * 24, seed: 4), bias: numbers(4, seed: 5))), outputs: 4)
    },
    TrainingCase("norms of voxels, layers and volumes", Shape3(z: 2, y: 8, x: 8)) { net in
      net.convolution("a", kernel: 3, outputs: 8)
      for (name, groups, extent) in [
        ("g1", 1, GroupNormalisation.Extent.voxel), ("g2", 8, .layer), ("g3", 2, .volume),
      ] {
        net.add(
          name,
          .groupNormalisation(
            GroupNormalisation(
              groups: groups, scale: numbers(8, seed: 1).map { 1 + 0.1 * $0 },
              shift: numbers(8, seed: 2), epsilon: 1e-3, extent: extent)))
        net.convolution("\(name)-conv", kernel: 1, outputs: 8)
      }
      net.relu("r")
    },
    TrainingCase("sums of many, dropout without ReLU, softmax inside") { net in
      let a = net.convolution("a", kernel: 3, outputs: 8)
      let d = net.add("d", .dropout(rate: 0.25))
      let b = net.convolution("b", kernel: 3, outputs: 8, of: d)
      let c = net.convolution("c", kernel: 3, outputs: 8, of: a)
      let n = net.batchNormalisation("bn")
      let s = net.add("s", .softmax, of: [c])
      net.add("sum", .add, of: [a, b, n, s, d])
      net.add("noise", .gaussianNoise(sigma: 0.1))
      net.relu("r")
    },
    TrainingCase("concatenations of concatenations, a value in both") { net in
      let a = net.convolution("a", kernel: 3, outputs: 4)
      let r = net.relu("r")
      let b = net.transposedConvolution("t", kernel: 1, stride: 1, outputs: 3)
      let first = net.concatenate("first", [r, b])
      let x = net.convolution("x", kernel: 3, outputs: 4, of: first)
      let second = net.concatenate("second", [first, x, r, a])
      net.batchNormalisation("bn")
      net.relu("last")
      net.convolution("y", kernel: 3, outputs: 8, of: second + 2)
    },
    TrainingCase("wide values") { net in
      net.convolution("a", kernel: 1, outputs: 640)
      net.batchNormalisation("bn")
      net.relu("r")
      net.add("d", .dropout(rate: 0.5))
      net.convolution("b", kernel: 1, outputs: 5)
    },
  ]
}

/// Numbers between -1 and 1 that follow from a seed.
package func numbers(_ count: Int, seed: Int) -> [Float] {
  let random = Philox(key: UInt64(seed))
  return (0..<count).map { Float(random.bits($0, layer: 0)) / 32768 - 1 }
}

extension TrainingPlan {
  /// Voxels and labels that follow from a seed; some voxels are not annotated.
  package func batch(_ seed: Int) throws -> (voxels: [Float], labels: [UInt8]) {
    let outputs = try samples * outputShape().voxelCount
    let random = Philox(key: UInt64(seed))
    let labels = (0..<outputs).map { place in
      let bits = random.bits(place, layer: 9)
      return bits < 6000 ? UInt8(255) : UInt8(bits % 3)
    }
    return (numbers(samples * shape.voxelCount, seed: seed), labels)
  }
}

/// The largest difference, relative to the largest number of either.
package func difference(_ a: [Float], _ b: [Float], atLeast: Float) -> Float {
  guard a.count == b.count else { return .infinity }
  let largest = (a + b).reduce(atLeast) { max($0, abs($1)) }
  return zip(a, b).reduce(0) {
    let distance = abs($1.0 - $1.1)
    return distance.isFinite ? max($0, distance) : .infinity
  } / largest
}
