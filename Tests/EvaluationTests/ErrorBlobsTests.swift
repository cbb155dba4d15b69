import Evaluation
import Synchronization
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Connected errors` {
  /// All blobs of a walk in their order, with what was found of the layers.
  private func find(
    _ pairing: LabelPairing, _ axis: LayerCurves.Axis, _ way: WalkControl
  ) throws -> (AxisErrors, [ErrorBlob]) {
    let rows = Mutex<[Int: [ErrorBlob]]>([:])
    let found = try pairing.layerErrors(axis, way) { block, blobs in
      rows.withLock { $0[block] = blobs }
    }
    return (found, rows.withLock { $0.sorted { $0.key < $1.key }.flatMap(\.value) })
  }

  @Test(arguments: 0..<12)
  func `are the same however the volume is cut, and count every error`(seed: UInt64) throws {
    let pair = Pair(seed: seed)
    for axis in LayerCurves.Axis.allCases {
      let (first, rows) = try find(pair.pairing(), axis, ways[0])
      for way in ways.dropFirst() {
        let (other, others) = try find(pair.pairing(), axis, way)
        #expect(other == first && others == rows)
      }
      for layer in first.layers {
        var box = pair.region
        switch axis {
        case .z: box.z = layer.position..<(layer.position + 1)
        case .y: box.y = layer.position..<(layer.position + 1)
        case .x: box.x = layer.position..<(layer.position + 1)
        }
        let wrong = box.indices.filter { at in
          pair.labels(at).map { $0.truth != $0.prediction } ?? false
        }
        #expect(layer.wrong == wrong.count)
        let own = rows.filter { $0.position == layer.position }
        #expect(own.count == layer.blobs && own.allSatisfy { $0.blob.area > 1 })
        #expect(own.reduce(0) { $0 + $1.blob.area } == layer.voxelsOfBlobs)
        #expect(own.map(\.blob.area).max() ?? 0 == layer.largest)
      }
      #expect(first.layers.map(\.position) == Array(axis.range(of: pair.region)))
    }
  }

  /// Twenty kinds and places of defects, each planted into a clean volume: found, ranked first, and
  /// nothing else is.
  @Test(arguments: 0..<20)
  func `that are planted are found where they are, and ranked first`(number: Int) throws {
    var random = SeededRandom(seed: UInt64(number) &+ 700)
    let shape = Shape3(z: 24, y: 40, x: 48)
    let truth = [UInt8](repeating: 0, count: shape.voxelCount)
    var prediction = truth
    // A speck of two voxels somewhere else, which must not be ranked before the defect.
    let sizes = [(1, 9, 2), (2, 3, 14), (11, 3, 3), (1, 1, 20), (6, 6, 6)]
    let size = sizes[number % sizes.count]
    let defect = Region(
      origin: Index3(
        z: .random(in: 0...(shape.z - size.0), using: &random),
        y: .random(in: 6...(shape.y - size.1), using: &random),
        x: .random(in: 0...(shape.x - size.2), using: &random)),
      shape: Shape3(z: size.0, y: size.1, x: size.2))
    for at in defect.indices { prediction[(at.z * shape.y + at.y) * shape.x + at.x] = 1 }
    let speck = Index3(z: 3, y: 2, x: 5)
    for dx in 0..<2 { prediction[(speck.z * shape.y + speck.y) * shape.x + speck.x + dx] = 2 }
    let pairing = LabelPairing(
      prediction: MemoryVolume(shape, .uint8, prediction),
      truth: MemoryVolume(shape, .uint8, truth))
    for axis in LayerCurves.Axis.allCases {
      let (found, rows) = try find(pairing, axis, ways[2])
      let (r, c) =
        axis == .z ? (defect.y, defect.x) : axis == .y ? (defect.z, defect.x) : (defect.z, defect.y)
      let layers = axis.range(of: defect)
      // Blobs of single voxels are not kept: a line seen from its end has none.
      let isSeen = r.count * c.count > 1
      let planted = rows.filter { layers.contains($0.position) && $0.blob.rows == r }
      #expect(planted.count == (isSeen ? layers.count : 0))
      for item in planted {
        #expect(item.blob.columns == c && item.blob.area == r.count * c.count)
      }
      // Beside it, the speck: seen across z and y as a pair.
      #expect(rows.count == planted.count + (axis == .x ? 0 : 1))
      guard isSeen, r.count * c.count > 2 else { continue }
      #expect(found.largest.first.map { layers.contains($0.position) } == true)
      let notable = try #require(found.notable(.largestBlob))
      #expect(notable.position == layers.lowerBound)
    }
  }

  @Test func `are none where nothing is wrong`() throws {
    let shape = Shape3(z: 3, y: 5, x: 7)
    let labels = Region(shape).indices.map { UInt8($0.x % 3) }
    let pairing = LabelPairing(
      prediction: MemoryVolume(shape, .uint8, labels), truth: MemoryVolume(shape, .uint8, labels))
    for axis in LayerCurves.Axis.allCases {
      let (found, rows) = try find(pairing, axis, ways[0])
      #expect(rows.isEmpty && found.largest.isEmpty)
      #expect(NotableReason.allCases.allSatisfy { found.notable($0) == nil })
    }
  }
}
