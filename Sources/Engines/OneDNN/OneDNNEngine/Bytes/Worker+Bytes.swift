import CKernels
import EngineCore
import VolumeCore

extension Worker {
  /// Computes a step on values in bytes.
  @unsafe func runBytes(
    _ step: QuadsStep, from: [Int], to: Int?, _ call: KernelCall
  ) {
    let (at, shape, edges) = unsafe (call.at, call.shape, Int32(call.edges))
    let (input, output) = unsafe (call.input, call.output)
    func plane(_ buffer: Int) -> Int { unsafe call.plane(buffer) }
    let buffers = program.buffers
    /// The planes of layer `z` of all sources, or of one.
    func planes(_ sources: [Int], _ z: Int) -> [UnsafePointer<UInt8>?] {
      var result: [UnsafePointer<UInt8>?] = unsafe []
      for source in sources {
        let plane = 4 * plane(source)
        let count = (buffers[source].channels + 3) / 4
        let first = unsafe UnsafePointer(at(source).assumingMemoryBound(to: UInt8.self))
        for p in 0..<count { unsafe result.append(first + (z * count + p) * plane) }
      }
      return unsafe result
    }
    /// Where plane `p` of layer `z` of the destination lies.
    func target(_ z: Int, _ p: Int = 0) -> UnsafeMutablePointer<UInt8> {
      guard let to else { preconditionFailure("the step writes no buffer") }
      let count = (buffers[to].channels + 3) / 4
      return unsafe at(to).assumingMemoryBound(to: UInt8.self) + (z * count + p) * 4 * plane(to)
    }
    let zero = to.map { buffers[$0].zeroByte } ?? 0

    switch step {
    case .normalise(let scale):
      guard let to else { return }
      let rule = program.plan.normalisation
      let s = shape(to)
      for z in 0..<s.z {
        unsafe t2s_quads_normalise(
          input + z * s.y * s.x * program.plan.voxelType.byteCount,
          Int32(program.plan.voxelType.kernelType.rawValue), s.y, s.x, buffers[to].channels,
          s.voxelCount, rule.low, 1 / (rule.high - rule.low), rule.clips ? 1 : 0, scale, zero,
          target(z), plane(to), edges)
      }
    case .convolution(let layer):
      guard let to else { return }
      let (source, s) = (shape(from[0]), shape(to))
      for z in 0..<s.z {
        let first = unsafe z * layer.stride.z - call.layersBefore
        let there = max(0, -first)..<min(layer.kernel.z, source.z - first)
        var sources: [UnsafePointer<UInt8>?] = unsafe []
        for k in there { unsafe sources += planes(from, first + k) }
        var result = unsafe t2s_quads_layer(layer, from: source, to: s, plane: plane(to))
        unsafe result.before_y = call.rowsBefore ?? layer.padding.before.y
        unsafe (result.zero, result.edges) = (zero, edges)
        unsafe convolve(layer, there, sources, &result, to: target(z))
      }
    case .maxPool(let window):
      guard let to else { return }
      let (source, s) = (shape(from[0]), shape(to))
      for z in 0..<s.z {
        for p in 0..<(buffers[to].channels + 3) / 4 {
          var layers = unsafe (0..<window.z).map { unsafe planes(from, z * window.z + $0)[p] }
          unsafe t2s_quads_max_pool(
            &layers, window.z, target(z, p), source.y, source.x, zero, edges)
        }
      }
    case .spread(let factor, let isPhases):
      guard let to else { return }
      let (source, s) = (shape(from[0]), shape(to))
      let count = (buffers[to].channels + 3) / 4
      for z in 0..<s.z {
        let all = unsafe planes(from, z / factor.z)
        for p in 0..<count {
          var phases = unsafe (0..<factor.y * factor.x).map { phase in
            let place = (z % factor.z * factor.y * factor.x + phase) * count + p
            return unsafe all[isPhases ? place : p]
          }
          unsafe t2s_quads_spread(
            &phases, target(z, p), source.y, source.x, factor.y, factor.x, zero, edges)
        }
      }
    case .add(let scales, let shift):
      guard let to else { return }
      let s = shape(to)
      for z in 0..<s.z {
        let sources = unsafe from.map { unsafe planes([$0], z) }
        for p in 0..<(buffers[to].channels + 3) / 4 {
          func lanes(_ all: [Float]) -> [Float] {
            (4 * p..<4 * p + 4).map { $0 < all.count ? all[$0] : 0 }
          }
          var places = unsafe sources.map { unsafe $0[p] }
          let factors = scales.flatMap(lanes)
          unsafe factors.withUnsafeBufferPointer { factors in
            unsafe factors.withMemoryRebound(to: (Float, Float, Float, Float).self) { factors in
              unsafe t2s_quads_add(
                &places, places.count, factors.baseAddress, lanes(shift), target(z, p), s.y, s.x,
                zero, edges)
            }
          }
        }
      }
    case .labels(let head), .scores(let head):
      let s = shape(from[0])
      let weights = unsafe head.weights.base.assumingMemoryBound(to: Float.self)
      let bias = unsafe head.bias.base.assumingMemoryBound(to: Float.self)
      for z in 0..<s.z {
        var sources = unsafe planes(from, z)
        let first = z * s.y * s.x
        if let to {
          unsafe t2s_quads_scores(
            &sources, sources.count, weights, bias, head.classes,
            at(to).assumingMemoryBound(to: Float.self) + first * head.classes, s.y, s.x)
        } else {
          unsafe t2s_quads_labels(
            &sources, sources.count, weights, bias, head.classes,
            output.assumingMemoryBound(to: UInt8.self) + first, s.y, s.x)
        }
      }
    case .fromFloat(let scale):
      let (s, count) = (shape(from[0]), buffers[from[0]].channels)
      for z in 0..<s.z {
        unsafe t2s_quads_from_float(
          at(from[0]).assumingMemoryBound(to: Float.self) + z * s.y * s.x * count, target(z),
          to.map { plane($0) } ?? 0, s.y, s.x, count, scale, zero, edges)
      }
    case .toFloat(let scale, let shift):
      guard let to else { return }
      let s = shape(to)
      for z in 0..<s.z {
        var sources = unsafe planes(from, z)
        unsafe t2s_quads_to_float(
          &sources, at(to).assumingMemoryBound(to: Float.self) + z * s.y * s.x * scale.count, s.y,
          s.x, scale.count, scale, shift)
      }
    }
  }

