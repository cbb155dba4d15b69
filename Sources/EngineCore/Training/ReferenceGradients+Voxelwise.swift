import NeuralGraph
import VolumeCore

/// The operations without parameters, forward and backward, in plain loops.
enum Voxelwise<Scalar: TrainingScalar> {
  typealias Value = TrainingValue<Scalar>

  static func crop(_ cut: Padding, _ input: Value, to output: inout Value) {
    forEachKept(cut, input, output) { from, to in output.values[to] = input.values[from] }
  }

  static func cropBackward(_ cut: Padding, _ input: Value, _ gradient: Value) -> Value {
    var result = input.zeros
    forEachKept(cut, input, gradient) { from, to in result.values[from] = gradient.values[to] }
    return result
  }

  private static func forEachKept(
    _ cut: Padding, _ input: Value, _ output: Value, _ body: (_ from: Int, _ to: Int) -> Void
  ) {
    let (source, kept) = (input.shape, output.shape)
    let row = kept.x * input.channels
    for sample in 0..<input.samples {
      for z in 0..<kept.z {
        for y in 0..<kept.y {
          let to = ((sample * kept.z + z) * kept.y + y) * row
          let plane = (sample * source.z + z + cut.before.z) * source.y + y + cut.before.y
          let from = (plane * source.x + cut.before.x) * input.channels
          for number in 0..<row { body(from + number, to + number) }
        }
      }
    }
  }

  static func layersToChannels(_ input: Value, to output: inout Value) {
    // Each channel of the input by itself: layer after layer, each with its channels.
    forEachLayer(input, output) { from, to in output.values[to] = input.values[from] }
  }

  static func layersToChannelsBackward(_ input: Value, _ gradient: Value) -> Value {
    var result = input.zeros
    forEachLayer(input, gradient) { from, to in result.values[from] += gradient.values[to] }
    return result
  }

  private static func forEachLayer(
    _ input: Value, _ output: Value, _ body: (_ from: Int, _ to: Int) -> Void
  ) {
    let plane = input.shape.y * input.shape.x
    let layers = output.channels / input.channels
    for sample in 0..<input.samples {
      for z in 0..<output.shape.z {
        for pixel in 0..<plane {
          let to = ((sample * output.shape.z + z) * plane + pixel) * output.channels
          for layer in 0..<layers {
            let from = ((sample * input.shape.z + z + layer) * plane + pixel) * input.channels
            for c in 0..<input.channels { body(from + c, to + layer * input.channels + c) }
          }
        }
      }
    }
  }

  static func concatenation(_ inputs: [Value], to output: inout Value) {
    var offset = 0
    for input in inputs {
      for voxel in 0..<output.voxelCount {
        for c in 0..<input.channels {
          output.values[voxel * output.channels + offset + c] =
            input.values[voxel * input.channels + c]
        }
      }
      offset += input.channels
    }
  }

  /// The part of a gradient that belongs to `channels` of a concatenation, from `offset` on.
  static func part(_ gradient: Value, offset: Int, channels: Int) -> Value {
    var result = Value(samples: gradient.samples, shape: gradient.shape, channels: channels)
    for voxel in 0..<gradient.voxelCount {
      for c in 0..<channels {
        result.values[voxel * channels + c] =
          gradient.values[voxel * gradient.channels + offset + c]
      }
    }
    return result
  }

  static func maxPool(_ window: Shape3, _ input: Value, to output: inout Value) {
    forEachWindow(window, input, output.shape) { to, from in
      output.values[to] = input.values[from]
    }
  }

  /// The gradient goes to the first of the largest in each window.
  static func maxPoolBackward(_ window: Shape3, _ input: Value, _ gradient: Value) -> Value {
    var result = input.zeros
    forEachWindow(window, input, gradient.shape) { to, from in
      result.values[from] += gradient.values[to]
    }
    return result
  }

