import NeuralGraph
import Testing
import VolumeCore

@Suite struct `A graph's reach` {
  /// What a brute force with Keras's alignment gave for the original's networks.
  @Test(arguments: [
    (2, 26, 47, 51), (3, 58, 107, 115), (4, 122, 219, 235),
  ])
  func `is the original's for learned sampling`(depth: Int, most: Int, least: Int, widest: Int) {
    let graph = Graph.modularUNet(filters: 1, depth: depth, seed: 1)
    expect(graph, most: most, widths: least...widest)
  }

  @Test(arguments: [
    (2, 23, 44, 44), (3, 51, 92, 100), (4, 107, 188, 204),
  ])
  func `is the original's for rigid sampling`(depth: Int, most: Int, least: Int, widest: Int) {
    var options = UNetOptions.modular
    (options.filters, options.depth) = (1, depth)
    (options.up, options.down) = (.nearest, .maxPool)
    expect(options.graph(seed: 1), most: most, widths: least...widest)
  }

  private func expect(_ graph: Graph, most: Int, widths: ClosedRange<Int>) {
    let (before, after) = graph.reach
    #expect(max(before.x, after.x) == most)
    #expect(before.x == before.y && after.x == after.y)
    #expect(before.z == 0 && after.z == 0)
    let found = (0..<graph.totalStride.x).map { x in
      graph.inputRegion(neededFor: Region(z: 0..<1, y: 0..<1, x: x..<(x + 1))).x.count
    }
    #expect(found.max() == widths.upperBound && found.min() == widths.lowerBound)
    #expect(graph.receptiveField.x == widths.upperBound)
  }

  @Test func `of one convolution is half its kernel`() {
    let graph = Graph.convolutions([5, 3])
    #expect(graph.reach.before == Shape3(z: 0, y: 3, x: 3))
    #expect(
      graph.inputRegion(neededFor: Region(z: 4..<6, y: 0..<1, x: 7..<9))
        == Region(z: 4..<6, y: -3..<4, x: 4..<12))
  }

  @Test func `of a larger region is the union of its voxels'`() {
    let graph = Graph.modularUNet(filters: 1, depth: 2, seed: 1)
    for first in -5..<5 {
      for count in 1..<9 {
        let parts = (first..<(first + count)).map { x in
          graph.inputRegion(neededFor: Region(z: 0..<1, y: 0..<1, x: x..<(x + 1))).x
        }
        let whole = graph.inputRegion(
          neededFor: Region(z: 0..<1, y: 0..<1, x: first..<(first + count))
        ).x
        #expect(whole.lowerBound == parts.map(\.lowerBound).min())
        #expect(whole.upperBound == parts.map(\.upperBound).max())
      }
    }
  }

  @Test func `of nothing is nothing`() {
    let empty = Region(z: 0..<0, y: 3..<5, x: 3..<5)
    #expect(Graph.convolutions([3]).inputRegion(neededFor: empty).isEmpty)
  }
}