  /// One layer of a convolution, of the layers `there` of its kernel.
  @unsafe private func convolve(
    _ layer: ByteConvolution, _ there: Range<Int>, _ sources: [UnsafePointer<UInt8>?],
    _ call: inout t2s_quads_layer, to: UnsafeMutablePointer<UInt8>
  ) {
    var start = [Int32](repeating: 0, count: layer.scale.count)
    for k in there {
      for output in start.indices { start[output] += layer.compensation[k][output] }
    }
    var sources = unsafe sources
    unsafe start.withUnsafeBufferPointer { start in
      unsafe layer.scale.withUnsafeBufferPointer { scale in
        unsafe layer.shift.withUnsafeBufferPointer { shift in
          unsafe (call.start, call.scale) = (start.baseAddress, scale.baseAddress)
          unsafe call.shift = shift.baseAddress
          unsafe call.planes = sources.count
          unsafe call.weights =
            UnsafePointer(layer.weights.base.assumingMemoryBound(to: Int8.self))
            + there.lowerBound * layer.layerByteCount
          unsafe t2s_quads_convolution(&call, &sources, to)
        }
      }
    }
  }
}

extension t2s_quads_layer {
  /// `layer` from a source to a result of given extents; what it computes with is still missing.
  fileprivate init(_ layer: ByteConvolution, from source: Shape3, to s: Shape3, plane: Int) {
    unsafe self.init()
    unsafe out_planes = (layer.outputs + 3) / 4
    unsafe (kernel_y, kernel_x) = (layer.kernel.y, layer.kernel.x)
    unsafe (stride_y, stride_x) = (layer.stride.y, layer.stride.x)
    unsafe (before_y, before_x) = (layer.padding.before.y, layer.padding.before.x)
    unsafe (in_h, in_w) = (source.y, source.x)
    unsafe (out_h, out_w) = (s.y, s.x)
    unsafe group_bytes = layer.groupByteCount
    unsafe self.plane = plane
  }
}
