import CCUDNN
import VolumeCore

/// How cuDNN computes one convolution: an engine of its, made ready.
final class ConvolutionPlan {
  let geometry: ConvolutionGeometry
  /// What cuDNN computes beside the convolution; what of the geometry's is missing is left to a
  /// kernel of ours.
  let epilogue: ConvolutionGeometry.Epilogue
  let plan: BackendDescriptor
  let workspaceByteCount: Int
  /// The engine's number in the library, and what the library says of it.
  let engine: PlannedEngine
  /// What the plan refers to.
  private let parts: [BackendDescriptor]
  private let libraries: GPULibraries

  init(
    _ geometry: ConvolutionGeometry, _ epilogue: ConvolutionGeometry.Epilogue,
    _ plan: BackendDescriptor, workspaceByteCount: Int, engine: PlannedEngine,
    parts: [BackendDescriptor], _ libraries: GPULibraries
  ) {
    self.geometry = geometry
    self.epilogue = epilogue
    self.plan = plan
    self.workspaceByteCount = workspaceByteCount
    self.engine = engine
    self.parts = parts
    self.libraries = libraries
  }

  /// Whether a kernel of ours adds what cuDNN does not.
  var isBare: Bool { epilogue != geometry.epilogue }

  /// The plan's places, for `cudnnBackendExecute`; made once, and used as often as the places stay.
  ///
  /// Input and output are those of the convolution, also where they hold gradients: `.forward` writes
  /// `output`, `.data` writes `input`, `.weights` writes `weights`. All that is written is written whole.
  /// `workspace` has `workspaceByteCount` bytes and is the plan's alone while it runs; what the plan does
  /// not take (`added`, `bias` where the epilogue is without them) is left out.
  func pack(
    input: UInt64, weights: UInt64, output: UInt64, added: UInt64 = 0, bias: UInt64 = 0,
    workspace: UInt64
  ) throws(GPUError) -> BackendDescriptor {
    var numbers = [TensorNumber.input, TensorNumber.weights, TensorNumber.output]
    var addresses = [input, weights, output]
    if epilogue.adds {
      numbers.append(TensorNumber.added)
      addresses.append(added)
    }
    if epilogue.hasBias {
      numbers.append(TensorNumber.bias)
      addresses.append(bias)
    }
    let pack = try BackendDescriptor(T2S_CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, libraries)
    try pack.set(T2S_CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, numbers: numbers)
    try pack.set(
      T2S_CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, T2S_CUDNN_TYPE_VOID_PTR, addresses)
    try pack.set(
      T2S_CUDNN_ATTR_VARIANT_PACK_WORKSPACE, T2S_CUDNN_TYPE_VOID_PTR, [workspace])
    try pack.finalise()
    return pack
  }
}

/// An engine of cuDNN, as it was chosen.
package struct PlannedEngine: Hashable, Sendable {
  /// Its number.
  package var index: Int
  /// Whether it multiplies with tensor cores.
  package var usesTensorCores: Bool
  /// Whether it is compiled at run time.
  package var isCompiledAtRunTime: Bool
  /// Whether it transforms tiles (Winograd), which rounds a little more.
  package var isWinograd: Bool
  /// How it is set, by the library's own numbers; what is not in it is as the library has it.
  package var knobs: [Int: Int] = [:]
}

/// The numbers by which a plan knows its tensors.
enum TensorNumber {
  static let input = 1
  static let weights = 2
  static let output = 3
  static let added = 4
  static let bias = 5
  static let virtual = 10
}
