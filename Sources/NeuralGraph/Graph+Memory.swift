import VolumeCore

/// Bytes that a network's values take for each voxel of its input, in single precision.
public struct ValueMemory: Hashable, Sendable {
  /// All values, as training keeps them until it goes back.
  public var all: Double
  /// Those that are needed at the same time, at most, as inference keeps them.
  public var most: Double
}

extension Graph {
  /// What the values take, where none is computed in place of another and edges are counted as if
  /// there were none; batch norms folded and ReLUs beside what they follow take more in training only.
  public var valueMemory: ValueMemory {
    let sizes = { (graph: Graph) -> [Double] in
      zip(graph.channels, graph.scales).map { channels, scale in
        4 * scale.reduce(Double(channels)) { $0 * Double($1.up) / Double($1.down) }
      }
    }
    let simple = simplified()
    let own = sizes(simple)
    var lastUse = Array(simple.nodes.indices)
    for (index, node) in simple.nodes.enumerated() {
      for input in node.inputs { lastUse[input] = index }
    }
    lastUse[simple.output] = simple.nodes.count - 1
    var (live, most) = (0.0, 0.0)
    for index in simple.nodes.indices {
      live += own[index]
      most = max(most, live)
      for earlier in 0...index where lastUse[earlier] == index { live -= own[earlier] }
    }
    return ValueMemory(all: sizes(self).reduce(0, +), most: most)
  }
}

extension Graph {
  /// How often a node's value has been halved along y, on the whole: 0 for the input's resolution.
  package func levels() -> [Int] {
    scales.map { scale in
      var (factor, level) = (scale[1].down / max(1, scale[1].up), 0)
      while factor > 1 {
        factor /= 2
        level += 1
      }
      return level
    }
  }
}
