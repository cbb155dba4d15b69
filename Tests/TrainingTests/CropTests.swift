import EngineCore
import NeuralGraph
import Pipelines
import Synchronization
import Testing
import Training
import VolumeCore
import VolumeTesting

@Suite struct `Crops` {
  static var full: AugmentationOptions {
    var options = AugmentationOptions.few
    (options.elastic, options.gamma, options.blur, options.rings) = (2, 0.1, 1, 0.05)
    options.valueShift = 0.5
    return options
  }

  static func maker(
    _ augmentation: AugmentationOptions, sampling: SamplingOptions.Rule = .uniform,
    scan: AnnotatedScan? = nil, crop: Shape3 = Shape3(z: 1, y: 16, x: 16)
  ) throws -> CropMaker {
    var recipe = TrainingCases.recipe
    recipe.crop = crop
    recipe.augmentation = augmentation
    recipe.sampling = SamplingOptions(sampling)
    return try TrainingCases.setup(recipe, scan: scan).maker
  }

  @Test func `are slices of the scan where nothing is varied`() throws {
    let scan = try TrainingCases.scan(Shape3(z: 2, y: 48, x: 64), noise: 0)
    let maker = try Self.maker(.none, scan: scan)
    for step in 0..<20 {
      let batch = try maker.batch(step: step, samples: 1)
      // Without noise the grey value says the class.
      let kinds = batch.voxels.map { $0 > 0.6 ? UInt8(1) : $0 < 0.2 ? 2 : 0 }
      #expect(kinds == batch.labels)
    }
  }

  @Test func `are the same whichever thread makes them, in any order`() throws {
    let maker = try Self.maker(Self.full, sampling: .quota([0, 0, 0.5]))
    let alone = try (0..<12).map { try maker.batch(step: $0, samples: 2) }
    let found = Mutex<[Int: TrainingBatch]>([:])
    withUnsafeThreads(3) { worker in
      for step in (0..<12).reversed() where step % 3 == worker {
        let batch = try? maker.batch(step: step, samples: 2)
        found.withLock { $0[step] = batch }
      }
    }
    for step in 0..<12 {
      let other = found.withLock { $0[step] }
      #expect(other?.voxels == alone[step].voxels)
      #expect(other?.labels == alone[step].labels)
    }
    #expect(alone[0].voxels != alone[1].voxels)
  }

  @Test func `keep grey and labels together, however they are turned and bent`() throws {
    let scan = try TrainingCases.scan(Shape3(z: 1, y: 96, x: 128), noise: 0)
    var options = AugmentationOptions()
    (options.rotation, options.scale, options.stretch, options.elastic) = (180, 0.2, 0.1, 1)
    let maker = try Self.maker(options, scan: scan, crop: Shape3(z: 1, y: 32, x: 32))
    var (right, all) = (0, 0)
    for step in 0..<10 {
      let batch = try maker.batch(step: step, samples: 1)
      for (grey, label) in zip(batch.voxels, batch.labels) where label != 255 {
        // Half way between the classes' greys; only voxels at borders are mixed.
        let kind = grey > 150.0 / 255 ? 1 : grey < 60.0 / 255 ? 2 : 0
        right += kind == Int(label) ? 1 : 0
        all += 1
      }
    }
    #expect(all > 5000)
    #expect(Double(right) / Double(all) > 0.93)
  }

  @Test func `show no label from outside their part`() throws {
    // The right quarter is all fibre, and no part of the training.
    let shape = Shape3(z: 1, y: 48, x: 64)
    let labels = Region(shape).indices.map { UInt8($0.x >= 40 ? 1 : $0.y % 3 == 0 ? 2 : 0) }
    var mixed = labels
    mixed[5] = 1
    let scan = try AnnotatedScan(
      name: "scan", scan: MemoryVolume(shape, .uint8, mixed.map { $0 * 100 }),
      labels: MemoryVolume(shape, .uint8, mixed),
      normalisation: Normalisation(low: 0, high: 255, clips: false))
    let maker = try Self.maker(Self.full, scan: scan)
    var fibre = 0
    for step in 0..<40 {
      fibre += try maker.batch(step: step, samples: 1).labels.filter { $0 == 1 }.count
    }
    // The one voxel of fibre in the part, a few times at most.
    #expect(fibre < 40)
  }

  @Test func `hold the class that a quota asks for`() throws {
    let crop = Shape3(z: 1, y: 8, x: 8)
    let quota = try Self.maker(.none, sampling: .quota([0, 0, 1]), crop: crop)
    let uniform = try Self.maker(.none, crop: crop)
    func share(_ maker: CropMaker) throws -> Double {
      let with = try (0..<60).filter {
        try maker.batch(step: $0, samples: 1).labels.contains(2)
      }
      return Double(with.count) / 60
    }
    #expect(try share(quota) == 1)
    #expect(try share(uniform) < 0.8)
  }

