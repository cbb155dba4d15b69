import CCUDNN
import EngineCore
import NeuralGraph
import VolumeCore

/// Runs each plan of a training once before it is trusted, on numbers that follow from their places, and
/// compares some of what it writes with sums in double precision.
///
/// On an H200 an engine of cuDNN 9.19.0 was seen to compute the weights' gradient of a strided convolution
/// that pads at the end alone (as Keras does) wrongly: so a wrong engine is passed over for the library's next.
final class PassVerification {
  private let session: GPUSession
  private let stream: GPUStream
  private let handle: CUDNNHandle
  private let format = NumberFormat(.f32)

  init(_ session: GPUSession, _ stream: GPUStream, _ handle: CUDNNHandle) {
    self.session = session
    self.stream = stream
    self.handle = handle
  }

  private enum Seed {
    static let weights = 2
    static let bias = 3
    /// Each sample's numbers are its own.
    static func fine(_ sample: Int) -> Int { 10 + sample }
    static func coarse(_ sample: Int) -> Int { 1000 + sample }
  }

  /// What is wrong with what `plan` computes; `nil` where nothing is.
  func fault(of plan: ConvolutionPlan) throws(GPUError) -> String? {
    let g = plan.geometry
    precondition(g.format == format, "trainings compute in f32, by planes")
    let (fineCount, coarseCount) = (
      g.samples * g.inputs * g.input.voxelCount, g.samples * g.outputs * g.output.voxelCount
    )
    let weightCount = g.inputs * g.outputs * g.kernel.voxelCount
    let fine = try DeviceMemory(4 * fineCount, session)
    let coarse = try DeviceMemory(4 * coarseCount, session)
    let weights = try DeviceMemory(4 * weightCount, session)
    let bias = try DeviceMemory(4 * g.outputs, session)
    let flag = try DeviceMemory(4, session)
    let workspace = try DeviceMemory(plan.workspaceByteCount, session)
    for sample in 0..<g.samples {
      let (f, c) = (g.inputs * g.input.voxelCount, g.outputs * g.output.voxelCount)
      try pattern(
        fine.address + UInt64(4 * sample * f), g.input, g.inputs, seed: Seed.fine(sample))
      try pattern(
        coarse.address + UInt64(4 * sample * c), g.output, g.outputs, seed: Seed.coarse(sample))
    }
    try pattern(weights.address, g.kernel, g.inputs * g.outputs, seed: Seed.weights)
    try pattern(bias.address, Shape3(z: 1, y: 1, x: 1), g.outputs, seed: Seed.bias)
    let (written, count) =
      switch g.pass {
      case .forward: (coarse, coarseCount)
      case .data: (fine, fineCount)
      case .weights: (weights, weightCount)
      }
    try launch(Kernels.fill(written.address, byteCount: 4 * count, word: Kernels.poison))
    try launch(Kernels.fill(flag.address, byteCount: 4, word: 0))
    let pack = try plan.pack(
      input: fine.address, weights: weights.address, output: coarse.address, bias: bias.address,
      workspace: workspace.address)
    try unsafe session.libraries.check(
      "cudnnBackendExecute",
      cudnn: session.libraries.cudnn.execute(
        handle.handle, plan.plan.descriptor, pack.descriptor))
    try launch(Kernels.finite(from: written.address, count: count, flag: flag.address, format))
    guard try stream.download(1, UInt32(0), from: flag.address) == [0] else {
      return "leaves numbers unwritten, or writes what is none"
    }
    var fault: String?
    for place in places(g) {
      let found = try stream.download(
        1, Float(0), from: written.address + UInt64(4 * place.offset))[0]
      let (expected, tolerance) = place.expectation(!plan.isBare && g.epilogue.hasBias)
      if !(abs(found - expected) <= tolerance) {
        fault = "gives \(found) where \(expected) is right"
        break
      }
    }
    // Calls know addresses only.
    withExtendedLifetime((fine, coarse, weights, bias, flag, workspace, pack)) {}
    return fault
  }

  private func launch(_ call: KernelCall) throws(GPUError) {
    try session.kernels.launch(call, on: stream)
  }

  private func pattern(
    _ address: UInt64, _ shape: Shape3, _ channels: Int, seed: Int
  ) throws(GPUError) {
    try launch(Kernels.pattern(to: Kernels.Value(address, shape, channels), seed: seed, format))
  }

