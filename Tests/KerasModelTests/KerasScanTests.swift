import EngineCore
import KerasModel
import NeuralGraph
import SystemIO
import Testing
import VolumeCore

/// A scan of odd extents with what Keras made of it, filled up by reflection; see
/// Tools/fixtures/make_keras_scans.py.
struct ScannedByKeras: CustomTestStringConvertible, Sendable {
  var file: String
  var scan: String
  var scores: String
  var shape: Shape3
  var stride: Int
  /// Layers that the network takes as channels; 1 where it takes none.
  var layers: Int
  var dimensions: Int
  var testDescription: String { file }

  init?(_ entry: JSONValue) {
    let shape = entry["shape"]?.array?.compactMap(\.integer) ?? []
    guard let file = entry["file"]?.string, let scan = entry["scan"]?.string,
      let scores = entry["scores"]?.string, shape.count == 3,
      let stride = entry["stride"]?.integer, let layers = entry["layers"]?.integer,
      let dimensions = entry["dimensions"]?.integer
    else { return nil }
    (self.file, self.scan, self.scores) = (file, scan, scores)
    self.shape = Shape3(z: shape[0], y: shape[1], x: shape[2])
    (self.stride, self.layers, self.dimensions) = (stride, layers, dimensions)
  }

  static let all: [ScannedByKeras] = {
    guard let bytes = try? contents(ofFile: Fixtures.path("scans.json")) else { return [] }
    return (JSONValue(parsing: bytes)?.array ?? []).compactMap(ScannedByKeras.init)
  }()
}

@Suite struct `A Keras model of the original's kind` {
  static let tolerance: Float = 1e-4

  @Test func `has fixtures for layers, for layers as channels and for volumes`() {
    let all = ScannedByKeras.all
    #expect(all.contains { $0.dimensions == 2 && $0.layers == 1 })
    #expect(Set(all.map(\.layers)) == [1, 3, 5])
    #expect(all.contains { $0.dimensions == 3 && $0.stride == 8 })
    #expect(all.contains { $0.file.contains("keras2") && $0.dimensions == 3 })
    #expect(all.contains { $0.file.contains("keras3") && $0.dimensions == 3 })
  }

  @Test(arguments: ScannedByKeras.all)
  func `gives a scan the scores that Keras gives it`(fixture: ScannedByKeras) throws {
    let model = try KerasModelReader().read(Fixtures.path(fixture.file))
    let graph = try model.graph.forGreyScans()
    #expect(model.graph.inputChannels == fixture.layers)
    #expect(graph.layerMargin == fixture.layers / 2)
    let stride = graph.totalStride
    #expect(stride.y == fixture.stride && stride.x == fixture.stride)
    #expect(stride.z == (fixture.dimensions == 3 ? fixture.stride : 1))
    let scan = try contents(ofFile: Fixtures.path(fixture.scan))
    let input = Self.filled(scan, fixture.shape, stride, margin: graph.layerMargin)
    let expected = try Fixtures.floats(fixture.scores)
    for graph in [graph, graph.simplified()] {
      let scores = ReferenceDevice().run(graph, input)
      var largest: Float = 0
      var place = 0
      for z in 0..<fixture.shape.z {
        for y in 0..<fixture.shape.y {
          for x in 0..<fixture.shape.x {
            for c in 0..<scores.channels {
              largest = max(largest, abs(scores[z, y, x, c] - expected[place]))
              place += 1
            }
          }
        }
      }
      #expect(place == expected.count)
      #expect(largest < Self.tolerance)
    }
  }

  /// Grey values as the network takes them, filled up as numpy.pad does with "reflect".
  private static func filled(
    _ grey: [UInt8], _ shape: Shape3, _ stride: Shape3, margin: Int
  ) -> FeatureMap {
    func mirrored(_ i: Int, _ n: Int) -> Int { i < 0 ? -i : i < n ? i : 2 * (n - 1) - i }
    func up(_ n: Int, _ stride: Int) -> Int { (n + stride - 1) / stride * stride }
    var result = FeatureMap(
      shape: Shape3(
        z: up(shape.z, stride.z) + 2 * margin, y: up(shape.y, stride.y), x: up(shape.x, stride.x)),
      channels: 1)
    for z in 0..<result.shape.z {
      for y in 0..<result.shape.y {
        for x in 0..<result.shape.x {
          let row = mirrored(z - margin, shape.z) * shape.y + mirrored(y, shape.y)
          result[z, y, x, 0] = Float(grey[row * shape.x + mirrored(x, shape.x)]) / 255
        }
      }
    }
    return result
  }
}
