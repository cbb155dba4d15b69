import Phantom
import Testing
import VolumeCore

/// Against the figures measured on a real layer; the margins are what one small phantom differs
/// from another by.
@Suite struct `A phantom looks like the real layer` {
  static let shape = Shape3(z: 1, y: 420, x: 520)

  static let layer: LayerStatistics? = {
    guard
      let phantom = try? phantom(shape, seed: 3),
      let grey = try? PhantomGrey(phantom).bytes(of: Region(shape)),
      let labels = try? PhantomLabels(phantom).bytes(of: Region(shape))
    else { return nil }
    return LayerStatistics(rows: shape.y, columns: shape.x, grey: grey, labels: labels)
  }()

  @Test func `in the shares of its classes`() throws {
    let layer = try #require(Self.layer)
    #expect((0.14...0.21).contains(layer.share(1)), "fibre: \(layer.share(1)), measured 0.17")
    #expect((0.0025...0.008).contains(layer.share(2)), "pore: \(layer.share(2)), measured 0.0043")
  }

  @Test func `in the sections of its fibres`() throws {
    let sections = try #require(Self.layer).sections
    #expect(sections.count > 100)
    let widths = sections.map(\.width)
    for (share, measured) in [(0.25, 7.5), (0.5, 8.0), (0.75, 8.7)] {
      #expect(abs(widths.quantile(share) - measured) < 0.7, "width: \(widths.quantile(share))")
    }
    let aspects = sections.map { $0.length / $0.width }
    for (share, measured, margin) in [(0.25, 1.1, 0.1), (0.5, 1.27, 0.15), (0.75, 1.79, 0.35)] {
      #expect(abs(aspects.quantile(share) - measured) < margin, "\(aspects.quantile(share))")
    }
    // Tangents of 5.8 and of 26 degrees.
    let slopes = sections.filter { $0.length > 2 * $0.width }.map(\.slope)
    #expect((0.05...0.17).contains(slopes.quantile(0.5)), "slope: \(slopes.quantile(0.5))")
    #expect((0.25...1).contains(slopes.quantile(0.95)), "slope: \(slopes.quantile(0.95))")
  }

  @Test func `in its greys`() throws {
    let layer = try #require(Self.layer)
    let matrix = layer.greys { layer.labels[$0] == 0 }
    #expect(abs(matrix.mean - 76) < 3, "matrix: \(matrix.mean)")
    let core = layer.greys { layer.labels[$0] == 1 && !layer.isNear(0, $0, 2) }
    #expect(abs(core.mean - 219) < 8, "fibre: \(core.mean)")
    #expect(abs(core.deviation - 16.5) < 4, "fibre: \(core.deviation)")
    let pores = layer.greys { layer.labels[$0] == 2 }
    #expect(abs(pores.mean - 27) < 5, "pore: \(pores.mean)")
    #expect(abs(pores.deviation - 17) < 4, "pore: \(pores.deviation)")
    let black = Double(pores.count { $0 == 0 }) / Double(pores.count)
    #expect((0.07...0.27).contains(black), "black: \(black), measured 0.17")
  }

  @Test func `in the dark fringe about its fibres`() throws {
    let layer = try #require(Self.layer)
    func ring(_ distance: Int) -> Double {
      layer.greys {
        layer.labels[$0] == 0 && !layer.isNear(2, $0, 4) && layer.isNear(1, $0, distance)
          && !layer.isNear(1, $0, distance - 1)
      }.mean
    }
    #expect(abs(ring(1) - 98) < 10, "edge: \(ring(1))")
    #expect(abs(ring(3) - 64) < 5, "fringe: \(ring(3))")
    #expect(abs(ring(6) - 74) < 4, "beyond: \(ring(6))")
  }

  @Test func `in where its pores lie`() throws {
    let layer = try #require(Self.layer)
    let pores = layer.labels.indices.filter { layer.labels[$0] == 2 }
    let near = Double(pores.count { layer.isNear(1, $0, 5) }) / Double(pores.count)
    #expect(near > 0.6, "pores within 5 voxels of a fibre: \(near)")
  }

  @Test(arguments: [
    (0, 1, 0.68), (0, 2, 0.35), (0, 3, 0.19), (0, 10, 0.03), (1, 0, 0.71), (2, 0, 0.46),
    (5, 0, 0.28), (10, 0, 0.18),
  ])
  func `in the correlation of its noise`(dy: Int, dx: Int, measured: Double) throws {
    let layer = try #require(Self.layer)
    let found = layer.noiseCorrelation(y: dy, x: dx)
    #expect(abs(found - measured) < 0.1, "found \(found)")
  }

  @Test func `in its noise`() throws {
    let layer = try #require(Self.layer)
    let far = layer.greys {
      layer.labels[$0] == 0 && !layer.isNear(1, $0, 6) && !layer.isNear(2, $0, 4)
    }
    #expect(abs(far.deviation - 12.4) < 1.8, "found \(far.deviation)")
  }
}
