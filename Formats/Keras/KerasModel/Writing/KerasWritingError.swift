import EngineCore
import HDF5Library
import NeuralGraph
import SystemIO
import VolumeCore

/// A model that cannot be written.
public enum KerasWritingError: ExplainedError, Hashable {
  /// The network is not one that could be computed.
  case graph(GraphError)
  /// A node computes something for which Keras has no layer.
  case hasNoLayer(node: String, what: String)
  /// Layers become channels in a way that cannot be one layer called several times.
  case layersDiffer
  /// The card names another number of classes than the network tells apart.
  case classesDiffer(card: Int, network: Int)
  /// The file cannot be written.
  case unwritable(SystemError)
  /// The library cannot make the file's bytes.
  case hdf5(HDF5Error)
  /// The library cannot make an archive.
  case archive(ZIPError)

  /// The error in words, without the file's name.
  public var explanation: Explanation {
    switch self {
    case .graph(let error): error.explanation
    case .unwritable(let error): error.explanation
    case .hdf5(let error): error.explanation
    case .archive(let error): KerasModelError.archive(error).explanation
    case .hasNoLayer(let node, let what):
      Explanation(
        .input, "layer '\(node)' cannot be written for Keras, which has no layer for \(what)",
        remedy: "write the model as another kind of file (.onnx)")
    case .layersDiffer:
      Explanation(
        .input,
        "the network looks at layers around a voxel in more than one way, which no Keras layer does",
        remedy: "write the model as another kind of file (.onnx)")
    case .classesDiffer(let card, let network):
      Explanation(
        .input, "the model's card names \(card) classes; the network tells \(network) apart",
        remedy: "correct the card; its form is in Formats/Keras/README.md")
    }
  }
}
