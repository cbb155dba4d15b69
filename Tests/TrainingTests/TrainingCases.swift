import EngineCore
import NeuralGraph
import Training
import VolumeCore
import VolumeTesting

/// Small scans with labels, for tests.
enum TrainingCases {
  /// Matrix, fibre and pore, as their grey values say; `noise` blurs nothing but the grey.
  static func scan(
    _ shape: Shape3, seed: UInt64 = 1, noise: Int = 20, layers: [Int]? = nil
  ) throws -> AnnotatedScan {
    var random = SeededRandom(seed: seed)
    var grey: [UInt8] = []
    var labels: [UInt8] = []
    for at in Region(shape).indices {
      let kind = kind(at)
      let value = [90, 210, 30][Int(kind)] + Int.random(in: -noise...noise, using: &random)
      grey.append(UInt8(clamping: value))
      labels.append(kind)
    }
    return try AnnotatedScan(
      name: "scan", scan: MemoryVolume(shape, .uint8, grey),
      labels: MemoryVolume(shape, .uint8, labels),
      normalisation: Normalisation(low: 0, high: 255, clips: false), layers: layers)
  }

  /// Stripes of fibre, a few pores, matrix around.
  static func kind(_ at: Index3) -> UInt8 {
    if (at.y + 2 * at.z) % 11 < 3 { return 1 }
    return at.y % 13 < 3 && at.x % 17 < 3 ? 2 : 0
  }

  static let classes = ClassMap(LabelClass.unnamed(count: 3))

  /// A small network for 2D crops.
  static func network(filters: Int = 3, depth: Int = 1, classes: Int = 3) -> Graph {
    Graph.plainUNet(filters: filters, depth: depth, classes: classes, seed: 1).initialised(seed: 1)
  }

  /// A setup of one scan, its left part trained on, its right part validating.
  static func setup(
    _ recipe: TrainingRecipe, scan: AnnotatedScan? = nil, graph: Graph = network()
  ) throws -> TrainingSetup {
    let scan = try scan ?? self.scan(Shape3(z: 2, y: 48, x: 64))
    let whole = Region(scan.shape)
    var (left, right) = (whole, whole)
    left.x = 0..<(whole.x.count * 5 / 8)
    right.x = (whole.x.count * 3 / 4)..<whole.x.count
    let partition = try Partition(
      [scan], training: [DataPart(scan: 0, region: left)],
      validation: [DataPart(scan: 0, region: right)])
    return try TrainingSetup(
      scans: [scan], partition: partition, map: classes, recipe: recipe, graph: graph)
  }

  /// A setup of several scans, all of which is trained on.
  static func setup(
    _ recipe: TrainingRecipe, scans: [AnnotatedScan], graph: Graph = network()
  ) throws -> TrainingSetup {
    let parts = scans.enumerated().map {
      DataPart(scan: $0.offset, region: Region($0.element.shape))
    }
    return try TrainingSetup(
      scans: scans, partition: Partition(scans, training: parts, validation: []), map: classes,
      recipe: recipe, graph: graph)
  }

  /// Few, small steps.
  static var recipe: TrainingRecipe {
    var recipe = TrainingRecipe()
    recipe.crop = Shape3(z: 1, y: 16, x: 16)
    recipe.batch = 2
    recipe.epochs = 2
    recipe.steps = 3
    recipe.schedule = .constant(1e-2)
    recipe.validationCrops = 8
    recipe.recalibrationCrops = 8
    return recipe
  }
}