  @Test(arguments: [SamplingOptions.Rule.uniform, .balanced(strength: 11), .quota([0, 0, 0.5])])
  func `come from each scan in its share`(rule: SamplingOptions.Rule) throws {
    // A bright and a dark scan of very different size, alike but for that.
    func scan(_ shape: Shape3, grey: UInt8) throws -> AnnotatedScan {
      let labels = Region(shape).indices.map { UInt8(($0.y / 4 + $0.x / 4) % 3) }
      return try AnnotatedScan(
        name: "\(grey)",
        scan: MemoryVolume(shape, .uint8, [UInt8](repeating: grey, count: shape.voxelCount)),
        labels: MemoryVolume(shape, .uint8, labels),
        normalisation: Normalisation(low: 0, high: 255, clips: false))
    }
    let scans = [
      try scan(Shape3(z: 1, y: 32, x: 32), grey: 0),
      try scan(Shape3(z: 8, y: 64, x: 64), grey: 255),
    ]
    func bright(_ shares: [Double]) throws -> Double {
      var recipe = TrainingCases.recipe
      recipe.crop = Shape3(z: 1, y: 8, x: 8)
      recipe.augmentation = .none
      recipe.sampling = SamplingOptions(rule, scanShares: shares)
      let maker = try TrainingCases.setup(recipe, scans: scans).maker
      return Double(
        try (0..<200).count { try maker.batch(step: $0, samples: 1).voxels[0] > 0.5 }) / 200
    }
    #expect(try bright([]) > 0.9)
    #expect(abs(try bright([0.7, 0.3]) - 0.3) < 0.1)
    #expect(try bright([3, 0]) == 0)
    #expect(throws: Explanation.self) { try bright([1]) }
  }

  @Test func `are weighted as the original proposed`() {
    let shares = [0, 0.1, 0.2, 0.3, 0.5, 0.4, 0.2, 0.1, 0, 0.6]
    let weights = balancedWeights(shares, strength: 11)
    // The poorest fifth ends at 0.1, the richest is 0.6.
    #expect(weights[0] == 1 && weights[9] == 12)
    #expect(abs(weights[3] - (1 + 11 * 0.4 * 0.4)) < 1e-12)
  }

  @Test func `get noise whose neighbours are as alike as asked`() throws {
    var options = AugmentationOptions.none
    (options.noise, options.noiseCorrelation) = (0.05, 0.8)
    let crop = Shape3(z: 1, y: 32, x: 32)
    let scan = try TrainingCases.scan(Shape3(z: 1, y: 64, x: 64), noise: 0)
    let noisy = try Self.maker(options, scan: scan, crop: crop)
    let clean = try Self.maker(.none, scan: scan, crop: crop)
    var (squares, products) = (0.0, 0.0)
    for step in 0..<30 {
      let a = try noisy.batch(step: step, samples: 1).voxels
      let b = try clean.batch(step: step, samples: 1).voxels
      let noise = zip(a, b).map { Double($0 - $1) }
      for y in 0..<32 {
        for x in 0..<31 {
          squares += noise[y * 32 + x] * noise[y * 32 + x]
          products += noise[y * 32 + x] * noise[y * 32 + x + 1]
        }
      }
    }
    #expect(abs(products / squares - 0.8) < 0.06)
  }

  @Test func `of volumes are turned in all ways of the cube`() throws {
    let shape = Shape3(z: 24, y: 24, x: 40)
    let scan = try TrainingCases.scan(shape, noise: 0)
    var options = UNetOptions()
    (options.filters, options.depth, options.isVolumetric) = (2, 1, true)
    var recipe = TrainingCases.recipe
    recipe.crop = Shape3(z: 8, y: 8, x: 8)
    (recipe.augmentation.rotation, recipe.augmentation.tilt) = (30, 20)
    let setup = try TrainingCases.setup(
      recipe, scan: scan, graph: options.graph(seed: 1).initialised(seed: 1))
    #expect(setup.crop.output == Shape3(z: 8, y: 8, x: 8))
    var (right, all) = (0, 0)
    for step in 0..<20 {
      let batch = try setup.maker.batch(step: step, samples: 1)
      for (grey, label) in zip(batch.voxels, batch.labels) where label != 255 {
        let kind = grey > 150.0 / 255 ? 1 : grey < 60.0 / 255 ? 2 : 0
        right += kind == Int(label) ? 1 : 0
        all += 1
      }
    }
    #expect(Double(right) / Double(all) > 0.85)
  }

  @Test func `of layers with their neighbours have the labels of the middle`() throws {
    let scan = try TrainingCases.scan(Shape3(z: 9, y: 48, x: 64), noise: 0, layers: [4])
    var options = UNetOptions()
    (options.filters, options.depth, options.inputChannels) = (2, 1, 5)
    let graph = try options.graph(seed: 1).forGreyScans()
    var recipe = TrainingCases.recipe
    recipe.augmentation = .none
    let setup = try TrainingCases.setup(recipe, scan: scan, graph: graph)
    #expect(setup.crop.input == Shape3(z: 5, y: 16, x: 16))
    #expect(setup.crop.output == Shape3(z: 1, y: 16, x: 16))
    let batch = try setup.maker.batch(step: 0, samples: 1)
    let middle = batch.voxels[512..<768].map { $0 > 0.6 ? UInt8(1) : $0 < 0.2 ? 2 : 0 }
    #expect(middle == batch.labels)
    #expect(setup.partition.training[0].region.z == 0..<9)
  }
}

/// Runs `body` on `count` threads and waits for them.
func withUnsafeThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let threads = (0..<count).map { number in StageThread<Never> { body(number) } }
  for thread in threads { thread.join() }
}
