import EngineCore
import NeuralGraph
import SystemIO
import VolumeCore

/// A file that is no model, or one that cannot be computed here.
public enum ONNXModelError: ExplainedError, Hashable {
  /// The file, or the card beside it, cannot be read at all.
  case unreadable(SystemError)
  /// The bytes are no message of Protocol Buffers: no ONNX file, or a damaged one.
  case noModel(ProtobufError)
  /// There is no graph of ONNX's own operators.
  case hasNoGraph
  /// The operators are of a version that is too old, or not known yet.
  case opset(Int)
  /// The network has several inputs beside its weights, or none.
  case inputCount([String])
  /// The network has several outputs, or none.
  case outputCount([String])
  /// An input that is neither of images nor of volumes.
  case inputRank(Int, name: String)
  /// An input that holds no numbers.
  case inputElement(name: String, type: Int)
  /// The input's number of channels is not told and cannot be found.
  case channelsAreOpen(input: String)
  /// An operator that is not computed here; `number` of `count`, counted from 1.
  case unknownOperator(kind: String, node: String, number: Int, count: Int)
  /// An operator with an option that is not computed here.
  case unsupportedOption(node: String, kind: String, option: String, value: String)
  /// An operator that lacks an option, an input or an output, or has it in another form.
  case malformed(node: String, kind: String, what: String)
  /// An operator takes a value that is not there before it.
  case inputIsMissing(node: String, input: String)
  /// What should be known while the file is read depends on the scan.
  case dependsOnScan(node: String, kind: String, what: String)
  /// The axes are not in the order that the operator takes.
  case axesDisagree(node: String, kind: String)
  /// The known numbers do not fit the operator that takes them.
  case cannotFold(node: String, kind: String)
  /// The known numbers would become too many.
  case tooLarge(node: String)
  /// The network is another one for another extent of the scan.
  case dependsOnExtent(node: String)
  /// A tensor of numbers that are not computed with here: text, complex, 4 or 8 bits.
  case unsupportedElement(tensor: String, type: Int)
  /// A tensor's extents are below zero or beyond reason.
  case impossibleExtents(tensor: String, extents: [Int])
  /// A tensor has more bytes or fewer than its extents ask for.
  case wrongByteCount(tensor: String, wanted: Int, found: Int)
  /// Weights are infinite or no numbers, or a variance is below zero.
  case weightsOutOfRange(node: String)
  /// A tensor lies in another file in a place where none may lie.
  case externalConstant(tensor: String)
  /// A tensor's file is not in the model's folder.
  case outsideFolder(tensor: String, location: String)
  /// A tensor's bytes are not all in its file.
  case outsideFile(tensor: String, location: String)
  /// The operators do not fit each other.
  case graph(GraphError)
  /// The model's card is wrong.
  case card(ModelCardError, place: String)

