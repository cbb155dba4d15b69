import NeuralGraph
import Testing
import VolumeCore

@Suite struct `The U-Net family` {
  /// A network and what Keras, or a formula that gives Keras's figures, counted for it.
  struct Counted: CustomTestStringConvertible, Sendable {
    var preset: UNetPreset
    var filters: Int
    var dimension = UNetOptions.Dimension.plane
    var separable = false
    var classes = 3
    var total: Int
    var trainable: Int
    var testDescription: String { "\(preset) f\(filters) \(dimension) \(total)" }

    var options: UNetOptions {
      var options = preset.options
      options.filters = filters
      options.classes = classes
      options.separable = separable
      if options.dimension == .plane { options.dimension = dimension }
      return options
    }
  }

  private static let five = UNetOptions.Dimension.layersAsChannels(5)

  static let depth4: [Counted] = [
    .init(preset: .vanilla00, filters: 2, total: 86_091, trainable: 86_091),
    .init(preset: .vanilla00, filters: 4, total: 343_683, trainable: 343_683),
    .init(preset: .vanilla00, filters: 8, total: 1_373_379, trainable: 1_373_379),
    .init(preset: .vanilla00, filters: 16, total: 5_490_819, trainable: 5_490_819),
    .init(preset: .vanilla01, filters: 4, total: 588_923, trainable: 588_923),
    .init(preset: .vanilla01, filters: 8, total: 2_353_459, trainable: 2_353_459),
    .init(preset: .vanilla01, filters: 16, total: 9_409_379, trainable: 9_409_379),
    .init(preset: .vanilla02, filters: 4, total: 592_843, trainable: 590_883),
    .init(preset: .vanilla02, filters: 8, total: 2_361_299, trainable: 2_357_379),
    .init(preset: .vanilla02, filters: 16, total: 9_425_059, trainable: 9_417_219),
    .init(preset: .vanilla03, filters: 16, total: 13_349_059, trainable: 13_338_339),
    .init(
      preset: .vanilla03, filters: 16, separable: true, total: 5_032_101, trainable: 5_021_381),
    .init(
      preset: .vanilla03, filters: 16, classes: 5, total: 13_349_125, trainable: 13_338_405),
    .init(preset: .vanilla00, filters: 2, dimension: five, total: 86_163, trainable: 86_163),
    .init(preset: .vanilla00, filters: 4, dimension: five, total: 343_827, trainable: 343_827),
    .init(
      preset: .vanilla03, filters: 16, dimension: five, total: 13_350_787,
      trainable: 13_340_067),
    .init(
      preset: .vanilla03, filters: 16, dimension: five, separable: true, total: 5_032_365,
      trainable: 5_021_645),
    .init(preset: .sharedEncoder, filters: 2, total: 605_203, trainable: 603_543),
    .init(preset: .sharedEncoder, filters: 8, total: 9_632_611, trainable: 9_625_971),
    .init(preset: .sharedNetwork, filters: 8, total: 3_344_291, trainable: 3_338_931),
    .init(preset: .sharedNetwork, filters: 16, total: 13_349_443, trainable: 13_338_723),
    .init(
      preset: .vanilla03, filters: 8, dimension: .volume, total: 10_005_395,
      trainable: 10_000_035),
    .init(
      preset: .vanilla03, filters: 12, dimension: .volume, total: 22_501_563,
      trainable: 22_493_523),
    .init(
      preset: .vanilla03, filters: 16, dimension: .volume, total: 39_993_379,
      trainable: 39_982_659),
  ]

  static let depth3: [Counted] = [
    .init(preset: .paper, filters: 8, total: 830_307, trainable: 827_763),
    .init(preset: .paper, filters: 8, dimension: five, total: 831_171, trainable: 828_627),
    .init(preset: .paper, filters: 8, dimension: .volume, total: 2_478_099, trainable: 2_475_555),
    .init(preset: .paper, filters: 16, total: 3_307_971, trainable: 3_302_883),
    .init(preset: .paper, filters: 16, dimension: five, total: 3_309_699, trainable: 3_304_611),
    .init(preset: .paper, filters: 16, dimension: .volume, total: 9_898_275, trainable: 9_893_187),
    .init(preset: .paper, filters: 24, total: 7_432_995, trainable: 7_425_363),
    .init(preset: .paper, filters: 24, dimension: five, total: 7_435_587, trainable: 7_427_955),
    .init(
      preset: .paper, filters: 24, dimension: .volume, total: 22_260_531, trainable: 22_252_899),
    .init(preset: .paper, filters: 32, total: 13_205_379, trainable: 13_195_203),
    .init(preset: .paper, filters: 32, dimension: five, total: 13_208_835, trainable: 13_198_659),
    .init(
      preset: .paper, filters: 32, dimension: .volume, total: 39_564_867, trainable: 39_554_691),
  ]

  @Test(arguments: depth4 + depth3)
  func `has the original's numbers of parameters`(network: Counted) throws {
    let count = try network.options.checkedGraph(seed: nil).parameterCount
    #expect(count.total == network.total)
    #expect(count.trainable == network.trainable)
  }

