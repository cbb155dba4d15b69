import EngineCore
import NeuralGraph
import VolumeCore

/// How the values of a network lie in the card's memory.
package struct NumberFormat: Hashable, Sendable {
  /// `f32` or `f16`.
  package var precision: Precision
  /// Channel after channel; else the channels of each voxel lie together.
  package var isPlanes: Bool

  /// Single precision by planes, as cards without tensor cores like it; half precision with the
  /// channels last, as tensor cores do.
  package init(_ precision: Precision) {
    self.precision = precision
    isPlanes = precision == .f32
  }

  /// Any combination.
  package init(_ precision: Precision, isPlanes: Bool) {
    self.precision = precision
    self.isPlanes = isPlanes
  }

  /// Channels with those that pad: tensor cores take eight at once.
  package func padded(_ channels: Int) -> Int {
    precision == .f16 ? (channels + 7) / 8 * 8 : channels
  }

  /// Bytes of a value.
  package func byteCount(_ voxels: Int, _ channels: Int) -> Int {
    voxels * padded(channels) * precision.byteCount
  }

  /// "f32" or "f16": the end of a kernel's name.
  var suffix: String { precision.rawValue }
  /// 1 for planes, as kernels take it.
  var planes: KernelCall.Argument { .count(isPlanes ? 1 : 0) }
}

extension NumberFormat {
  /// That of a network's tiles of `shapes`: as the card likes it, except where single precision takes
  /// less memory a few layers at a time, which wants the channels last. A program has one for all of its
  /// tiles, since its weights lie so, too.
  package init(
    _ lowering: GPULowering, _ shapes: [Shape3], _ precision: Precision,
    streams: StreamChoice = .automatic
  ) throws(GraphError) {
    self.init(precision)
    guard isPlanes, streams != .never, !lowering.graph.isLayerwise else { return }
    let last = NumberFormat(precision, isPlanes: false)
    for shape in shapes where try CardPlan(lowering, shape, last, streams: streams).isStream {
      self = last
      return
    }
  }
}
