import EngineCore
import NeuralGraph
import Training
import VolumeCore

/// The network that a recipe describes, or that a model brings.
struct TrainedNetwork: Sendable {
  /// Made for grey scans of one channel, with one output for each class.
  var graph: Graph
  /// For people.
  var words: String

  /// What a recipe says of a network.
  static func options(_ recipe: NetworkRecipe, classes: Int) throws(Explanation) -> UNetOptions {
    var options = try UNetPreset.named(recipe.preset).options
    options.filters = recipe.filters ?? options.filters
    options.depth = recipe.depth ?? options.depth
    options.classes = classes
    switch recipe.dimension {
    case .three: options.dimension = .volume
    case .twoAndAHalf:
      // A preset that shares its encoder says itself how it sees layers.
      if options.dimension.layers == nil { options.dimension = .layersAsChannels(recipe.layers) }
    case .two: options.dimension = .plane
    case nil: break
    }
    if let dropout = recipe.dropout { options.dropout = Float(dropout) }
    if let ablation = recipe.ablation { options = ablation.applied(to: options) }
    let network = options
    try explained { () throws(UNetError) in try network.check() }
    return options
  }

  /// A new network with random weights.
  init(_ recipe: NetworkRecipe, classes: Int, seed: UInt64) throws(Explanation) {
    let options = try Self.options(recipe, classes: classes)
    let graph = options.graph(seed: seed)
    self.graph = try explained { () throws(GraphError) in
      try graph.forGreyScans().initialised(seed: seed)
    }
    words =
      recipe.preset + (recipe.ablation.map { " with \($0.words)" } ?? "")
      + ", \(options.filters) filters, depth \(options.depth), "
      + options.dimension.words
  }

  /// The weights of `model`: with another last layer where the classes are others, with kernels for a
  /// layer's neighbours where a 2.5D network is wanted of a 2D model.
  init(
    _ model: Model, _ recipe: NetworkRecipe, classes: [LabelClass], averagesNeighbours: Bool,
    seed: UInt64
  ) throws(Explanation) {
    var graph = try explained { () throws(GraphError) in try model.graph.forGreyScans() }
    words = "\(model.path): \(model.card.name)"
    if recipe.dimension == .twoAndAHalf, graph.layersAsChannels == nil {
      guard let wider = graph.seeing(layers: recipe.layers, averages: averagesNeighbours) else {
        throw Explanation(
          .input, "\(model.path) cannot become a 2.5D network: it is none of single layers",
          remedy: "give a 2D model, or leave --dimension out")
      }
      graph = wider
      words += ", seeing \(recipe.layers) layers"
    } else if recipe.dimension == .three && graph.isPlanar
      || recipe.dimension == .two && (!graph.isPlanar || graph.layersAsChannels != nil)
    {
      throw Explanation(
        .input, "\(model.path) is no \(recipe.dimension?.rawValue ?? "") network",
        remedy: "leave --dimension out: it is the model's")
    }
    if graph.classCount != classes.count || model.card.classes.map(\.name) != classes.map(\.name) {
      guard let changed = graph.withNewLastLayer(classes: classes.count, seed: seed) else {
        throw Explanation(
          .input,
          "\(model.path) tells \(graph.classCount) classes apart, not \(classes.count), and "
            + "its last layer is no convolution that could be replaced",
          remedy: "train a new network without --from")
      }
      if graph.classCount != classes.count {
        graph = changed
        words += ", with a new last layer for \(classes.count) classes"
      }
    }
    self.graph = graph
  }
}