  /// The error in words, without the file's name.
  public var explanation: Explanation {
    switch self {
    case .unreadable(let error): error.explanation
    case .graph(let error): error.explanation
    case .noModel(.endsEarly(let offset)):
      explain(
        "is no whole ONNX file: something at byte \(offset) goes beyond its end",
        "copy the file again, or check that it is an ONNX model")
    case .noModel(.malformed(let offset)):
      explain("is no ONNX file: byte \(offset) begins no field of one", "give an ONNX model")
    case .hasNoGraph:
      explain("holds no network of ONNX operators", "export the whole model as ONNX")
    case .opset(let version):
      explain(
        "uses version \(version) of the ONNX operators; known are \(ONNXModelReader.opsets.lowerBound) to "
          + "\(ONNXModelReader.opsets.upperBound)", "export it with opset_version=17")
    case .inputCount(let names):
      explain("has \(list(names, "input"))", "export a network with one input and one output")
    case .outputCount(let names):
      explain(
        "has \(list(names, "output"))",
        "export a network with one input and one output: of deep supervision, the finest alone")
    case .inputRank(let rank, let name):
      explain(
        "the input '\(name)' has \(rank) axes",
        "export a network for images (4 axes: batch, channel, y, x) or for volumes (5)")
    case .inputElement(let name, let type):
      explain(
        "the input '\(name)' is of the type number \(type), which is no type of numbers",
        "export a network whose input is float32")
    case .channelsAreOpen(let input):
      explain(
        "the input '\(input)' does not say how many channels it has",
        "export it with a fixed number of channels")
    case .unknownOperator(let kind, let node, let number, let count):
      explain(
        "node \(number) of \(count), '\(node)', is of the kind \(kind), which is not computed here",
        "build the network without it; what is computed is in Formats/ONNX/README.md")
    case .unsupportedOption(let node, let kind, let option, let value):
      explain(
        "node '\(node)' (\(kind)) has \(option) = \(value), which is not computed here",
        "build the network without it; what is computed is in Formats/ONNX/README.md")
    case .malformed(let node, let kind, let what):
      explain("node '\(node)' (\(kind)) has no \(what) that can be understood", exportAgain)
    case .inputIsMissing(let node, let input):
      explain(
        "node '\(node)' takes the value '\(input)', which nothing before it gives", exportAgain)
    case .dependsOnScan(let node, let kind, let what):
      explain(
        "node '\(node)' (\(kind)) has \(what) that depend on the scan's values",
        "export the network for inference, with constant weights")
    case .axesDisagree(let node, let kind):
      explain(
        "node '\(node)' (\(kind)) takes a value whose axes are in an order, or of a number, that is "
          + "not computed here", "export it with its channels first: (batch, channel, y, x)")
    case .cannotFold(let node, let kind):
      explain(
        "node '\(node)' (\(kind)) is given numbers that do not fit it, or that are not computed here",
        exportAgain)
    case .tooLarge(let node):
      explain(
        "node '\(node)' makes more numbers than any network for segmentation needs", exportAgain)
    case .dependsOnExtent(let node):
      explain(
        "node '\(node)' is another one for another extent of the input",
        "build the network so that each voxel is treated alike, wherever it lies")
    case .unsupportedElement(let tensor, let type):
      explain(
        "the tensor '\(tensor)' is of the type number \(type), which is not computed with here",
        "export the network in float32, neither quantised nor complex")
    case .impossibleExtents(let tensor, let extents):
      explain("the tensor '\(tensor)' has the extents \(extents)", exportAgain)
    case .wrongByteCount(let tensor, let wanted, let found):
      explain(
        "the tensor '\(tensor)' has \(found) bytes; its extents ask for \(wanted)",
        "the file is damaged, or its copy is not whole: copy or export it again")
    case .weightsOutOfRange(let node):
      explain(
        "the weights of node '\(node)' are not all finite numbers, or a variance is below 0",
        "the training has failed or the file is damaged: use another checkpoint")
    case .externalConstant(let tensor):
      explain("the value of '\(tensor)' lies in another file, where none may lie", exportAgain)
    case .outsideFolder(let tensor, let location):
      explain(
        "the tensor '\(tensor)' lies in '\(location)', which is not in the model's own folder",
        "put the file of weights beside the model; it is looked for nowhere else")
    case .outsideFile(let tensor, let location):
      explain(
        "the tensor '\(tensor)' lies in '\(location)' beyond that file's end, or the file is not there",
        "copy the model with the files of weights beside it")
    case .card(let error, let place):
      explain(
        "\(place): \(error.words)", "correct the card; its form is in Formats/Keras/README.md")
    }
  }

  private var exportAgain: String { "export the model again" }

  private func list(_ names: [String], _ what: String) -> String {
    names.isEmpty ? "no \(what)" : "\(names.count) \(what)s: \(names.joined(separator: ", "))"
  }

  private func explain(_ what: String, _ remedy: String) -> Explanation {
    Explanation(.input, what, remedy: remedy)
  }
}
