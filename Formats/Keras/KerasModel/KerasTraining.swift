import EngineCore
import HDF5Child
import VolumeCore

/// Where a layer's weight lies in our graph: Keras's name for it becomes a node and its part.
struct KerasWeightPlace {
  /// The layer's class, by its name.
  private let kinds: [String: String]

  init(_ config: KerasConfig) {
    kinds = Dictionary(config.layers.map { ($0.name, $0.kind) }) { first, _ in first }
  }

  /// "conv/kernel" for the kernel of layer "conv"; `nil` where there is no such layer or weight.
  func path(layer: String, weight: String) -> String? {
    guard let kind = kinds[layer] else { return nil }
    switch weight {
    case "kernel", "bias":
      let node = kind.hasPrefix("Conv3D") ? Self.depthwiseNode(layer) : layer
      return "\(node)/\(weight)"
    case "gamma": return "\(layer)/scale"
    case "beta": return "\(layer)/shift"
    case "depthwise_kernel":
      return kind == "SeparableConv2D" ? "\(layer)/depthwise/kernel" : "\(layer)/kernel"
    case "pointwise_kernel": return "\(layer)/kernel"
    default: return nil
    }
  }

  /// "conv-depthwise", a name without a slash, is the node "conv/depthwise".
  static func depthwiseNode(_ layer: String) -> String {
    let ending = "-depthwise"
    return layer.hasSuffix(ending) ? layer.dropLast(ending.count) + "/depthwise" : layer
  }

  /// What an optimiser's array is: the slot and the weight's path.
  ///
  /// Four ways to write it: "Adam/conv/kernel/m:0" (Keras 2 before 2.11, and other packages; more may
  /// stand before), "Adam/m/conv/kernel:0" (Keras 2), "adam/conv_kernel_momentum" (Keras 3), and what
  /// the slots are called differs as well.
  func slot(_ name: String) -> (array: String, path: String)? {
    let parts = name.split(separator: ":")[0].split(separator: "/").map(String.init)
    let last = parts.last ?? ""
    if parts.count >= 3, let slot = Self.slots[last],
      let path = path(layer: parts[parts.count - 3], weight: parts[parts.count - 2])
    {
      return (slot, path)
    }
    if parts.count >= 3, let slot = Self.slots[parts[parts.count - 3]],
      let path = path(layer: parts[parts.count - 2], weight: last)
    {
      return (slot, path)
    }
    for (ending, slot) in Self.slots where last.hasSuffix("_" + ending) {
      let rest = last.dropLast(ending.count + 1)
      for weight in ["depthwise_kernel", "pointwise_kernel", "kernel", "bias", "gamma", "beta"]
      where rest.hasSuffix("_" + weight) {
        let layer = String(rest.dropLast(weight.count + 1))
        if let path = path(layer: layer, weight: weight) { return (slot, path) }
      }
    }
    return nil
  }

  private static let slots = [
    "m": "moment1", "v": "moment2", "momentum": "moment1", "velocity": "moment2",
  ]
}

extension KerasModelReader {
  /// What the file holds of its training; `nil` where it was saved without.
  ///
  /// Arrays of an optimiser that have no counterpart here are left out.
  public func loadTraining(_ path: String) throws(KerasModelError) -> TrainingRecord? {
    let (description, file) = try Self.parts(path)
    let config = try KerasConfig(description.config)
    let places = KerasWeightPlace(config)
    if KerasArchive.recognises(path) {
      return try Self.archivedTraining(description, file, config, places)
    }
    let root = "optimizer_weights"
    do {
      guard try file.contains(root),
        let names = try file.strings(ofAttribute: "weight_names", at: root)
      else { return nil }
      var state = TrainingState(steps: 0, arrays: [:])
      for name in names {
        if ["iter", "iteration"].contains(KerasWeights.leaf(name)) {
          let steps = try file.value("\(root)/\(name)")?.number ?? 0
          state.steps = steps >= 0 && steps < 1e15 ? Int(steps) : 0
          continue
        }
        guard let (array, place) = places.slot(name) else { continue }
        let values = try file.floats(
          ofDataset: "\(root)/\(name)", limit: KerasWeights.largestCount)
        guard values.allSatisfy(\.isFinite) else {
          throw KerasModelError.weightsOutOfRange(layer: place, weight: name)
        }
        state.arrays["\(array)/\(place)"] = values
      }
      let optimiser =
        description.optimiser ?? OptimiserOptions(Self.kind(named: names.first ?? ""))
      return TrainingRecord(optimiser: optimiser, state: state)
    } catch let error as HDF5ChildError {
      throw .hdf5(error)
    } catch let error as KerasModelError {
      throw error
    } catch {
      preconditionFailure("no other error is thrown here: \(error)")
    }
  }

  /// The same from an archive, where the arrays have no names: the number of steps, the rate, then
  /// what each weight has, in the order of the layers.
  private static func archivedTraining(
    _ description: Description, _ file: HDF5Client, _ config: KerasConfig,
    _ places: KerasWeightPlace
  ) throws(KerasModelError) -> TrainingRecord? {
    let root = "optimizer/vars"
    let weights = config.layers.reduce(0) { sum, layer in
      sum + layer.weightNames.filter { !$0.hasPrefix("moving") }.count
    }
    do throws(HDF5ChildError) {
      guard try file.contains("\(root)/0") else { return nil }
      // Where the archive does not say which optimiser it is, the number of arrays does.
      let isAdam = try file.contains("\(root)/\(2 * weights + 1)")
      let optimiser = description.optimiser ?? OptimiserOptions(isAdam ? .adam : .sgd)
      let steps = try file.value("\(root)/0")?.number ?? 0
      var state = TrainingState(steps: steps >= 0 && steps < 1e15 ? Int(steps) : 0, arrays: [:])
      var place = 2
      for layer in config.layers {
        for weight in layer.weightNames where !weight.hasPrefix("moving") {
          guard let path = places.path(layer: layer.name, weight: weight) else { continue }
          for slot in KerasNetwork.slots(optimiser) {
            let dataset = "\(root)/\(place)"
            place += 1
            guard try file.contains(dataset) else { continue }
            state.arrays["\(slot.ours)/\(path)"] = try file.floats(
              ofDataset: dataset, limit: KerasWeights.largestCount)
          }
        }
      }
      return TrainingRecord(optimiser: optimiser, state: state)
    } catch { throw .hdf5(error) }
  }

  /// The kind of optimiser that names its arrays so.
  private static func kind(named name: String) -> OptimiserOptions.Kind {
    let name = name.lowercased()
    return name.contains("belief") ? .adaBelief : name.contains("sgd") ? .sgd : .adam
  }

  /// What the file at `path` holds of its training, or which file is wrong, where, and what to do.
  public func readTraining(_ path: String) throws(Explanation) -> TrainingRecord? {
    do {
      return try loadTraining(path)
    } catch {
      let words = error.explanation
      guard !words.what.contains(path) else { throw words }
      throw Explanation(words.kind, "\(path): \(words.what)", remedy: words.remedy)
    }
  }
}
