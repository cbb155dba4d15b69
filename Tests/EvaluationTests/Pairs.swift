import Evaluation
import VolumeCore
import VolumeTesting

/// A truth and a prediction that is wrong here and there, made up of a seed.
struct Pair {
  var shape: Shape3
  var truth: [UInt8]
  var prediction: [UInt8]
  var mask: [UInt8]
  var region: Region

  init(seed: UInt64, classes: Int = 3, most: Shape3 = Shape3(z: 7, y: 14, x: 18)) {
    var random = SeededRandom(seed: seed)
    shape = Shape3(
      z: .random(in: 1...most.z, using: &random), y: .random(in: 2...most.y, using: &random),
      x: .random(in: 2...most.x, using: &random))
    let (a, b, c) = (
      Int.random(in: 2...6, using: &random), Int.random(in: 2...6, using: &random),
      Int.random(in: 2...6, using: &random)
    )
    truth = Region(shape).indices.map {
      if Int.random(in: 0..<30, using: &random) == 0 { return 255 }
      return UInt8(($0.z / a + $0.y / b + $0.x / c) % classes)
    }
    prediction = []
    for label in truth {
      let isWrong = Int.random(in: 0..<6, using: &random) == 0
      prediction.append(
        isWrong || label == 255 ? UInt8.random(in: 0..<UInt8(classes), using: &random) : label)
    }
    mask = truth.map { _ in Int.random(in: 0..<9, using: &random) == 0 ? 0 : 7 }
    func range(_ extent: Int) -> Range<Int> {
      let first = Int.random(in: 0...(extent / 3), using: &random)
      return first..<Int.random(in: (first + 1)...extent, using: &random)
    }
    region = Region(z: range(shape.z), y: range(shape.y), x: range(shape.x))
  }

  /// The pair as volumes.
  func pairing(masked: Bool = true) -> LabelPairing {
    LabelPairing(
      prediction: MemoryVolume(shape, .uint8, prediction),
      truth: MemoryVolume(shape, .uint8, truth),
      mask: masked ? MemoryVolume(shape, .uint8, mask) : nil, region: region)
  }

  func place(_ at: Index3) -> Int { (at.z * shape.y + at.y) * shape.x + at.x }

  /// Truth and prediction of a voxel that counts; `nil` for others.
  func labels(_ at: Index3, masked: Bool = true) -> (truth: Int, prediction: Int)? {
    guard region.z.contains(at.z), region.y.contains(at.y), region.x.contains(at.x) else {
      return nil
    }
    let i = place(at)
    guard truth[i] != 255, !masked || mask[i] != 0 else { return nil }
    return (Int(truth[i]), Int(prediction[i]))
  }
}

/// Ways to cut the same work.
let ways = [
  WalkControl(memory: 1 << 26, threads: 1), WalkControl(memory: 1 << 26, threads: 3),
  WalkControl(memory: 1 << 20, threads: 2),
]
