import NeuralGraph
import Testing
import TilePlanning
import VolumeCore
import VolumeTesting

@Suite struct `Windows that are blended` {
  @Test(arguments: [1, 7, 32, 33, 64, 100, 257], [(32, 32), (32, 24), (40, 8), (16, 15)])
  func `count as one at every position`(extent: Int, cut: (window: Int, step: Int)) {
    let windows = BlendWindow(extent: extent, window: cut.window, step: cut.step)
    var sum = [Float](repeating: 0, count: extent)
    for (start, weights) in zip(windows.starts, windows.weights) {
      #expect(weights.count == windows.length && weights.allSatisfy { $0 > 0 })
      for (place, weight) in weights.enumerated() { sum[start + place] += weight }
    }
    #expect(sum.allSatisfy { abs($0 - 1) < 1e-5 })
    #expect(windows.starts.last == extent - windows.length)
  }

  @Test func `fade into each other over what they share`() {
    let windows = BlendWindow(extent: 40, window: 24, step: 16)
    #expect(windows.starts == [0, 16])
    // Alone up to 16, then ever less, up to 24.
    #expect(windows.weights[0][..<16].allSatisfy { $0 == 1 })
    #expect(zip(windows.weights[0][15..<23], windows.weights[0][16..<24]).allSatisfy { $0 > $1 })
    #expect(windows.weights[1][8...].allSatisfy { $0 == 1 })
  }

  @Test func `are for a tile those of the whole volume`() throws {
    let graph = Graph.plainUNet(filters: 2, depth: 2, seed: 1)
    var random = SeededRandom(seed: 3)
    for _ in 0..<60 {
      let shape = Shape3(
        z: 1, y: Int.random(in: 1...90, using: &random), x: Int.random(in: 1...200, using: &random))
      var options = TilingOptions()
      options.overlap = Int.random(in: 1...20, using: &random)
      let edge = Int.random(in: 8...40, using: &random)
      options.tile = .shape(Shape3(z: 1, y: edge, x: edge))
      let core = Shape3(z: 1, y: 500, x: Int.random(in: 1...120, using: &random))
      let plan = try options.plan(
        covering: shape, for: graph, core: core, block: Shape3(z: 8, y: 64, x: 64))
      let layout = try #require(plan.blend)
      let (window, step) = (layout.window.x, layout.step.x)
      let whole = BlendWindow(extent: plan.filled.x, window: window, step: step)
      for column in plan.columns {
        let own = BlendWindow(extent: column.inputX.count, window: window, step: step)
        for x in column.x {
          /// Which windows say what of x, by where they begin in the volume.
          func opinions(_ windows: BlendWindow, _ origin: Int) -> [Int: Float] {
            var result: [Int: Float] = [:]
            for (start, weights) in zip(windows.starts, windows.weights) {
              let place = x - origin - start
              if weights.indices.contains(place) { result[start + origin] = weights[place] }
            }
            return result
          }
          let (a, b) = (opinions(own, column.inputX.lowerBound), opinions(whole, 0))
          #expect(a.keys.sorted() == b.keys.sorted(), "\(shape) \(layout) \(column.x)")
          #expect(a.allSatisfy { abs($0.value - (b[$0.key] ?? 0)) < 1e-6 })
        }
        #expect(column.inputX.lowerBound % plan.stride.x == 0)
        #expect(column.inputX.count % plan.stride.x == 0)
      }
    }
  }

  @Test func `are refused where tiles must be exact, and taken where they cannot be`() throws {
    let exact = Graph.plainUNet(filters: 2, depth: 2, seed: 1)
    var net = GraphBuilder(channels: 1)
    net.convolution("first", kernel: 3, outputs: 4)
    net.add(
      "norm",
      .groupNormalisation(
        GroupNormalisation(
          groups: 2, scale: [1, 1, 1, 1], shift: [0, 0, 0, 0], epsilon: 1e-3, extent: .layer)))
    net.convolution("out", kernel: 1, outputs: 3)
    func plan(
      _ graph: Graph, _ change: (inout TilingOptions) -> Void
    ) throws(TilingError) -> TilePlan {
      var options = TilingOptions()
      change(&options)
      return try options.plan(
        covering: Shape3(z: 2, y: 600, x: 700), for: graph, core: Shape3(z: 1, y: 600, x: 64),
        block: Shape3(z: 8, y: 64, x: 64))
    }
    #expect(net.graph.normalisesOverSpace == "norm")
    let blended = try plan(net.graph) { _ in }
    #expect(blended.blend?.window == Shape3(z: 1, y: 288, x: 288) && !blended.isExact)
    #expect(try plan(exact) { $0.mustBeExact = true }.blend == nil)
    #expect(throws: TilingError.cannotBeExact(norm: "norm")) {
      try plan(net.graph) { $0.mustBeExact = true }
    }
    #expect(throws: TilingError.blendingIsNotExact) {
      try plan(exact) { ($0.mustBeExact, $0.overlap) = (true, 8) }
    }
    #expect(throws: TilingError.haloOfBlended) {
      try plan(exact) { ($0.halo, $0.overlap) = (8, 8) }
    }
    #expect(throws: TilingError.self) { try plan(exact) { ($0.halo, $0.mustBeExact) = (8, true) } }
  }
}
