import CKernels
import EngineCore
import Glibc
import Pipelines
import VolumeCore

/// One thread's memory and stream: runs the program on one tile after the other.
@safe final class Worker {
  let program: Program
  private let stream: Stream
  private var memory = AlignedMemory(byteCount: 0)
  /// Where the time of each step is added up; `nil` where nobody wants to know.
  var clock: StepClock?
  /// Who wants to see the values that a step takes, of tiles that are computed at once; `nil`: nobody.
  var observer: RangeObserver?

  init(_ program: Program) throws(EngineError) {
    self.program = program
    stream = try program.makeStream()
  }

  /// Computes the tile of `shape` at `input`; its output goes to `output`. Both in C order.
  @unsafe func run(
    _ shape: Shape3, input: UnsafeMutableRawPointer, output: UnsafeMutableRawPointer
  ) throws(EngineError) {
    let prepared = try program.prepare(shape)
    if memory.byteCount < prepared.byteCount {
      memory = AlignedMemory(byteCount: 0)  // gives the old back before it asks for more
      memory = AlignedMemory(byteCount: prepared.byteCount)
    }
    let layer = shape.y * shape.x
    let parts = program.graph.isLayerwise ? program.plan.outputShape(for: shape).z : 1
    for z in 0..<parts {
      let input = unsafe input + z * layer * program.plan.voxelType.byteCount
      let output = unsafe output + z * layer * program.plan.outputVoxelByteCount
      if let stream = prepared.stream {
        try unsafe run(stream, prepared, input: input, output: output)
      } else {
        try unsafe runPart(prepared, input: input, output: output)
      }
    }
  }

  @unsafe private func runPart(
    _ prepared: PreparedShape, input: UnsafeMutableRawPointer, output: UnsafeMutableRawPointer
  ) throws(EngineError) {
    observer?.beginPart()
    for (index, step) in program.steps.enumerated() {
      if let observer {
        for buffer in step.sources {
          unsafe observer.see(
            buffer, address(buffer, prepared),
            prepared.extents[program.buffers[buffer].extentOfNode].voxelCount)
        }
      }
      let start = clock == nil ? 0 : monotonicNanoseconds()
      defer { clock?.add(index, since: start) }
      if let primitive = prepared.primitives[index], case .convolution(_, let from, let to) = step {
        try unsafe primitive.execute(
          from: address(from, prepared), to: address(to, prepared),
          space: memory.base + prepared.valueByteCount, on: stream)
      } else {
        let call = unsafe KernelCall(
          at: { unsafe self.address($0, prepared) },
          shape: { [program] in prepared.extents[program.buffers[$0].extentOfNode] },
          layersBefore: step.layersBefore, input: input, output: output)
        unsafe runKernel(step, call)
      }
    }
  }

  /// Computes a deep tile a few layers at a time, or one layer a few rows at a time.
  @unsafe private func run(
    _ prepared: PreparedStream, _ shape: PreparedShape, input: UnsafeMutableRawPointer,
    output: UnsafeMutableRawPointer
  ) throws(EngineError) {
    let windows = StreamWindows(program, shape, prepared.plan)
    let unit = prepared.plan.axis == .z ? shape.shape.y * shape.shape.x : shape.shape.x
    for (round, primitives) in zip(prepared.plan.rounds, prepared.primitives) {
      for (action, primitive) in zip(round.actions, primitives) {
        let step = program.steps[action.step]
        let start = clock == nil ? 0 : monotonicNanoseconds()
        defer { clock?.add(action.step, since: start) }
        if let primitive, case .convolution(_, let from, let to) = step {
          try unsafe primitive.execute(
            from: memory.base + windows.offset(from, action.sourcePlaces[0]),
            to: memory.base + windows.offset(to, action.place),
            space: memory.base + shape.valueByteCount, on: stream)
          continue
        }
        let begin = action.output.lowerBound * unit
        unsafe runKernel(
          step,
          windows.call(
            action, step, memory: memory.base,
            input: input + begin * program.plan.voxelType.byteCount,
            output: output + begin * program.plan.outputVoxelByteCount))
      }
      for drop in round.drops where drop.kept > 0 {
        unsafe windows.move(drop, memory: memory.base)
      }
    }
  }

  private func address(_ buffer: Int, _ prepared: PreparedShape) -> UnsafeMutableRawPointer {
    unsafe memory.base + prepared.arena.offsets[buffer]
  }

