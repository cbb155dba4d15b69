import EngineCore
import NeuralGraph
import VolumeCore

/// Networks of random weights by a name that describes them, as in `random:3d-f16-d3`: what benches
/// plan and run where nothing was trained.
///
/// After the kind (`2d`, `2.5d3` and `2.5d5` with their layers, `3d`) come filters, depth and, for one
/// with strided and transposed convolutions and residual blocks, `modular`.
struct RandomModelReader: ModelReader {
  var name: String { "random" }

  func recognises(_ path: String) -> Bool { path.hasPrefix("random:") }

  func read(_ path: String) throws(Explanation) -> Model {
    var words = path.dropFirst("random:".count).split(separator: "-")
    var options = UNetOptions()
    if words.last == "modular" {
      options = .modular
      words.removeLast()
    }
    func number(_ place: Int, _ letter: Character) -> Int? {
      guard words.count == 3, words[place].first == letter else { return nil }
      return Int(words[place].dropFirst()).flatMap { (1...64).contains($0) ? $0 : nil }
    }
    let kinds: [Substring: (layers: Int, isVolumetric: Bool)] = [
      "2d": (1, false), "2.5d3": (3, false), "2.5d5": (5, false), "3d": (1, true),
    ]
    guard let kind = words.first.flatMap({ kinds[$0] }), let filters = number(1, "f"),
      let depth = number(2, "d"), depth <= 5
    else {
      throw Explanation(
        .input, "\(path) describes no network", remedy: "give one as random:3d-f16-d3")
    }
    options.inputChannels = kind.layers
    options.isVolumetric = kind.isVolumetric
    options.filters = filters
    options.depth = depth
    let card = ModelCard(
      name: String(path.dropFirst("random:".count)), classes: LabelClass.unnamed(count: 3),
      normalisation: nil, voxelType: nil, greyHistogram: nil, document: [:])
    return Model(
      graph: options.graph(seed: 1), card: card, hasCard: true, path: path, hash: path,
      format: "random weights")
  }
}
