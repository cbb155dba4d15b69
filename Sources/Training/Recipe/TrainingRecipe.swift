import EngineCore
import NeuralGraph
import VolumeCore

/// Everything that decides about a training beside its data: plain values, the same in a recipe's JSON,
/// on the command line and here.
public struct TrainingRecipe: Hashable, Sendable {
  /// The network.
  public var network = NetworkRecipe()
  /// The extent of a crop's grey values; `nil`: what suits the network.
  public var crop: Shape3?
  /// Crops in a batch.
  public var batch = 4
  /// Batches whose gradients make one step, so that large batches fit small memory.
  public var accumulate = 1
  /// Epochs.
  public var epochs = 25
  /// Steps in an epoch.
  public var steps = 100
  /// Where crops are taken.
  public var sampling = SamplingOptions()
  /// How they are varied.
  public var augmentation = AugmentationOptions()
  /// What is to become small.
  public var loss = LossOptions([LossOptions.Term(.crossEntropy)])
  /// How gradients change the weights.
  public var optimiser = OptimiserOptions(.adamW)
  /// How large steps are.
  public var schedule = Schedule.oneCycle(peak: 3e-3, epochs: 25, rise: 0.15)
  /// What all random numbers follow from.
  public var seed: UInt64 = 1
  /// Whether batch normalisation's running statistics are computed anew over the training data before
  /// they are used.
  public var recalibrates = true
  /// Crops at most that they are computed over.
  public var recalibrationCrops = 64
  /// The share of the training part that is kept to validate with where no validation part is named; 0:
  /// none.
  public var validationShare = 0.0
  /// Crops at most that a validation looks at, spread evenly.
  public var validationCrops = 256
  /// Epochs from one validation to the next.
  public var validationEvery = 1
  /// Whether factors for the classes' probabilities are chosen, which the model then decides by.
  public var choosesFactors = true

  /// The defaults, to be changed field by field.
  public init() {}

  /// What one to ten annotated layers are trained with.
  public static let few: TrainingRecipe = {
    var recipe = TrainingRecipe()
    recipe.epochs = 40
    recipe.steps = 100
    recipe.batch = 4
    recipe.crop = Shape3(z: 1, y: 128, x: 128)
    recipe.sampling = SamplingOptions(.quota([]))
    recipe.augmentation = .few
    // Cross-entropy alone may never let a rare class win; more of the Jaccard index blurs the others.
    recipe.loss = LossOptions([
      LossOptions.Term(.crossEntropy), LossOptions.Term(.macroJaccard(epsilon: 1), factor: 0.2),
    ])
    recipe.optimiser.weightDecay = 1e-4
    recipe.optimiser.largestNorm = 1
    recipe.optimiser.averaging = 0.998
    recipe.schedule = .oneCycle(peak: 3e-3, epochs: 40, rise: 0.15)
    return recipe
  }()

  /// Recipes by name.
  public static let named: [String: TrainingRecipe] = ["default": TrainingRecipe(), "few": .few]
}

/// Which network is trained, as far as a recipe says it.
public struct NetworkRecipe: Hashable, Sendable {
  /// How many layers a network sees and labels.
  public enum Dimension: String, Hashable, Sendable, CaseIterable {
    /// Single layers.
    case two = "2d"
    /// A layer with its neighbours as channels.
    case twoAndAHalf = "2.5d"
    /// Volumes.
    case three = "3d"
  }

  /// A preset's name.
  public var preset = "plain"
  /// Channels of the first convolution; `nil`: the preset's.
  public var filters: Int?
  /// How often the resolution is halved; `nil`: the preset's.
  public var depth: Int?
  /// How many layers it sees; `nil`: the preset's.
  public var dimension: Dimension?
  /// The layers of a 2.5D network.
  public var layers = 5
  /// The rate of dropout; `nil`: the preset's.
  public var dropout: Double?
  /// The one change to all this by which its worth is seen.
  public var ablation: UNetAblation?

  /// The plain U-Net.
  public init() {}
}

extension NetworkRecipe {
  /// Reads what differs from `self`.
  mutating func read(_ object: RecipeObject) throws(RecipeError) {
    var object = object
    preset = try object.text("preset") ?? preset
    filters = try object.count("filters", atLeast: 1) ?? filters
    depth = try object.count("depth", atLeast: 1) ?? depth
    let choice = try object.choice("dimension", Dimension.allCases.map(\.rawValue))
    dimension = choice.flatMap(Dimension.init) ?? dimension
    layers = try object.count("layers", atLeast: 3) ?? layers
    guard layers % 2 == 1 else {
      throw .outOfRange(
        place: object.place(of: "layers"), value: Double(layers), wanted: "an odd number")
    }
    dropout = try object.number("dropout", in: 0...0.95) ?? dropout
    let change = try object.choice("ablation", UNetAblation.allCases.map(\.rawValue))
    ablation = change.flatMap(UNetAblation.init) ?? ablation
    try object.end()
  }

  /// All of it, as a recipe holds it.
  var json: JSONValue {
    var members: [String: JSONValue] = ["preset": .string(preset), "layers": .integer(layers)]
    members["filters"] = filters.map { .integer($0) }
    members["depth"] = depth.map { .integer($0) }
    members["dimension"] = dimension.map { .string($0.rawValue) }
    members["dropout"] = dropout.map { .number($0) }
    members["ablation"] = ablation.map { .string($0.rawValue) }
    return .object(members)
  }
}