  /// Calls `body` for each number of the output with the place of the first of the largest.
  private static func forEachWindow(
    _ window: Shape3, _ input: Value, _ shape: Shape3, _ body: (_ to: Int, _ from: Int) -> Void
  ) {
    let s = input.shape
    for voxel in 0..<(input.samples * shape.voxelCount) {
      let (sample, z) = (voxel / shape.voxelCount, voxel / (shape.y * shape.x) % shape.z)
      let (y, x) = (voxel / shape.x % shape.y, voxel % shape.x)
      for c in 0..<input.channels {
        var best = -1
        for wz in 0..<window.z {
          for wy in 0..<window.y {
            for wx in 0..<window.x {
              let row = (sample * s.z + z * window.z + wz) * s.y + y * window.y + wy
              let place = (row * s.x + x * window.x + wx) * input.channels + c
              if best < 0 || input.values[place] > input.values[best] { best = place }
            }
          }
        }
        body(voxel * input.channels + c, best)
      }
    }
  }

  static func upsampleNearest(_ factor: Shape3, _ input: Value, to output: inout Value) {
    forEachCopy(factor, input, output) { to, from in output.values[to] = input.values[from] }
  }

  static func upsampleNearestBackward(
    _ factor: Shape3, _ input: Value, _ gradient: Value
  ) -> Value {
    var result = input.zeros
    forEachCopy(factor, input, gradient) { to, from in
      result.values[from] += gradient.values[to]
    }
    return result
  }

  private static func forEachCopy(
    _ factor: Shape3, _ input: Value, _ output: Value, _ body: (_ to: Int, _ from: Int) -> Void
  ) {
    let (s, o) = (input.shape, output.shape)
    for voxel in 0..<output.voxelCount {
      let (sample, z) = (voxel / o.voxelCount, voxel / (o.y * o.x) % o.z)
      let (y, x) = (voxel / o.x % o.y, voxel % o.x)
      let row = (sample * s.z + z / factor.z) * s.y + y / factor.y
      let from = (row * s.x + x / factor.x) * input.channels
      for c in 0..<input.channels { body(voxel * input.channels + c, from + c) }
    }
  }

  /// exp(x) / sum of exp over channels; the largest is taken off first, so that no power overflows.
  static func softmax(_ input: Value) -> Value {
    var result = input
    let channels = input.channels
    for voxel in 0..<input.voxelCount {
      let places = (voxel * channels)..<((voxel + 1) * channels)
      let largest = places.reduce(-Scalar.infinity) { max($0, input.values[$1]) }
      var sum = Scalar(0)
      for place in places {
        result.values[place] = Scalar.exponential(input.values[place] - largest)
        sum += result.values[place]
      }
      for place in places { result.values[place] /= sum }
    }
    return result
  }

  static func softmaxBackward(_ output: Value, _ gradient: Value) -> Value {
    var result = output
    let channels = output.channels
    for voxel in 0..<output.voxelCount {
      let places = (voxel * channels)..<((voxel + 1) * channels)
      let mean = places.reduce(Scalar(0)) { $0 + output.values[$1] * gradient.values[$1] }
      for place in places {
        result.values[place] = output.values[place] * (gradient.values[place] - mean)
      }
    }
    return result
  }

  /// Each number kept and enlarged, or zero: applied to a value going forward and to its gradient
  /// coming back.
  static func dropout(_ rule: DropoutRule, _ random: Philox, layer: Int, _ value: Value) -> Value {
    var result = value
    for place in value.values.indices {
      let isDropped = random.bits(place, layer: layer) < rule.threshold
      result.values[place] = isDropped ? 0 : value.values[place] * Scalar(rule.factor)
    }
    return result
  }

  static func noise(sigma: Float, _ random: Philox, layer: Int, _ input: Value) -> Value {
    var result = input
    let normal = NormalTable.values
    for place in input.values.indices {
      result.values[place] += Scalar(sigma * normal[Int(random.bits(place, layer: layer))])
    }
    return result
  }
}
