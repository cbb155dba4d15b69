import EngineCore
import HDF5Child
import NeuralGraph
import SystemIO
import VolumeCore

/// A file that is no model, or one that cannot be computed here.
public enum KerasModelError: ExplainedError, Hashable {
  /// The file, or the card beside it, cannot be read at all.
  case unreadable(SystemError)
  /// The file is no HDF5 file, or something in it cannot be read.
  case hdf5(HDF5ChildError)
  /// A `.keras` file that is no archive, or whose parts cannot be read.
  case archive(ZIPError)
  /// A folder that TensorFlow saved a model in.
  case savedModel(path: String)
  /// An HDF5 file without a network: weights alone, or something else altogether.
  case noModel
  /// The description of the network is not JSON.
  case configIsNotJSON
  /// The description of the network lacks something, or has it in another form.
  case configLacks(String, layer: String?)
  /// A model that is neither sequential nor functional.
  case unknownModel(kind: String)
  /// The network has several inputs, or none.
  case inputCount([String])
  /// The network has several outputs, or none.
  case outputCount([String])
  /// A layer of a class that is not known here; `number` of `count`, counted from 1.
  case unknownLayer(kind: String, name: String, number: Int, count: Int)
  /// A layer for another number of axes than the network's input has.
  case wrongDimensions(kind: String, name: String, input: Int)
  /// An input that is neither of images nor of volumes.
  case inputRank(Int, name: String)
  /// A norm whose result in one place depends on all others, so that no tile gives the whole's;
  /// `number` of `count` layers, counted from 1.
  case normalisesOverSpace(kind: String, name: String, number: Int, count: Int)
  /// A known layer with an option that is not computed here.
  case unsupportedOption(layer: String, option: String, value: String)
  /// A layer takes the value of one that is not there, or that waits for this one.
  case inputIsMissing(layer: String, input: String)
  /// A layer takes what was made of different layers of the scan in a way that is not computed here.
  case mixesLayers(layer: String)
  /// A layer lacks weights.
  case weightsMissing(layer: String, weight: String)
  /// Weights are not of the shape that the layer's description asks for.
  case weightsOfWrongShape(layer: String, weight: String, wanted: [Int], found: [Int])
  /// Weights are not numbers, or infinite, or a variance is below zero.
  case weightsOutOfRange(layer: String, weight: String)
  /// The layers do not fit each other.
  case graph(GraphError)
  /// The model's card is wrong.
  case card(ModelCardError, place: String)

  /// The error in words, without the file's name.
  public var explanation: Explanation {
    switch self {
    case .unreadable(let error): error.explanation
    case .hdf5(let error): error.explanation
    case .graph(let error): error.explanation
    case .archive(let error):
      switch error {
      case .cannotOpen:
        explain("is no .keras archive, or was cut short", "copy it again from where it came")
      case .damaged(let entry):
        explain("'\(entry)' in it is missing or damaged", "copy it again from where it came")
      case .tooLarge(let entry, let count, let limit):
        explain(
          "'\(entry)' in it has \(count) bytes; at most \(limit) can be",
          "save the model again with model.save(\"name.keras\")")
      case .cannotMake(let call):
        Explanation(
          .failed, "a .keras archive cannot be made (\(call) failed)",
          remedy: "see that there is memory enough, or write an .h5 file")
      }
    case .savedModel(let path):
      explain(
        "is a SavedModel folder, which holds a program and not a network",
        "convert it: python -c \"import tf_keras; "
          + "tf_keras.models.load_model('\(path)').save('model.h5')\"")
    case .noModel:
      explain(
        "holds no network (there is no attribute 'model_config')",
        "save the whole model with model.save(\"name.h5\"), not its weights alone")
    case .configIsNotJSON:
      explain("the description of its network ('model_config') is not JSON", Self.saveAgain)
    case .configLacks(let what, let layer):
      explain(
        "the description of \(layer.map { "layer '\($0)'" } ?? "its network") has no \(what) that "
          + "can be understood", Self.saveAgain)
    case .unknownModel(let kind):
      explain(
        "holds a model of class \(kind)",
        "only Sequential and Functional models are read: build the same layers as one of these")
    case .inputCount(let names):
      explain("has \(Self.list(names, "input"))", "give a network with one input and one output")
    case .outputCount(let names):
      explain("has \(Self.list(names, "output"))", "give a network with one input and one output")
    case .unknownLayer(let kind, let name, let number, let count):
      explain(
        "layer \(number) of \(count), '\(name)', is of class \(kind), which is not computed here",
        "replace that layer; known are \(KerasLayerKind.names)")
    case .wrongDimensions(let kind, let name, let input):
      explain(
        "layer '\(name)' is of class \(kind), and the network's input has \(input) axes",
        "give a network for images (2D) or for volumes (3D)")
    case .inputRank(let rank, let name):
      explain(
        "the input '\(name)' is of rank \(rank)",
        "give a network for images (rank 4: batch, y, x, channels) or for volumes (rank 5)")
    case .normalisesOverSpace(let kind, let name, let number, let count):
      explain(
        "layer \(number) of \(count), '\(name)', is of class \(kind), which normalises over the "
          + "whole image in a way that is not computed here",
        "build it with GroupNormalization(groups=-1), which is the same; or train with "
          + "BatchNormalization, which at inference is the same everywhere, so that tiles are exact"
      )
    case .unsupportedOption(let layer, let option, let value):
      explain(
        "layer '\(layer)' has \(option) = \(value), which is not computed here",
        "build the network without it")
    case .inputIsMissing(let layer, let input):
      explain(
        "layer '\(layer)' takes the value of '\(input)', which is not there or waits for it",
        Self.saveAgain)
    case .mixesLayers(let layer):
      explain(
        "layer '\(layer)' joins what was made of single layers of the scan in another way than "
          + "concatenating it for all of them, in their order",
        "build the network with one concatenation where its layers are joined")
    case .weightsMissing(let layer, let weight):
      explain("layer '\(layer)' has no weights '\(weight)'", Self.saveAgain)
    case .weightsOfWrongShape(let layer, let weight, let wanted, let found):
      explain(
        "weights '\(weight)' of layer '\(layer)' are of shape \(found); it asks for \(wanted)",
        Self.saveAgain)
    case .weightsOutOfRange(let layer, let weight):
      explain(
        "weights '\(weight)' of layer '\(layer)' are not all finite numbers, or a variance is below 0",
        "the training has failed or the file is damaged: use another checkpoint")
    case .card(let error, let place):
      explain(
        "\(place): \(error.words)", "correct the card; its form is in Formats/Keras/README.md")
    }
  }

  private static let saveAgain = "save the model again with model.save(\"name.h5\")"

  private static func list(_ names: [String], _ what: String) -> String {
    names.isEmpty ? "no \(what)" : "\(names.count) \(what)s: \(names.joined(separator: ", "))"
  }

  private func explain(_ what: String, _ remedy: String) -> Explanation {
    Explanation(.input, what, remedy: remedy)
  }
}
