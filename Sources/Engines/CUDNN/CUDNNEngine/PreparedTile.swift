import VolumeCore

/// A tile's calls with everything but the slot's places filled in.
struct PreparedTile {
  let calls: [PreparedCall]
}

/// A call ready to be begun.
struct PreparedCall {
  /// The step that it computes; `nil` for layers that move within their window.
  let step: Int?
  /// The layers of the step's value.
  let layers: Range<Int>
  let work: Work

  enum Work {
    case kernel(KernelCall)
    /// One after the other.
    case kernels([KernelCall])
    /// By cuDNN.
    case convolution(PreparedConvolution)
    /// What reads or writes the slot: this value goes there or comes from there.
    case ofSlot(Kernels.Value)
  }
}

/// A convolution of cuDNN's with its places; then what it leaves to a kernel of ours.
struct PreparedConvolution {
  let plan: ConvolutionPlan
  let pack: BackendDescriptor
  let rest: KernelCall?
  let from: Kernels.Value
  /// Where what is added lies, of the extent and channels of `to`; 0 for nothing.
  let added: UInt64
  let to: Kernels.Value
}

/// The places of convolutions for `cudnnBackendExecute`: calls that differ in nothing share a pack.
struct VariantPacks {
  private struct Key: Hashable {
    var plan: ObjectIdentifier
    var addresses: [UInt64]
  }
  private let workspace: UInt64
  private var known: [Key: BackendDescriptor] = [:]

  init(workspace: UInt64) { self.workspace = workspace }

  mutating func pack(
    _ plan: ConvolutionPlan, input: UInt64, weights: UInt64, output: UInt64, added: UInt64,
    bias: UInt64
  ) throws(GPUError) -> BackendDescriptor {
    let key = Key(
      plan: ObjectIdentifier(plan), addresses: [input, weights, output, added, bias])
    if let pack = known[key] { return pack }
    let pack = try plan.pack(
      input: input, weights: weights, output: output, added: added, bias: bias,
      workspace: workspace)
    known[key] = pack
    return pack
  }
}
