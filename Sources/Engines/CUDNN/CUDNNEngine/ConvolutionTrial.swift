import EngineCore
import VolumeCore

/// Runs passes of convolutions on a card, one at a time, on numbers of the host's: what a check or a test
/// compares with sums of its own.
///
/// Numbers come and go in the order of a training's values and of a model's weights, whatever order the
/// card has them in.
package final class ConvolutionTrial {
  private let session: GPUSession
  private let stream: GPUStream
  private let handle: CUDNNHandle
  private let planner: ConvolutionPlanner

  /// On one card; belongs to the calling thread. Engines are those of `file`, which is told of others.
  package init(_ session: GPUSession, file: PlanFile? = nil) throws(GPUError) {
    self.session = session
    try session.enter()
    stream = try GPUStream(session)
    handle = try CUDNNHandle(session.libraries)
    try handle.use(stream)
    planner = ConvolutionPlanner(
      session.libraries, .card(handle), workspaceLimit: session.workspaceLimit, file: file)
    // As a training does: an engine that is wrong at a glance is not looked at closely.
    let verification = PassVerification(session, stream, handle)
    planner.verification = { (plan) throws(GPUError) in
      plan.geometry.format == NumberFormat(.f32) ? try verification.fault(of: plan) : nil
    }
  }

  /// Engines that computed wrongly and were passed over.
  var faults: [String] { planner.faults }

  /// What a pass has computed, and how.
  package struct Outcome {
    /// The input, the weights or the output: whichever the pass writes.
    package var values: [Float]
    /// The engine.
    package var engine: PlannedEngine
    /// Whether the offsets were left to a kernel of ours, and so are not in the values.
    package var isBare: Bool
  }

  /// Computes `geometry`'s pass from two of the values; the third is written over poison, and only its
  /// number of elements matters.
  package func run(
    _ geometry: ConvolutionGeometry, _ values: ConvolutionValues
  ) throws(GPUError) -> Outcome {
    let plan = try planner.plan(geometry)
    let isHalf = geometry.format.precision == .f16
    let workspace = try DeviceMemory(plan.workspaceByteCount, session)
    let input = try memory(
      geometry.packed(values.input, .data), isHalf, isWritten: geometry.pass == .data)
    let weights = try memory(
      geometry.packed(values.weights, .weights), isHalf, isWritten: geometry.pass == .weights)
    let output = try memory(
      geometry.packed(values.output, .forward), isHalf, isWritten: geometry.pass == .forward)
    let bias = try memory(values.bias, isHalf, isWritten: false)
    let pack = try plan.pack(
      input: input.address, weights: weights.address, output: output.address, bias: bias.address,
      workspace: workspace.address)
    try launch(plan, pack)
    let (written, count) =
      switch geometry.pass {
      case .forward: (output, values.output.count)
      case .data: (input, values.input.count)
      case .weights: (weights, values.weights.count)
      }
    let found: [Float]
    if isHalf {
      found = try stream.download(count, UInt16(0), from: written.address)
        .map { Float(Float16(bitPattern: $0)) }
    } else {
      found = try stream.download(count, Float(0), from: written.address)
    }
    withExtendedLifetime((workspace, input, weights, output, bias, pack)) {}
    return Outcome(
      values: geometry.unpacked(found, geometry.pass), engine: plan.engine, isBare: plan.isBare)
  }

  private func launch(_ plan: ConvolutionPlan, _ pack: BackendDescriptor) throws(GPUError) {
    try unsafe session.libraries.check(
      "cudnnBackendExecute",
      cudnn: session.libraries.cudnn.execute(
        handle.handle, plan.plan.descriptor, pack.descriptor))
    try stream.synchronise()
  }

  /// Memory with `values`, or with poison for as many.
  private func memory(
    _ values: [Float], _ isHalf: Bool, isWritten: Bool
  ) throws(GPUError) -> DeviceMemory {
    let byteCount = values.count * (isHalf ? 2 : 4)
    let memory = try DeviceMemory(byteCount, session)
    if isWritten {
      let poison = [UInt8](repeating: 0xFF, count: byteCount)
      try stream.upload(poison, to: memory.address)
    } else if isHalf {
      try stream.upload(values.map { Float16($0).bitPattern }, to: memory.address)
    } else {
      try stream.upload(values, to: memory.address)
    }
    return memory
  }
}

/// What a convolution reads and writes. On the way back, what is a gradient lies in the place of the value
/// that it belongs to.
package struct ConvolutionValues {
  /// In the order (sample, z, y, x, channel).
  package var input: [Float]
  /// In the order (z, y, x, input, output).
  package var weights: [Float]
  /// In the order (sample, z, y, x, channel).
  package var output: [Float]
  /// One for each output.
  package var bias: [Float]

  /// These numbers.
  package init(input: [Float], weights: [Float], output: [Float], bias: [Float] = []) {
    self.input = input
    self.weights = weights
    self.output = output
    self.bias = bias
  }
}

extension ConvolutionGeometry {
  /// How many numbers a value has.
  package func count(_ which: Pass) -> Int {
    switch which {
    case .forward: samples * output.voxelCount * outputs
    case .data: samples * input.voxelCount * inputs
    case .weights: kernel.voxelCount * inputs * outputs
    }
  }

  /// Where on the card the number lies that has the place `index` in the host's order, for the value that
  /// the pass `which` writes.
  private func place(_ index: Int, _ which: Pass) -> Int {
    if which == .weights {
      let taps = kernel.voxelCount
      let (tap, i, o) = (index / (inputs * outputs), index / outputs % inputs, index % outputs)
      return format.isPlanes ? (o * inputs + i) * taps + tap : (o * taps + tap) * inputs + i
    }
    guard format.isPlanes else { return index }
    let (channels, voxels) =
      which == .data ? (inputs, input.voxelCount) : (outputs, output.voxelCount)
    let (voxel, channel) = (index / channels, index % channels)
    return (voxel / voxels * channels + channel) * voxels + voxel % voxels
  }

  /// A value in the card's order.
  fileprivate func packed(_ values: [Float], _ which: Pass) -> [Float] {
    precondition(values.count == count(which))
    var packed = values
    for index in values.indices { packed[place(index, which)] = values[index] }
    return packed
  }

  /// A value in the host's order.
  fileprivate func unpacked(_ values: [Float], _ which: Pass) -> [Float] {
    values.indices.map { values[place($0, which)] }
  }
}
