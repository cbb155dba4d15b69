import NeuralGraph
import VolumeCore

/// The calls of our kernels: pure functions of places and extents, one for each kernel of kernels.cu.
package enum Kernels {
  /// Where a value lies, and of what extent and how many channels it is.
  package struct Value: Hashable, Sendable {
    package var address: UInt64
    package var shape: Shape3
    /// Without those that pad.
    package var channels: Int

    /// A value at `address`.
    package init(_ address: UInt64, _ shape: Shape3, _ channels: Int) {
      self.address = address
      self.shape = shape
      self.channels = channels
    }
  }

  /// Grey values to the input; channel c of `to` is `from` plus c layers.
  package static func normalise(
    _ type: VoxelType, from: UInt64, to: Value, low: Float, high: Float, clips: Bool,
    _ format: NumberFormat
  ) -> KernelCall {
    let grey =
      switch type {
      case .uint8: "u8"
      case .uint16: "u16"
      case .float32: "f32"
      default: preconditionFailure("engines compute on \(VoxelType.computed)")
      }
    let (voxels, channels) = (to.shape.voxelCount, format.padded(to.channels))
    return KernelCall(
      "normalise_\(grey)_\(format.suffix)", voxels * channels,
      [
        .address(from), .address(to.address), .count(voxels), .count(channels), format.planes,
        .count(to.channels), .count(to.shape.y * to.shape.x), .number(low), .number(high),
        .count(clips ? 1 : 0),
      ])
  }

  /// The largest of each window.
  package static func pool(
    from: Value, to: Value, window: Shape3, _ format: NumberFormat
  ) -> KernelCall {
    let channels = format.padded(to.channels)
    let extents = [to.shape.z, to.shape.y, to.shape.x, from.shape.z, from.shape.y, from.shape.x]
    let windows = [window.z, window.y, window.x]
    let places: [KernelCall.Argument] = [.address(from.address), .address(to.address)]
    if format.precision == .f16, !format.isPlanes {
      let counts = extents + [channels / 2] + windows
      return KernelCall(
        "pool_pairs", to.shape.voxelCount * channels / 2, places + counts.map { .count($0) })
    }
    let counts = extents + [channels] + windows
    return KernelCall(
      "pool_\(format.suffix)", to.shape.voxelCount * channels,
      places + counts.map { .count($0) } + [format.planes])
  }

  /// Copies `from` into channels `offset...` of `to`, each voxel `factor` times along each axis; with
  /// `phases` a voxel has a set of channels for each that it becomes. With `isLast` the channels of
  /// `to` behind become zero.
  ///
  /// - Parameter distance: of one phase's numbers from the next one's, where each phase is a value by itself,
  ///   and `from` the first; else a voxel's phases are sets of `from`'s channels.
  package static func spread(
    from: Value, to: Value, factor: Shape3, phases: Bool, distance: Int? = nil, offset: Int,
    isLast: Bool, _ format: NumberFormat
  ) -> KernelCall {
    let isSplit = phases && distance == nil
    var count = isSplit ? from.channels / factor.voxelCount : from.channels
    var apart = phases ? distance ?? (format.isPlanes ? count * from.shape.voxelCount : count) : 0
    var (source, destination) = (format.padded(from.channels), format.padded(to.channels))
    var offset = offset
    var tail = isLast ? destination - offset - count : 0
    var unit = format.precision.byteCount
    let numbers = 16 / unit
    if !format.isPlanes,
      [count, source, destination, offset, tail, apart].allSatisfy({ $0 % numbers == 0 })
    {
      (count, source, destination) = (count / numbers, source / numbers, destination / numbers)
      (offset, tail, apart, unit) = (offset / numbers, tail / numbers, apart / numbers, 16)
    }
    let counts = [
      to.shape.z, to.shape.y, to.shape.x, factor.z, factor.y, factor.x, count, tail, offset, source,
      destination, apart,
    ]
    return KernelCall(
      "spread_\(unit)", to.shape.voxelCount * (count + tail),
      [.address(from.address), .address(to.address)] + counts.map { .count($0) } + [format.planes])
  }

  /// Copies a value with all of its channels, those that pad, too; channels last.
  package static func copy(from: Value, to: Value, _ format: NumberFormat) -> KernelCall {
    let channels = format.padded(from.channels)
    return spread(
      from: Value(from.address, from.shape, channels), to: Value(to.address, to.shape, channels),
      factor: Shape3(z: 1, y: 1, x: 1), phases: false, offset: 0, isLast: true, format)
  }

  /// Layer l of those around each of `to`'s becomes channels l * count and on. By planes a channel lies among
  /// the layers of its own, so that each is copied by itself.
  package static func join(
    layers: Int, from: Value, to: Value, _ format: NumberFormat
  ) -> [KernelCall] {
    let one = Shape3(z: 1, y: 1, x: 1)
    let voxels = from.shape.y * from.shape.x
    let bytes = format.precision.byteCount
    func copy(_ place: Int, _ channels: Int, to offset: Int) -> KernelCall {
      spread(
        from: Value(from.address + UInt64(place * bytes), to.shape, channels), to: to, factor: one,
        phases: false, offset: offset, isLast: offset + channels == to.channels, format)
    }
    return (0..<layers).flatMap { layer in
      guard format.isPlanes else {
        let place = layer * voxels * format.padded(from.channels)
        return [copy(place, from.channels, to: layer * from.channels)]
      }
      return (0..<from.channels).map { channel in
        copy(
          (channel * from.shape.z + layer) * voxels, 1, to: layer * from.channels + channel)
      }
    }
  }

  /// The sum of `a`, `b` and an offset for each channel (0: none), then max(_, 0) where `relu`.
  package static func combine(
    _ a: Value, _ b: UInt64, bias: UInt64, to: UInt64, relu: Bool, _ format: NumberFormat
  ) -> KernelCall {
    let (voxels, channels) = (a.shape.voxelCount, format.padded(a.channels))
    return KernelCall(
      "combine_\(format.suffix)", voxels * channels,
      [
        .address(a.address), .address(b), .address(bias), .address(to), .count(voxels),
        .count(channels), .count(relu ? 1 : 0), format.planes,
      ])
  }

  /// A factor and an offset for each channel.
  package static func affine(
    from: Value, scale: UInt64, shift: UInt64, to: UInt64, relu: Bool, _ format: NumberFormat
  ) -> KernelCall {
    let (voxels, channels) = (from.shape.voxelCount, format.padded(from.channels))
    return KernelCall(
      "affine_\(format.suffix)", voxels * channels,
      [
        .address(from.address), .address(scale), .address(shift), .address(to), .count(voxels),
        .count(channels), .count(relu ? 1 : 0), format.planes,
      ])
  }

  /// Each channel by itself.
  package static func depthwise(
    _ geometry: DepthwiseGeometry, from: Value, weights: UInt64, bias: UInt64, to: Value,
    relu: Bool, _ format: NumberFormat
  ) -> KernelCall {
    let channels = format.padded(to.channels)
    let (kernel, stride, before) = (geometry.kernel, geometry.stride, geometry.before)
    var counts = [to.shape.z, to.shape.y, to.shape.x, from.shape.z, from.shape.y, from.shape.x]
    counts += [format.padded(from.channels), channels, to.channels, geometry.multiplier]
    counts += [kernel.z, kernel.y, kernel.x, stride.z, stride.y, stride.x]
    counts += [before.z, before.y, before.x, relu ? 1 : 0]
    return KernelCall(
      "depthwise_\(format.suffix)", to.shape.voxelCount * channels,
      [.address(from.address), .address(weights), .address(bias), .address(to.address)]
        + counts.map { .count($0) } + [format.planes])
  }

  /// How a depthwise convolution moves.
  package struct DepthwiseGeometry: Hashable, Sendable {
    package var kernel: Shape3
    package var stride: Shape3
    package var before: Shape3
    package var multiplier: Int

    /// That of `layer`, with so many layers of zeros before what it takes.
    init(_ layer: DepthwiseConvolution, before: Int) {
      self.init(
        kernel: layer.kernel, stride: layer.stride,
        before: Shape3(z: before, y: layer.padding.before.y, x: layer.padding.before.x),
        multiplier: layer.multiplier)
    }

    /// This kernel, stride, padding before, and outputs for each channel.
    package init(kernel: Shape3, stride: Shape3, before: Shape3, multiplier: Int) {
      self.kernel = kernel
      self.stride = stride
      self.before = before
      self.multiplier = multiplier
    }
  }

  /// exp(x) / sum of exp over the channels.
  package static func softmax(from: Value, to: UInt64, _ format: NumberFormat) -> KernelCall {
    KernelCall(
      "softmax_\(format.suffix)", from.shape.voxelCount,
      [
        .address(from.address), .address(to), .count(from.shape.voxelCount),
        .count(format.padded(from.channels)), .count(from.channels), format.planes,
      ])
  }

  /// The first of the highest channels as a byte, or all of them in single precision.
  package static func result(
    from: Value, to: UInt64, flag: UInt64, labels: Bool, _ format: NumberFormat
  ) -> KernelCall {
    KernelCall(
      "\(labels ? "labels" : "scores")_\(format.suffix)", from.shape.voxelCount,
      [
        .address(from.address), .address(to), .address(flag), .count(from.shape.voxelCount),
        .count(format.padded(from.channels)), .count(from.channels), format.planes,
      ])
  }

  /// The same with a last convolution that mixes channels only.
  package static func head(
    from: Value, weights: UInt64, bias: UInt64, classes: Int, to: UInt64, flag: UInt64,
    labels: Bool,
    _ format: NumberFormat
  ) -> KernelCall {
    KernelCall(
      "head_\(labels ? "labels" : "scores")_\(format.suffix)", from.shape.voxelCount,
      [
        .address(from.address), .address(weights), .address(bias), .address(to), .address(flag),
        .count(from.shape.voxelCount), .count(format.padded(from.channels)), .count(from.channels),
        .count(classes), format.planes,
      ])
  }

  /// Numbers for tests, which follow from place and seed.
  package static func pattern(to: Value, seed: Int, _ format: NumberFormat) -> KernelCall {
    let (voxels, channels) = (to.shape.voxelCount, format.padded(to.channels))
    return KernelCall(
      "pattern_\(format.suffix)", voxels * channels,
      [
        .address(to.address), .count(voxels), .count(channels), .count(to.channels), .count(seed),
        format.planes,
      ])
  }

  /// Sets `flag` to 1 where one of `count` numbers is not finite.
  package static func finite(
    from: UInt64, count: Int, flag: UInt64, _ format: NumberFormat
  ) -> KernelCall {
    KernelCall(
      "finite_\(format.suffix)", count, [.address(from), .address(flag), .count(count)])
  }

  /// Writes `word` to every four bytes.
  package static func fill(_ address: UInt64, byteCount: Int, word: UInt32) -> KernelCall {
    KernelCall(
      "fill", byteCount / 4,
      [.address(address), .count(byteCount / 4), .count(Int(word))])
  }

  /// What a buffer is poisoned with before it is written: no number, in either precision.
  package static let poison: UInt32 = 0xffff_ffff

  /// How many sums `checksum` gives.
  package static let checksumThreads = 64 * KernelCall.threads

  /// The sums of a buffer's words times numbers that follow from their places.
  package static func checksum(from: UInt64, byteCount: Int, sums: UInt64) -> KernelCall {
    KernelCall(
      "checksum", checksumThreads, [.address(from), .address(sums), .count(byteCount / 4)])
  }
}