  @Test(arguments: [
    (UNetAblation.separable, 1_259_429), (.rigid, 2_336_931), (.shallower, 794_179),
    (.deeper, 13_349_059), (.noNorm, 3_297_795), (.noResidual, 2_336_483),
    (.layerNorm, 3_302_883), (.noDropout, 3_307_971), (.noNoise, 3_307_971),
    (.noAugmentation, 3_307_971),
  ])
  func `has those of the original's ablations`(ablation: UNetAblation, total: Int) throws {
    let options = ablation.applied(to: UNetPreset.paper.options)
    let count = try options.checkedGraph(seed: nil).parameterCount
    #expect(count.total == total)
    if ablation == .layerNorm { #expect(count.trainable == total) }
    #expect((options == UNetPreset.paper.options) == !ablation.changesNetwork)
  }

  /// The number that Çiçek et al. (2016) give for three channels and three classes is that of the
  /// convolutions, without the norms and without biases of the transposed ones.
  @Test func `has the 3D U-Net's number of parameters`() throws {
    var options = UNetPreset.cicek.options
    options.inputChannels = 3
    options.norm = .none
    let graph = try options.checkedGraph(seed: nil)
    let biases = graph.nodes.reduce(0) { sum, node in
      if case .transposedConvolution(let layer) = node.operation { return sum + layer.bias.count }
      return sum
    }
    #expect(graph.parameterCount.trainable - biases == 19_069_955)
  }

  @Test func `has the layers' names of the original`() throws {
    let names = try UNetPreset.paper.options.checkedGraph(seed: nil).nodes.map(\.name)
    var expected = ["input"]
    func block(_ name: String) -> [String] {
      [
        "conv1", "conv1-bn", "conv1-relu", "conv1-dropout", "conv2", "conv2-bn", "conv-skip",
        "conv-skip-bn", "residual", "conv2-relu", "conv2-dropout",
      ].map { "\(name)-\($0)" }
    }
    for level in 0..<3 {
      expected += block("enc-block-\(level)")
      expected += ["DOWN", "DOWN-bn", "DOWN-relu"].map { "enc-block-\(level)-\($0)" }
    }
    expected += block("enc-block-3")
    for level in [2, 1, 0] {
      expected += ["UP", "UP-bn", "UP-relu", "concatenate"].map { "dec-block-\(level)-\($0)" }
      expected += block("dec-block-\(level)")
    }
    #expect(names == expected + ["gaussian-noise", "out", "out/softmax"])
  }

  @Test func `is nothing but networks that can be computed`() throws {
    for preset in UNetPreset.allCases {
      var options = preset.options
      options.filters = 1
      for norm in UNetOptions.Norm.allCases {
        options.norm = norm
        let graph = try options.checkedGraph(seed: 1)
        try graph.check()
        #expect(graph.simplified().classCount == options.classes)
        #expect(Set(graph.nodes.map(\.name)).count == graph.nodes.count)
      }
    }
  }

  /// 572 to 388, as in the figure of Ronneberger et al. (2015); 132 x 132 x 116 to 44 x 44 x 28, as
  /// in that of Çiçek et al. (2016).
  @Test func `is smaller at its end without padding, as its authors drew it`() throws {
    func size(_ preset: UNetPreset, _ input: Shape3) throws -> Shape3 {
      var options = preset.options
      options.filters = 1
      let graph = try options.checkedGraph(seed: nil)
      return try graph.shapes(forInput: input)[graph.output]
    }
    #expect(
      try size(.ronneberger, Shape3(z: 1, y: 572, x: 572)) == Shape3(z: 1, y: 388, x: 388))
    #expect(try size(.cicek, Shape3(z: 116, y: 132, x: 132)) == Shape3(z: 28, y: 44, x: 44))
    #expect(throws: GraphError.self) {
      try size(.ronneberger, Shape3(z: 1, y: 570, x: 570))
    }
  }

  /// A change of options that leaves no network, and what is said of it.
  struct Refused: CustomTestStringConvertible, Sendable {
    var error: UNetError
    var change: @Sendable (inout UNetOptions) -> Void
    var testDescription: String { "\(error)" }

    init(_ error: UNetError, _ change: @escaping @Sendable (inout UNetOptions) -> Void) {
      (self.error, self.change) = (error, change)
    }
  }

  static let refused: [Refused] = [
    Refused(.outOfRange(option: "filters", value: 0, least: 1, most: 1024)) { $0.filters = 0 },
    Refused(.outOfRange(option: "depth", value: 9, least: 0, most: 6)) { $0.depth = 9 },
    Refused(.even(option: "kernel", value: 4)) { $0.kernel = 4 },
    Refused(.even(option: "layers", value: 4)) { $0.dimension = .sharedEncoder(4) },
    Refused(.layersOfChannels(2)) {
      $0.dimension = .layersAsChannels(5)
      $0.inputChannels = 2
    },
    Refused(.impossible(option: "dropout", value: 1)) { $0.dropout = 1 },
    Refused(.impossible(option: "noise", value: -1)) { $0.noise = -1 },
    Refused(.tooWide(filters: 1024, depth: 6, growth: 2)) {
      $0.filters = 1024
      $0.depth = 6
    },
    Refused(.edgeNeedsRigidSampling) {
      $0.edge = .valid
      $0.down = .strided
    },
    Refused(.edgeLosesTooMuch(residualKernel: 7)) {
      $0.edge = .valid
      $0.residual = true
      $0.residualKernel = 7
    },
  ]

  @Test(arguments: refused)
  func `refuses what is none`(refused: Refused) {
    var options = UNetOptions()
    refused.change(&options)
    #expect(throws: refused.error) { try options.check() }
  }
}
