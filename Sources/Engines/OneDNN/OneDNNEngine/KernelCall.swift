import CKernels
import EngineCore
import Glibc
import NeuralGraph
import VolumeCore

/// What one call of a kernel of ours takes and makes: a whole value, some layers of it, or some rows.
@unsafe struct KernelCall {
  /// Where a buffer's layers, or rows, that the call takes or makes begin; of rows in planes, where the row
  /// above them lies.
  var at: (Int) -> UnsafeMutableRawPointer
  /// The extent of what the call takes or makes of a buffer.
  var shape: (Int) -> Shape3
  /// Layers of nothing before the sources' first.
  var layersBefore: Int
  /// Where the tile's voxels, and its result, begin for this call.
  var input: UnsafeMutableRawPointer
  var output: UnsafeMutableRawPointer
  /// Rows that a buffer's planes hold; `nil` where those of `shape`.
  var planeRows: ((Int) -> Int)?
  /// Rows of nothing above the sources' first; `nil` where the step's padding.
  var rowsBefore: Int?
  /// Whether it makes the first and the last row of its value.
  var edges = T2S_FIRST_ROW | T2S_LAST_ROW

  /// Elements of one plane of a buffer.
  func plane(_ buffer: Int) -> Int {
    let s = unsafe shape(buffer)
    return unsafe t2s_pairs_plane(planeRows?(buffer) ?? s.y, s.x)
  }
}

/// Where the windows of a stream lie in a worker's memory.
struct StreamWindows {
  private let program: Program
  private let plan: StreamPlan
  private let extents: [Shape3]

  init(_ program: Program, _ shape: PreparedShape, _ plan: StreamPlan) {
    self.program = program
    self.plan = plan
    extents = program.buffers.map { shape.extents[$0.extentOfNode] }
  }

  /// Bytes into the memory where place `place` of a buffer's window lies.
  func offset(_ buffer: Int, _ place: Int) -> Int {
    plan.offsets[buffer] + place * byteCount(buffer)
  }

  /// Bytes of one layer or row; of rows in planes, of one plane's.
  private func byteCount(_ buffer: Int) -> Int {
    let (value, extent) = (program.buffers[buffer], extents[buffer])
    if plan.axis == .z { return value.layerByteCount(of: extent) }
    if value.planeCount > 0 { return 4 * t2s_pairs_stride(extent.x) }
    return extent.x * value.channels * value.numberByteCount
  }

  /// The call of `step` for `action`.
  @unsafe func call(
    _ action: StreamSchedule.Action, _ step: Step, memory: UnsafeMutableRawPointer,
    input: UnsafeMutableRawPointer, output: UnsafeMutableRawPointer
  ) -> KernelCall {
    let (sources, axis) = (step.sources, plan.axis)
    // Rows in planes are told by the row above; a kernel that looks up begins there.
    let above = axis == .y && step.looksUp ? 1 - action.before : 0
    var call = unsafe KernelCall(
      at: { buffer in
        let source = sources.firstIndex(of: buffer)
        let place = source.map { action.sourcePlaces[$0] + above } ?? action.place
        return unsafe memory + offset(buffer, place)
      },
      shape: { buffer in
        var shape = extents[buffer]
        shape[axis] = sources.contains(buffer) ? action.input.count : action.output.count
        return shape
      }, layersBefore: axis == .z ? action.before : step.layersBefore, input: input, output: output)
    if axis == .y {
      unsafe call.planeRows = { plan.capacities[$0] }
      unsafe call.rowsBefore = action.before
      let last = step.destination.map { extents[$0].y }
      unsafe call.edges =
        (action.output.lowerBound == 0 ? T2S_FIRST_ROW : 0)
        | (action.output.upperBound == last ? T2S_LAST_ROW : 0)
    }
    return unsafe call
  }

  /// Moves what a drop keeps to the window's front.
  @unsafe func move(_ drop: StreamSchedule.Drop, memory: UnsafeMutableRawPointer) {
    let buffer = drop.buffer
    let (one, planes) = (byteCount(buffer), program.buffers[buffer].planeCount)
    let window = unsafe memory + plan.offsets[buffer]
    guard plan.axis == .y, planes > 0 else {
      unsafe memmove(window, window + drop.count * one, drop.kept * one)
      return
    }
    // The row below the last is zeros where the value ends; that above the first, only where it begins.
    let plane = 4 * t2s_pairs_plane(plan.capacities[buffer], extents[buffer].x)
    for p in 0..<planes {
      let first = unsafe window + p * plane + one
      unsafe memmove(first, first + drop.count * one, (drop.kept + 1) * one)
    }
  }
}

extension Step {
  /// Layers of nothing before the first that a kernel of ours takes, where a tile is computed at once.
  var layersBefore: Int {
    switch self {
    case .quads(.convolution(let layer), _, _): layer.padding.before.z
    case .planesConvolution(let layer, _, _, _): layer.layers / 2
    default: 0
    }
  }

  /// Whether its kernel takes the row above the first that it makes as given, not as padding.
  fileprivate var looksUp: Bool {
    if case .planesConvolution = self { true } else { false }
  }
}
