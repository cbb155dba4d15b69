import Evaluation
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A pair of labels` {
  @Test(arguments: 0..<20)
  func `is counted where the region, the mask and the truth say so`(seed: UInt64) throws {
    let pair = Pair(seed: seed)
    for masked in [true, false] {
      var expected = ConfusionMatrix()
      for at in Region(pair.shape).indices {
        guard let found = pair.labels(at, masked: masked) else { continue }
        let (t, p) = ([UInt8(found.truth)], [UInt8(found.prediction)])
        unsafe expected.add(prediction: p.span.bytes, truth: t.span.bytes)
      }
      for way in ways {
        let matrix = try pair.pairing(masked: masked).confusion(way)
        #expect(matrix.values == expected.values && matrix.total == expected.total)
        for t in expected.values {
          for p in expected.values {
            #expect(
              matrix.count(truth: t, prediction: p) == expected.count(truth: t, prediction: p))
          }
        }
      }
    }
  }

  @Test(arguments: 0..<20)
  func `is scored layer by layer along each axis`(seed: UInt64) throws {
    let pair = Pair(seed: seed)
    let classes = [0, 1, 2]
    for way in ways {
      let curves = try pair.pairing().layerCurves(classes, way)
      for axis in LayerCurves.Axis.allCases {
        for position in axis.range(of: pair.region) {
          var layer = pair.region
          switch axis {
          case .z: layer.z = position..<(position + 1)
          case .y: layer.y = position..<(position + 1)
          case .x: layer.x = position..<(position + 1)
          }
          let found = layer.indices.compactMap { pair.labels($0) }
          for score in curves.scores(axis, position) {
            let k = score.value
            #expect(
              score
                == ClassScore(
                  value: k,
                  truePositives: found.filter { $0.truth == k && $0.prediction == k }.count,
                  falsePositives: found.filter { $0.truth != k && $0.prediction == k }.count,
                  falseNegatives: found.filter { $0.truth == k && $0.prediction != k }.count,
                  trueNegatives: found.filter { $0.truth != k && $0.prediction != k }.count))
          }
          let errors = curves.errors(axis, position)
          #expect(errors.voxels == found.count)
          #expect(errors.wrong == found.filter { $0.truth != $0.prediction }.count)
          try expectAgreement(pair, curves, axis, position, layer)
        }
      }
    }
  }

  private func expectAgreement(
    _ pair: Pair, _ curves: LayerCurves, _ axis: LayerCurves.Axis, _ position: Int, _ layer: Region
  ) throws {
    let step = Index3(z: axis == .z ? 1 : 0, y: axis == .y ? 1 : 0, x: axis == .x ? 1 : 0)
    let pairs = layer.indices.compactMap { at -> (first: (Int, Int), second: (Int, Int))? in
      let next = Index3(z: at.z + step.z, y: at.y + step.y, x: at.x + step.x)
      guard let a = pair.labels(at), let b = pair.labels(next) else { return nil }
      return (a, b)
    }
    let agreement = curves.agreement(axis, position)
    for k in 0..<3 {
      #expect(
        agreement.truth.counts[k]
          == LayerCurves.PairCount(
            first: pairs.filter { $0.first.0 == k }.count,
            second: pairs.filter { $0.second.0 == k }.count,
            both: pairs.filter { $0.first.0 == k && $0.second.0 == k }.count))
      #expect(
        agreement.prediction.counts[k]
          == LayerCurves.PairCount(
            first: pairs.filter { $0.first.1 == k }.count,
            second: pairs.filter { $0.second.1 == k }.count,
            both: pairs.filter { $0.first.1 == k && $0.second.1 == k }.count))
    }
    let equal = pairs.filter { $0.first.1 == $0.second.1 }.count
    #expect(
      agreement.prediction.equal == (pairs.isEmpty ? nil : Double(equal) / Double(pairs.count)))
  }

  @Test(arguments: 0..<12)
  func `has the boundary distances that looking at every voxel finds`(seed: UInt64) throws {
    let pair = Pair(seed: seed, most: Shape3(z: 5, y: 10, x: 14))
    let reach = Int(seed % 4) * 3 + 1
    let all = Region(pair.shape).indices.filter { pair.labels($0) != nil }
    func neighbours(_ a: Index3) -> [Index3] {
      [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)].map {
        Index3(z: a.z + $0.0, y: a.y + $0.1, x: a.x + $0.2)
      }
    }
    func label(_ at: Index3, _ ofTruth: Bool) -> Int? {
      pair.labels(at).map { ofTruth ? $0.truth : $0.prediction }
    }
    func boundary(_ k: Int, _ ofTruth: Bool) -> [Index3] {
      all.filter { at in
        label(at, ofTruth) == k
          && neighbours(at).contains { n in label(n, ofTruth).map { $0 != k } ?? false }
      }
    }
    func square(_ a: Index3, _ b: Index3) -> Int {
      (a.z - b.z) * (a.z - b.z) + (a.y - b.y) * (a.y - b.y) + (a.x - b.x) * (a.x - b.x)
    }
    func histogram(_ from: [Index3], _ to: [Index3]) -> (counts: [Int], beyond: Int) {
      var counts = [Int](repeating: 0, count: reach * reach + 1)
      var beyond = 0
      for at in from {
        let least = to.map { square(at, $0) }.min()
        if let least, least <= reach * reach { counts[least] += 1 } else { beyond += 1 }
      }
      return (counts, beyond)
    }
    for way in ways {
      let found = try pair.pairing().boundaryDistances([0, 1, 2], reach: reach, way)
      for k in 0..<3 {
        let (t, p) = (boundary(k, true), boundary(k, false))
        let (there, back) = (histogram(t, p), histogram(p, t))
        let item = found.classes[k]
        #expect(item.ofTruth.counts == there.counts && item.ofTruth.beyond == there.beyond)
        #expect(item.ofPrediction.counts == back.counts && item.ofPrediction.beyond == back.beyond)
      }
      var counts = [Int](repeating: 0, count: reach * reach + 1)
      var beyond = 0
      for at in all where label(at, true) != label(at, false) {
        let others = all.filter { label($0, true) != label(at, true) }
        let least = others.map { square(at, $0) }.min()
        if let least, least <= reach * reach { counts[least] += 1 } else { beyond += 1 }
      }
      #expect(found.errors.counts == counts && found.errors.beyond == beyond)
      #expect(found.voxels.total == all.count)
    }
  }

  @Test func `has quantiles and means of its distances by their definition`() throws {
    // A bar that is two rows thicker below in the prediction.
    let shape = Shape3(z: 1, y: 12, x: 40)
    let truth = Region(shape).indices.map { at -> UInt8 in (4..<6).contains(at.y) ? 1 : 0 }
    let thicker = Region(shape).indices.map { at -> UInt8 in (4..<8).contains(at.y) ? 1 : 0 }
    let pairing = LabelPairing(
      prediction: MemoryVolume(shape, .uint8, thicker), truth: MemoryVolume(shape, .uint8, truth))
    let found = try pairing.boundaryDistances([0, 1], reach: 5, ways[0])
    // Rows 4 and 5 are 0 and 1 from the prediction's rows 4 and 7, which are 0 and 2 from them.
    #expect(found.classes[1].hausdorff95 == 2)
    #expect(found.classes[1].mean == 0.75)
    #expect(found.classes[1].ofTruth.within(0.9) == 40)
    let near = try pairing.boundaryDistances([0, 1], reach: 1, ways[0])
    #expect(near.classes[1].hausdorff95 == .infinity)
    #expect(near.classes[1].ofPrediction.beyond == 40)
    let none = try pairing.boundaryDistances([0, 2], reach: 5, ways[0])
    #expect(none.classes[1].hausdorff95 == nil && none.classes[1].mean == nil)
  }

  @Test(arguments: 0..<10)
  func `has probabilities counted for and against`(seed: UInt64) throws {
    let pair = Pair(seed: seed)
    var random = SeededRandom(seed: seed &+ 99)
    let steps = pair.truth.map {
      UInt8.random(in: $0 == 1 ? 40...255 : 0...180, using: &random)
    }
    var expected = ProbabilityCounts(value: 1)
    var (for1, against) = ([UInt8](), [UInt8]())
    for at in Region(pair.shape).indices {
      guard let label = pair.labels(at)?.truth else { continue }
      let step = steps[pair.place(at)]
      if label == 1 {
        expected.positives[Int(step)] += 1
        for1.append(step)
      } else {
        expected.negatives[Int(step)] += 1
        against.append(step)
      }
    }
    for way in ways {
      let counts = try pair.pairing().probabilityCounts(
        of: 1, MemoryVolume(pair.shape, .uint8, steps), way)
      #expect(counts == expected)
    }
    guard !for1.isEmpty, !against.isEmpty else { return }
    var better = 0.0
    for a in for1 { for b in against { better += a > b ? 1 : a == b ? 0.5 : 0 } }
    let area = better / Double(for1.count * against.count)
    #expect(abs((expected.rocArea ?? 0) - area) < 1e-12)
    let last = try #require(expected.points.last)
    #expect(last.truePositives == for1.count && last.falsePositives == against.count)
    #expect(expected.calibration.reduce(0) { $0 + $1.voxels } == for1.count + against.count)
  }
}
