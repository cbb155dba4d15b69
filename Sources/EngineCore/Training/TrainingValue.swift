import Glibc
import VolumeCore

/// The numbers that the reference trains in: Float as engines do, Double for finite differences.
package protocol TrainingScalar: BinaryFloatingPoint, Sendable {
  static func exponential(_ x: Self) -> Self
  static func logarithm(_ x: Self) -> Self
  static func power(_ x: Self, _ y: Self) -> Self
}

extension Float: TrainingScalar {
  package static func exponential(_ x: Float) -> Float { expf(x) }
  package static func logarithm(_ x: Float) -> Float { logf(x) }
  package static func power(_ x: Float, _ y: Float) -> Float { powf(x, y) }
}

extension Double: TrainingScalar {
  package static func exponential(_ x: Double) -> Double { exp(x) }
  package static func logarithm(_ x: Double) -> Double { log(x) }
  package static func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
}

/// A value of a network for a whole batch, in the order (sample, z, y, x, channel).
package struct TrainingValue<Scalar: TrainingScalar>: Sendable {
  package var samples: Int
  package var shape: Shape3
  package var channels: Int
  package var values: [Scalar]

  package init(samples: Int, shape: Shape3, channels: Int) {
    self.samples = samples
    self.shape = shape
    self.channels = channels
    values = [Scalar](repeating: 0, count: samples * shape.voxelCount * channels)
  }

  package init(samples: Int, shape: Shape3, channels: Int, values: [Scalar]) {
    precondition(values.count == samples * shape.voxelCount * channels)
    self.samples = samples
    self.shape = shape
    self.channels = channels
    self.values = values
  }

  /// A value of the same form, all zeros.
  var zeros: TrainingValue { TrainingValue(samples: samples, shape: shape, channels: channels) }

  /// Voxels of the whole batch.
  var voxelCount: Int { samples * shape.voxelCount }
}
