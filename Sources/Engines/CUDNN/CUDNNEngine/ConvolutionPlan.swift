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

  init(
    _ geometry: ConvolutionGeometry, _ epilogue: ConvolutionGeometry.Epilogue,
    _ plan: BackendDescriptor, workspaceByteCount: Int, engine: PlannedEngine,
    parts: [BackendDescriptor]
  ) {
    self.geometry = geometry
    self.epilogue = epilogue
    self.plan = plan
    self.workspaceByteCount = workspaceByteCount
    self.engine = engine
    self.parts = parts
  }

  /// Whether a kernel of ours adds what cuDNN does not.
  var isBare: Bool { epilogue != geometry.epilogue }
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
