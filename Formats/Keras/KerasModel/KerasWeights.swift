import HDF5Child

/// The weights of a model's layers, found by the names that each layer's group lists.
struct KerasWeights: ~Copyable {
  private let file: HDF5Client
  /// Of an archive, the weights of each layer in their order, by the layer's name: path and name.
  private let numbered: [String: [(path: String, name: String)]]?

  /// The most numbers of one layer that are read: 1 GiB.
  static let largestCount = 1 << 28

  init(_ file: HDF5Client) {
    self.file = file
    numbered = nil
  }

  /// The weights of an archive, whose groups follow from the layers' classes and order.
  init(_ file: HDF5Client, archived layers: [KerasLayer]) {
    self.file = file
    let groups = KerasNetwork.keras3Groups(layers.map(\.kind))
    var numbered: [String: [(path: String, name: String)]] = [:]
    for (layer, group) in zip(layers, groups) {
      numbered[layer.name] = layer.weightNames.enumerated().map {
        ("\(group)/vars/\($0)", $1)
      }
    }
    self.numbered = numbered
  }

  /// The weights of `layer` that are called one of `names`, the first of which is for errors.
  func read(
    _ names: [String], of layer: String, shape: [Int]
  ) throws(KerasModelError) -> [Float] {
    do {
      guard let dataset = try dataset(names, of: layer), try file.contains(dataset) else {
        throw KerasModelError.weightsMissing(layer: layer, weight: names[0])
      }
      let found = try file.shape(ofDataset: dataset)
      guard found == shape else {
        throw KerasModelError.weightsOfWrongShape(
          layer: layer, weight: names[0], wanted: shape, found: found)
      }
      let values = try file.floats(ofDataset: dataset, limit: Self.largestCount)
      let least: Float = names[0] == "moving_variance" ? 0 : -.greatestFiniteMagnitude
      guard values.allSatisfy({ $0 >= least && $0.isFinite }) else {
        throw KerasModelError.weightsOutOfRange(layer: layer, weight: names[0])
      }
      return values
    } catch let error as HDF5ChildError {
      throw .hdf5(error)
    } catch let error as KerasModelError {
      throw error
    } catch {
      preconditionFailure("no other error is thrown here: \(error)")
    }
  }

  private func dataset(_ names: [String], of layer: String) throws(HDF5ChildError) -> String? {
    if let numbered {
      return numbered[layer]?.first { names.contains($0.name) }?.path
    }
    let group = "model_weights/\(layer)"
    guard try file.contains(group) else { return nil }
    let name = try weightNames(group).first { names.contains(Self.leaf($0)) }
    return name.map { "\(group)/\($0)" }
  }

  /// The list of a group's weights; one that is too long for an attribute is spread over
  /// `weight_names0`, `weight_names1`, and so on.
  private func weightNames(_ group: String) throws(HDF5ChildError) -> [String] {
    if let names = try file.strings(ofAttribute: "weight_names", at: group) { return names }
    var names: [String] = []
    while let more = try file.strings(ofAttribute: "weight_names\(names.count)", at: group) {
      names += more
      if more.isEmpty { break }
    }
    return names
  }

  /// "conv/kernel:0" is kernel.
  static func leaf(_ name: String) -> String {
    let last = name.split(separator: "/").last ?? ""
    return String(last.split(separator: ":").first ?? "")
  }
}

extension KerasLayer {
  /// What Keras calls the layer's weights, in the order in which it makes them.
  var weightNames: [String] {
    let bias = options["use_bias"] == false ? [] : ["bias"]
    let norm =
      (options["scale"] == false ? [] : ["gamma"]) + (options["center"] == false ? [] : ["beta"])
    switch KerasLayerKind.read(kind)?.kind {
    case .convolution, .transposedConvolution, .depthwiseConvolution: return ["kernel"] + bias
    case .separableConvolution: return ["depthwise_kernel", "pointwise_kernel"] + bias
    case .batchNormalisation: return norm + ["moving_mean", "moving_variance"]
    case .groupNormalisation, .layerNormalisation: return norm
    default: return []
    }
  }
}
