import EngineCore
import NeuralGraph
import Testing
import Training
import VolumeCore

@Suite struct `A network that is changed before it is trained on` {
  /// The first three weights of a layer's kernel and so on.
  static func run(_ graph: Graph, _ values: [Float], _ shape: Shape3) -> [Float] {
    var input = FeatureMap(shape: shape, channels: 1)
    input.values = values
    return ReferenceDevice().run(graph, input).values
  }

  static let shape = Shape3(z: 5, y: 8, x: 8)
  static let values = (0..<shape.voxelCount).map { Float(($0 * 7919) % 101) / 101 }

  @Test(arguments: [true, false])
  func `sees neighbours and starts exactly where it was`(isResidual: Bool) throws {
    var options = UNetOptions()
    (options.filters, options.depth, options.residual) = (3, 1, isResidual)
    let flat = options.graph(seed: 4)
    let wide = try #require(flat.seeing(layers: 5, averages: false))
    #expect(wide.layersAsChannels == 5)
    let middle = Array(Self.values[128..<192])
    let expected = Self.run(flat, middle, Shape3(z: 1, y: 8, x: 8))
    let found = Self.run(wide, Self.values, Self.shape)
    // Zeros are added to sums, and nothing else: not a bit differs.
    #expect(found == expected)
  }

  @Test func `may share the kernels out to the neighbours`() throws {
    let flat = Graph.plainUNet(filters: 3, depth: 1, seed: 4)
    let wide = try #require(flat.seeing(layers: 3, averages: true))
    // Of three equal layers it gives what the 2D network gives of one.
    let layer = Array(Self.values[0..<64])
    let expected = Self.run(flat, layer, Shape3(z: 1, y: 8, x: 8))
    let found = Self.run(wide, layer + layer + layer, Shape3(z: 3, y: 8, x: 8))
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func `cannot see neighbours where it does already, or not an odd number`() throws {
    let flat = Graph.plainUNet(filters: 2, depth: 1, seed: 4)
    #expect(flat.seeing(layers: 4, averages: false) == nil)
    let wide = try #require(flat.seeing(layers: 5, averages: false))
    #expect(wide.seeing(layers: 5, averages: false) == nil)
  }

  @Test func `gets a new last layer for other classes, and keeps all others`() throws {
    let graph = Graph.plainUNet(filters: 2, depth: 1, seed: 4)
    let five = try #require(graph.withNewLastLayer(classes: 5, seed: 9))
    #expect(five.classCount == 5)
    let changed = zip(graph.nodes, five.nodes).filter { $0 != $1 }.map(\.0.name)
    #expect(changed == ["out"])
    #expect(five == graph.withNewLastLayer(classes: 5, seed: 9))
    #expect(five != graph.withNewLastLayer(classes: 5, seed: 10))
  }
}
