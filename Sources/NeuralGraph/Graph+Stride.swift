import VolumeCore

/// Distance, in input voxels, of two neighbours of a value along one axis, as a reduced fraction.
struct Scale: Hashable {
  /// How far it has been sampled down.
  var down: Int
  /// How far it has been sampled up, beyond that.
  var up: Int

  static let one = Scale(down: 1, up: 1)

  /// This scale after a step; `nil` where the numbers become absurd.
  func after(_ step: AxisStep) -> Scale? {
    switch step {
    case .pointwise, .window: self
    case .gather(_, let stride, _, _): Scale(reducing: down, by: stride, over: up, by: 1)
    case .scatter(_, let stride, _, _): Scale(reducing: down, by: 1, over: up, by: stride)
    }
  }

  init(down: Int, up: Int) {
    self.down = down
    self.up = up
  }

  private init?(reducing a: Int, by b: Int, over c: Int, by d: Int) {
    // Both factors are at most 2^20, so that the products stay far from overflow.
    let common = greatestCommonDivisor(a * b, c * d)
    down = a * b / common
    up = c * d / common
    guard down <= Graph.largestParameter, up <= Graph.largestParameter else { return nil }
  }
}

func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}

func leastCommonMultiple(_ numbers: [Int]) -> Int {
  numbers.reduce(1) { $0 / greatestCommonDivisor($0, $1) * $1 }
}

extension Operation {
  /// The scales (z, y, x) of this operation's value; `nil` where its inputs' differ.
  func scale(ofInputs inputs: [[Scale]]) -> [Scale]? {
    guard let first = inputs.first else { return [.one, .one, .one] }
    guard inputs.allSatisfy({ $0 == first }) else { return nil }
    var result: [Scale] = []
    for (axis, scale) in zip(Axis.allCases, first) {
      guard let next = scale.after(step(along: axis)) else { return nil }
      result.append(next)
    }
    return result
  }
}

extension Graph {
  /// The scale of each value along z, y and x.
  var scales: [[Scale]] {
    var result: [[Scale]] = []
    for node in nodes {
      result.append(
        node.operation.scale(ofInputs: node.inputs.map { result[$0] }) ?? [.one, .one, .one])
    }
    return result
  }

  /// The multiple of which every input extent and every tile origin must be, so that a tile's
  /// values lie on the whole volume's: the least common one of all values' sampling down.
  ///
  /// A network whose padding is not "same" may ask more of its input: see `shapes(forInput:)`.
  public var totalStride: Shape3 {
    let scales = scales
    return Shape3 { axis in
      let place = axis == .z ? 0 : axis == .y ? 1 : 2
      return leastCommonMultiple(scales.map { $0[place].down })
    }
  }

  /// Output voxels for each input voxel, along each axis as (output, input): (1, 1) for a network
  /// that gives every voxel a class.
  public var outputPerInput: (output: Shape3, input: Shape3) {
    let scale = scales[output]
    return (
      Shape3(z: scale[0].up, y: scale[1].up, x: scale[2].up),
      Shape3(z: scale[0].down, y: scale[1].down, x: scale[2].down)
    )
  }
}