  @unsafe private func runKernel(_ step: Step, _ call: KernelCall) {
    let (at, shape) = unsafe (call.at, call.shape)
    let (input, output) = unsafe (call.input, call.output)
    func channels(_ buffer: Int) -> Int { program.buffers[buffer].channels }
    func size(_ buffer: Int) -> Int { program.buffers[buffer].numberByteCount }
    func isBF16(_ buffer: Int) -> Int32 { size(buffer) == 2 ? 1 : 0 }

    if step.isOnPlanes(program.buffers) {
      unsafe runPlanes(step, call)
      return
    }
    switch step {
    case .convolution, .planesConvolution, .planesDepthToSpace, .planesMaxPool, .toChannelsLast,
      .planesLabels, .planesScores:
      preconditionFailure("the library, or kernels for planes, compute it")
    case .quads(let step, let from, let to):
      unsafe runBytes(step, from: from, to: to, call)
    case .normalise(let to):
      let rule = program.plan.normalisation
      let factor = 1 / (rule.high - rule.low)
      let type = program.plan.voxelType.kernelType
      let s = shape(to)
      unsafe t2s_normalise(
        input, type, s.voxelCount, channels(to), rule.low, factor, rule.clips ? 1 : 0, at(to),
        isBF16(to))
    case .depthToSpace(let spread, let from, let to):
      let (s, f) = (shape(from), spread.factor)
      unsafe t2s_depth_to_space(
        at(from), at(to), s.z, s.y, s.x, f.z, f.y, f.x, spread.phases.lowerBound,
        spread.phases.count, spread.channels * size(from), channels(to) * size(to),
        spread.offset * size(to))
    case .join(let spread, let phases, let other, let to):
      let s = shape(to)
      let (one, skip) = (spread.channels * size(to), channels(other) * size(to))
      let together = spread.phases.count / phases.count
      var places: [UnsafeRawPointer?] = unsafe (0..<4).map { phase in
        unsafe UnsafeRawPointer(at(phases[phase / together])) + phase % together * one
      }
      unsafe t2s_join_2x2(
        &places, together * one, one, spread.offset * size(to), at(other), skip,
        spread.offset == 0 ? one : 0, at(to), s.z * s.y, s.x)
    case .place(let from, let to, let offset):
      let s = shape(to)
      unsafe t2s_place(
        at(from), at(to), s.voxelCount, channels(from) * size(from), channels(to) * size(to),
        offset * size(to))
    case .joinLayers(let from, let to, let count):
      let (s, one) = (shape(to), channels(from) * size(from))
      for layer in 0..<count {
        unsafe t2s_place(
          at(from) + layer * s.y * s.x * one, at(to), s.voxelCount, one, channels(to) * size(to),
          layer * one)
      }
    case .crop(let from, let to, let before):
      let (source, s, one) = (shape(from), shape(to), channels(from) * size(from))
      // Of a stream, only the layers that stay are there.
      let firstLayer = source.z == s.z ? 0 : before.z
      for z in 0..<s.z {
        for y in 0..<s.y {
          let row = ((z + firstLayer) * source.y + y + before.y) * source.x + before.x
          unsafe (at(to) + (z * s.y + y) * s.x * one).copyMemory(
            from: at(from) + row * one, byteCount: s.x * one)
        }
      }
    case .maxPool(let from, let to, let w):
      let s = shape(from)
      unsafe t2s_max_pool(
        at(from), at(to), isBF16(from), s.z, s.y, s.x, channels(from), w.z, w.y, w.x)
    case .upsample(let from, let to, let f):
      let s = shape(from)
      unsafe t2s_upsample(
        at(from), at(to), s.z, s.y, s.x, f.z, f.y, f.x, channels(from) * size(from))
    case .add(let from, let to, let relu):
      let s = shape(to)
      var sources: [UnsafeRawPointer?] = unsafe from.map { unsafe UnsafeRawPointer(at($0)) }
      unsafe t2s_add(
        &sources, Int32(from.count), at(to), s.voxelCount * channels(to), isBF16(to), relu ? 1 : 0)
    case .affine(let scale, let shift, let from, let to, let relu):
      let s = shape(to)
      unsafe t2s_affine(
        at(from), at(to), s.voxelCount, channels(to), scale, shift, isBF16(to), relu ? 1 : 0)
    case .groupNorm(let spec, let from, let to):
      let s = shape(to)
      let parts =
        switch spec.layer.extent {
        case .voxel: s.voxelCount
        case .layer: s.z
        case .volume: 1
        }
      unsafe t2s_group_norm(
        at(from), at(to), parts, s.voxelCount / parts, channels(to), spec.layer.groups,
        spec.layer.scale, spec.layer.shift, spec.layer.epsilon, isBF16(to), spec.relu ? 1 : 0)
    case .relu(let from, let to):
      let s = shape(to)
      unsafe t2s_relu(at(from), at(to), s.voxelCount * channels(to), isBF16(to))
    case .softmax(let from, let to):
      let s = shape(to)
      unsafe t2s_softmax(at(from), at(to), s.voxelCount, channels(to), isBF16(to))
    case .labels(let from):
      let s = shape(from)
      unsafe t2s_argmax(
        at(from), isBF16(from), output.assumingMemoryBound(to: UInt8.self), s.voxelCount,
        channels(from))
    case .scores(let from):
      let s = shape(from)
      let count = s.voxelCount * channels(from)
      if size(from) == 2 {
        unsafe t2s_widen(at(from), output.assumingMemoryBound(to: Float.self), count)
      } else {
        unsafe output.copyMemory(from: at(from), byteCount: 4 * count)
      }
    }
  }
}

extension Buffer {
  /// Bytes of one number.
  var numberByteCount: Int {
    switch layout {
    case .channelsLast(let precision): precision.byteCount
    case .pairs: 2
    case .quads: 1
    case .planes: 4
    }
  }

  /// The byte of a zero, of values in bytes.
  var zeroByte: UInt8 { if case .quads(let zero) = layout { zero } else { 0 } }
}

extension VoxelType {
  /// The kernels' name of it.
  var kernelType: t2s_voxel {
    switch self {
    case .uint8: T2S_UINT8
    case .uint16: T2S_UINT16
    case .float32: T2S_FLOAT32
    default: preconditionFailure("engines compute on \(VoxelType.computed)")
    }
  }
}
