import EngineCore
import NeuralGraph
import Testing
import VolumeCore

@Suite struct `A network that looks at layers one by one` {
  static func options(_ dimension: UNetOptions.Dimension) -> UNetOptions {
    var options = UNetPreset.vanilla03.options
    (options.filters, options.depth, options.dimension) = (1, 2, dimension)
    return options
  }

  static let layers = Shape3(z: 7, y: 8, x: 12)

  static var scan: FeatureMap {
    FeatureMap(
      shape: layers, channels: 1,
      values: (0..<layers.voxelCount).map { Float($0 * 7919 % 1009) / 1009 })
  }

  @Test(arguments: [UNetOptions.Dimension.sharedEncoder(3), .sharedNetwork(3), .sharedNetwork(5)])
  func `gives a layer of a stack what it gives that layer with its neighbours alone`(
    dimension: UNetOptions.Dimension
  ) throws {
    let graph = try Self.options(dimension).checkedGraph(seed: 2)
    let margin = graph.layerMargin
    let whole = ReferenceDevice().run(graph, Self.scan)
    #expect(whole.shape == Shape3(z: Self.layers.z - 2 * margin, y: 8, x: 12))
    let plane = 8 * 12
    for z in 0..<whole.shape.z {
      let part = FeatureMap(
        shape: Shape3(z: 2 * margin + 1, y: 8, x: 12), channels: 1,
        values: Array(Self.scan.values[(z * plane)..<((z + 2 * margin + 1) * plane)]))
      let one = ReferenceDevice().run(graph, part)
      #expect(one.values == Array(whole.values[(3 * z * plane)..<(3 * (z + 1) * plane)]))
    }
    #expect(graph.reach.before.z == margin && graph.reach.after.z == margin)
    #expect(graph.isPlanar && !graph.isLayerwise && graph.layersAsChannels == 2 * margin + 1)
  }

  /// The joined features are those that the 2D network makes of each layer, one layer after another.
  @Test func `joins what the 2D network makes of each layer`() throws {
    let joined = try Self.options(.sharedNetwork(3)).checkedGraph(seed: 2)
    let place = try #require(joined.nodes.firstIndex { $0.name == "join" })
    let features = Graph(nodes: Array(joined.nodes[..<place]), output: place - 1)
    let all = ReferenceDevice().run(Graph(nodes: joined.nodes, output: place), Self.scan)
    let each = ReferenceDevice().run(features, Self.scan)
    #expect(all.channels == 3 * each.channels)
    for z in 0..<all.shape.z {
      for c in 0..<all.channels {
        #expect(all[z, 3, 5, c] == each[z + c / each.channels, 3, 5, c % each.channels])
      }
    }
  }
}
