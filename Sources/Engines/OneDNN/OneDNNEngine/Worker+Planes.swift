import CKernels
import EngineCore
import VolumeCore

extension Step {
  /// Whether it takes or makes values in planes, of pairs or in single precision.
  func isOnPlanes(_ buffers: [Buffer]) -> Bool {
    switch self {
    case .normalise(let to): buffers[to].isPlanes
    case .planesConvolution, .planesDepthToSpace, .planesMaxPool, .toChannelsLast, .planesLabels,
      .planesScores:
      true
    default: false
    }
  }
}

extension Worker {
  /// Computes a step on values in planes, layer by layer.
  @unsafe func runPlanes(_ step: Step, _ call: KernelCall) {
    let (at, shape, edges) = unsafe (call.at, call.shape, Int32(call.edges))
    let (input, output) = unsafe (call.input, call.output)
    func plane(_ buffer: Int) -> Int { unsafe call.plane(buffer) }
    let buffers = program.buffers
    let kind = program.planesKind
    func channels(_ buffer: Int) -> Int { buffers[buffer].channels }
    /// The numbers of layer `z`, in planes or channels last.
    func layer(_ buffer: Int, _ z: Int) -> UnsafeMutableRawPointer {
      unsafe at(buffer) + z * buffers[buffer].layerByteCount(of: shape(buffer))
    }
    func pairs(_ buffer: Int, _ z: Int) -> UnsafeMutablePointer<UInt16> {
      unsafe layer(buffer, z).assumingMemoryBound(to: UInt16.self)
    }
    func floats(_ buffer: Int, _ z: Int) -> UnsafeMutablePointer<Float> {
      unsafe layer(buffer, z).assumingMemoryBound(to: Float.self)
    }
    /// Each plane of layer `z` of all `sources`.
    func planes(_ sources: [Int], _ z: Int) -> [UnsafePointer<Float>?] {
      var result: [UnsafePointer<Float>?] = unsafe []
      for source in sources {
        let size = plane(source)
        for p in 0..<buffers[source].planeCount {
          unsafe result.append(UnsafePointer(floats(source, z) + p * size))
        }
      }
      return unsafe result
    }

    switch step {
    case .normalise(let to):
      let rule = program.plan.normalisation
      let (type, factor) = (program.plan.voxelType, 1 / (rule.high - rule.low))
      let s = shape(to)
      for z in 0..<s.z {
        let voxels = unsafe input + z * s.y * s.x * type.byteCount
        if buffers[to].layout == .pairs {
          unsafe t2s_pairs_normalise(
            voxels, type.kernelType, s.y, s.x, channels(to), s.voxelCount, rule.low, factor,
            rule.clips ? 1 : 0, pairs(to, z), plane(to), edges)
        } else {
          unsafe t2s_planes_normalise(
            voxels, Int32(type.kernelType.rawValue), s.y, s.x, channels(to), s.voxelCount,
            rule.low, factor, rule.clips ? 1 : 0, floats(to, z), plane(to), edges)
        }
      }
    case .planesConvolution(let weights, let from, let to, let relu):
      let (source, s) = (shape(from[0]), shape(to))
      let bias = unsafe weights.bias.base.assumingMemoryBound(to: Float.self)
      for z in 0..<s.z {
        let first = unsafe z - call.layersBefore
        let there = max(0, -first)..<min(weights.layers, source.z - first)
        var sources: [UnsafePointer<Float>?] = unsafe []
        for k in there { unsafe sources += planes(from, first + k) }
        let taps = unsafe weights.weights.base + 4 * there.lowerBound * weights.layerCount
        if buffers[to].layout == .pairs {
          var sources = unsafe sources.map { unsafe $0?.asPairs }
          unsafe t2s_pairs_convolution(
            &sources, sources.count, pairs(to, z), plane(to), channels(to),
            taps.assumingMemoryBound(to: UInt32.self), weights.layers * weights.layerCount, bias,
            s.y, s.x, relu ? 1 : 0, edges)
        } else {
          unsafe t2s_planes_convolution(
            kind, &sources, sources.count, floats(to, z), plane(to),
            taps.assumingMemoryBound(to: Float.self), bias, s.y, s.x, relu ? 1 : 0, edges)
        }
      }
    case .planesDepthToSpace(let from, let to, let factor):
      let s = shape(from)
      for z in 0..<shape(to).z {
        // Of a pixel's phases, those of one layer lie together.
        let (layer, phase) = z.quotientAndRemainder(dividingBy: factor.z)
        if buffers[to].layout == .pairs {
          unsafe t2s_pairs_depth_to_space(
            pairs(from, layer) + phase * channels(from) / factor.z, channels(from) / 4,
            pairs(to, z), plane(to), s.y, s.x, channels(to), edges)
        } else {
          unsafe t2s_planes_depth_to_space(
            floats(from, layer) + phase * channels(from) / factor.z, channels(from) / 2,
            floats(to, z), plane(to), s.y, s.x, channels(to), edges)
        }
      }
    case .planesMaxPool(let from, let to, let window):
      let s = shape(from)
      for z in 0..<shape(to).z {
        if buffers[from].layout == .pairs {
          var layers: [UnsafePointer<UInt16>?] = unsafe (0..<window.z).map {
            unsafe UnsafePointer(pairs(from, z * window.z + $0))
          }
          unsafe t2s_pairs_max_pool(
            &layers, window.z, plane(from), pairs(to, z), s.y, s.x, channels(from))
        } else {
          var sources: [UnsafePointer<Float>?] = unsafe []
          for k in 0..<window.z { unsafe sources += planes([from], z * window.z + k) }
          unsafe t2s_planes_max_pool(
            kind, &sources, window.z, channels(from), floats(to, z), s.y, s.x)
        }
      }
    case .toChannelsLast(let from, let to):
      let s = shape(to)
      for z in 0..<s.z {
        if buffers[from].layout == .pairs {
          unsafe t2s_pairs_to_channels_last(
            pairs(from, z), plane(from), pairs(to, z), s.y, s.x, channels(to))
        } else {
          var sources = unsafe planes([from], z)
          unsafe t2s_planes_to_channels_last(
            &sources, sources.count, floats(to, z), s.y, s.x)
        }
      }
    case .planesLabels(let head, let from):
      let s = shape(from)
      let (weights, bias) = unsafe head.pointers
      for z in 0..<s.z {
        let labels = unsafe output.assumingMemoryBound(to: UInt8.self) + z * s.y * s.x
        if buffers[from].layout == .pairs {
          unsafe t2s_pairs_labels(
            pairs(from, z), plane(from), labels, s.y, s.x, channels(from), head.classes, weights,
            bias)
        } else {
          var sources = unsafe planes([from], z)
          unsafe t2s_planes_labels(
            kind, &sources, sources.count, weights, bias, head.classes, labels, s.y, s.x)
        }
      }
    case .planesScores(let head, let from, let to):
      let s = shape(from)
      let (weights, bias) = unsafe head.pointers
      for z in 0..<s.z {
        if buffers[from].layout == .pairs {
          unsafe t2s_pairs_scores(
            pairs(from, z), plane(from), floats(to, z), s.y, s.x, channels(from), head.classes,
            weights, bias)
        } else {
          var sources = unsafe planes([from], z)
          unsafe t2s_planes_scores(
            kind, &sources, sources.count, weights, bias, head.classes, floats(to, z), s.y, s.x)
        }
      }
    default: preconditionFailure("it is on no planes")
    }
  }
}

extension UnsafePointer<Float> {
  /// The same place, as pairs of bfloat16.
  fileprivate var asPairs: UnsafePointer<UInt16> {
    unsafe UnsafeRawPointer(self).assumingMemoryBound(to: UInt16.self)
  }
}

extension HeadWeights {
  /// Where the weights and the offsets are.
  fileprivate var pointers: (UnsafePointer<Float>, UnsafePointer<Float>) {
    unsafe (
      UnsafePointer(weights.base.assumingMemoryBound(to: Float.self)),
      UnsafePointer(bias.base.assumingMemoryBound(to: Float.self))
    )
  }
}
