extension KerasNetwork {
  /// The layers in the order in which Keras lists those of a model that it has built: by their distance
  /// from the output, the furthest first; at one distance, as they are met on the way back from there.
  ///
  /// Keras pairs a file's weights with a model's layers by their place in this order, and not by their
  /// names; so a file must have it.
  static func inKerasOrder(_ layers: [Layer], output: KerasValue) -> [Layer] {
    var walk = Walk(layers)
    walk.visit(output)
    let depths = walk.depths()
    let met = walk.met
    return layers.indices.sorted {
      let (a, b) = (depths[$0] ?? 0, depths[$1] ?? 0)
      return a != b ? a > b : met[$0] ?? .max < met[$1] ?? .max
    }.map { layers[$0] }
  }

  /// A walk from the output back through every call.
  private struct Walk {
    private let layers: [Layer]
    private let places: [String: Int]
    /// When each layer was met first.
    private(set) var met: [Int: Int] = [:]
    private var seen: Set<KerasValue> = []
    /// Each call after all that it takes values from.
    private var finished: [KerasValue] = []

    init(_ layers: [Layer]) {
      self.layers = layers
      places = Dictionary(layers.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    private func inputs(_ call: KerasValue) -> [KerasValue] {
      guard let place = places[call.layer], layers[place].calls.indices.contains(call.call) else {
        return []
      }
      return layers[place].calls[call.call]
    }

    mutating func visit(_ call: KerasValue) {
      guard seen.insert(call).inserted, let place = places[call.layer] else { return }
      if met[place] == nil { met[place] = met.count }
      for input in inputs(call) { visit(input) }
      finished.append(call)
    }

    /// The distance of each layer from the output: of the call that is furthest away.
    func depths() -> [Int: Int] {
      var ofCall: [KerasValue: Int] = [:]
      var ofLayer: [Int: Int] = [:]
      for call in finished.reversed() {
        guard let place = places[call.layer] else { continue }
        let depth = max(ofCall[call] ?? 0, ofLayer[place] ?? 0)
        ofLayer[place] = depth
        ofCall[call] = depth
        for input in inputs(call) { ofCall[input] = max(depth + 1, ofCall[input] ?? 0) }
      }
      return ofLayer
    }
  }
}
