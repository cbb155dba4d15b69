import NeuralGraph
import SystemIO
import VolumeCore

/// A model that cannot be written as ONNX.
public enum ONNXWritingError: ExplainedError, Hashable {
  /// The network is not one that could be computed.
  case graph(GraphError)
  /// A node computes something for which ONNX has no operators.
  case hasNoOperator(node: String, what: String)
  /// A node joins values of single layers with values of layers that have become channels.
  case layersDiffer(node: String)
  /// The card names another number of classes than the network tells apart.
  case classesDiffer(card: Int, network: Int)
  /// The file would be larger than a message of Protocol Buffers may be.
  case tooLarge(byteCount: Int)
  /// The file cannot be written.
  case unwritable(SystemError)

  /// The error in words, without the file's name.
  public var explanation: Explanation {
    switch self {
    case .graph(let error): error.explanation
    case .unwritable(let error): error.explanation
    case .hasNoOperator(let node, let what):
      Explanation(
        .input, "layer '\(node)' cannot be written as ONNX, which has no operator for \(what)",
        remedy: "write the model as another kind of file (.h5)")
    case .layersDiffer(let node):
      Explanation(
        .input,
        "layer '\(node)' looks at layers around a voxel in a way that ONNX has no axis for",
        remedy: "write the model as another kind of file (.h5)")
    case .classesDiffer(let card, let network):
      Explanation(
        .input, "the model's card names \(card) classes; the network tells \(network) apart",
        remedy: "correct the card; its form is in Formats/Keras/README.md")
    case .tooLarge(let byteCount):
      Explanation(
        .input, "the model would take \(byteCount) bytes, and an ONNX file may have 2147483647",
        remedy: "write the model as another kind of file (.h5)")
    }
  }
}