  // MARK: - What to look at

  /// A number of the result: where it lies, and what it should be.
  private struct Place {
    var offset: Int
    var expectation: (_ hasBias: Bool) -> (value: Float, tolerance: Float)
  }

  private func places(_ g: ConvolutionGeometry) -> [Place] {
    let taps = g.kernel.voxelCount
    func ends(_ count: Int) -> [Int] { Array(Set([0, count / 2, count - 1])).sorted() }
    if g.pass == .weights {
      // Every position of the kernel, of the first channels and the last by turns.
      return (0..<taps).map { tap in
        let (o, i) = tap % 2 == 0 ? (0, 0) : (g.outputs - 1, g.inputs - 1)
        return Place(offset: (o * g.inputs + i) * taps + tap) { _ in
          Self.weightGradient(g, tap: tap, o, i)
        }
      }
    }
    let isForward = g.pass == .forward
    let (shape, channels) = isForward ? (g.output, g.outputs) : (g.input, g.inputs)
    var result: [Place] = []
    for sample in Set([0, g.samples - 1]) {
      for voxel in voxels(shape) {
        for c in ends(channels) {
          result.append(
            Place(offset: (sample * channels + c) * shape.voxelCount + voxel) { hasBias in
              isForward
                ? Self.forward(g, sample, voxel, c, hasBias) : Self.back(g, sample, voxel, c)
            })
        }
      }
    }
    return result
  }

  /// Corners, middle, and some between.
  private func voxels(_ shape: Shape3) -> Set<Int> {
    func ends(_ extent: Int) -> Set<Int> { [0, extent - 1] }
    var result: Set<Int> = [shape.voxelCount / 2, shape.voxelCount / 3, shape.voxelCount * 5 / 7]
    for z in ends(shape.z) {
      for y in ends(shape.y) {
        for x in ends(shape.x) { result.insert((z * shape.y + y) * shape.x + x) }
      }
    }
    return result
  }

  // MARK: - What it should be

  private struct Sum {
    var value = 0.0
    var size = 0.0
    mutating func add(_ a: Float, _ b: Float) {
      value += Double(a) * Double(b)
      size += abs(Double(a) * Double(b))
    }
    var result: (value: Float, tolerance: Float) { (Float(value), Float(1e-6 + 2e-5 * size)) }
  }

  private static func weight(_ g: ConvolutionGeometry, _ tap: Int, _ o: Int, _ i: Int) -> Float {
    TestPattern.number(tap, o * g.inputs + i, seed: Seed.weights)
  }

  private static func forward(
    _ g: ConvolutionGeometry, _ sample: Int, _ voxel: Int, _ o: Int, _ hasBias: Bool
  ) -> (value: Float, tolerance: Float) {
    var sum = Sum()
    for tap in 0..<g.kernel.voxelCount {
      guard let from = g.inputVoxel(of: voxel, tap: tap) else { continue }
      for i in 0..<g.inputs {
        sum.add(TestPattern.number(from, i, seed: Seed.fine(sample)), weight(g, tap, o, i))
      }
    }
    if hasBias { sum.add(TestPattern.number(0, o, seed: Seed.bias), 1) }
    return sum.result
  }

  private static func back(
    _ g: ConvolutionGeometry, _ sample: Int, _ voxel: Int, _ i: Int
  ) -> (value: Float, tolerance: Float) {
    var sum = Sum()
    for tap in 0..<g.kernel.voxelCount {
      guard let from = g.outputVoxel(of: voxel, tap: tap) else { continue }
      for o in 0..<g.outputs {
        sum.add(TestPattern.number(from, o, seed: Seed.coarse(sample)), weight(g, tap, o, i))
      }
    }
    return sum.result
  }

  private static func weightGradient(
    _ g: ConvolutionGeometry, tap: Int, _ o: Int, _ i: Int
  ) -> (value: Float, tolerance: Float) {
    var sum = Sum()
    for sample in 0..<g.samples {
      for voxel in 0..<g.output.voxelCount {
        guard let from = g.inputVoxel(of: voxel, tap: tap) else { continue }
        sum.add(
          TestPattern.number(from, i, seed: Seed.fine(sample)),
          TestPattern.number(voxel, o, seed: Seed.coarse(sample)))
      }
    }
    return sum.result
  }
}
