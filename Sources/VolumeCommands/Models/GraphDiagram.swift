import NeuralGraph
import VolumeCore

/// A network drawn as the U that it is: layers from left to right, each at its resolution's height, as
/// wide as it has channels; skips as lines above.
struct GraphDiagram {
  private struct Box {
    var node: Int
    var x: Double
    var y: Double
    var width: Double
    var height: Double
    var colour: String
    var label: String
    var title: String
  }

  private let graph: Graph
  private let title: String
  private var boxes: [Box] = []
  /// The box that stands for a node: its own, or that of the one it follows without a box.
  private var boxOf: [Int]
  private var rows = 1

  private static let rowHeight = 110.0
  private static let gap = 10.0
  private static let top = 60.0

  init(_ graph: Graph, title: String) {
    self.graph = graph
    self.title = title
    boxOf = Array(repeating: 0, count: graph.nodes.count)
    let (channels, levels) = (graph.channels, graph.levels())
    var x = 20.0
    for (index, node) in graph.nodes.enumerated() {
      guard let (colour, label) = Self.look(node.operation, channels[index]) else {
        boxOf[index] = node.inputs.first.map { boxOf[$0] } ?? 0
        continue
      }
      let level = levels[index]
      rows = max(rows, level + 1)
      let width = 8 + 2.2 * Double(channels[index]).squareRoot()
      let height = max(18, 84 - 14 * Double(level))
      boxOf[index] = boxes.count
      boxes.append(
        Box(
          node: index, x: x, y: Self.top + Double(level) * Self.rowHeight + (84 - height) / 2,
          width: width, height: height, colour: colour, label: label,
          title: "\(node.name): \(node.operation.words), \(channels[index]) channels"))
      x += width + Self.gap
    }
  }

  /// Colour and label of what gets a box: what changes channels or resolution, or joins.
  private static func look(_ operation: NeuralGraph.Operation, _ channels: Int) -> (String, String)?
  {
    switch operation {
    case .input: ("#999999", "\(channels)")
    case .convolution: ("#56b4e9", "\(channels)")
    case .depthwiseConvolution: ("#0072b2", "\(channels)")
    case .transposedConvolution, .upsampleNearest: ("#009e73", "\(channels)")
    case .maxPool: ("#d55e00", "\(channels)")
    case .concatenate, .layersToChannels: ("#e69f00", "\(channels)")
    case .add: ("#f0e442", "+")
    case .softmax: ("#cc79a7", "\(channels)")
    case .crop, .batchNormalisation, .groupNormalisation, .relu, .dropout, .gaussianNoise,
      .identity:
      nil
    }
  }

  /// The picture as text.
  var svg: String {
    let width = (boxes.last.map { $0.x + $0.width } ?? 0) + 30
    let height = Self.top + Double(rows) * Self.rowHeight + 30
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.number(width))\" "
        + "height=\"\(Self.number(height))\" font-family=\"sans-serif\" font-size=\"10\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
      "<text x=\"20\" y=\"22\" font-size=\"15\">\(HTML.escaped(title))</text>",
    ]
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs {
        let (from, to) = (boxes[boxOf[input]], boxes[boxOf[index]])
        guard from.node != to.node, to.node == index else { continue }
        lines.append(Self.line(from, to))
      }
    }
    for box in boxes {
      lines.append(
        "<rect x=\"\(Self.number(box.x))\" y=\"\(Self.number(box.y))\" "
          + "width=\"\(Self.number(box.width))\" height=\"\(Self.number(box.height))\" "
          + "fill=\"\(box.colour)\" stroke=\"#333333\" stroke-width=\"0.5\">"
          + "<title>\(HTML.escaped(box.title))</title></rect>")
      lines.append(
        "<text x=\"\(Self.number(box.x + box.width / 2))\" "
          + "y=\"\(Self.number(box.y + box.height + 10))\" text-anchor=\"middle\" font-size=\"8\">"
          + "\(box.label)</text>")
    }
    let legend = [
      ("#56b4e9", "convolution"), ("#0072b2", "depthwise"), ("#d55e00", "pooling"),
      ("#009e73", "up"), ("#e69f00", "joined"), ("#f0e442", "sum"), ("#cc79a7", "softmax"),
    ]
    for (place, (colour, word)) in legend.enumerated() {
      let x = 20 + Double(place) * 90
      lines.append(
        "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(height - 20))\" width=\"10\" height=\"10\" "
          + "fill=\"\(colour)\"/><text x=\"\(Self.number(x + 14))\" "
          + "y=\"\(Self.number(height - 11))\">\(word)</text>")
    }
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  /// A straight line to a neighbour; to one further away, an arc above both.
  private static func line(_ from: Box, _ to: Box) -> String {
    let (x0, x1) = (from.x + from.width, to.x)
    let (y0, y1) = (from.y + from.height / 2, to.y + to.height / 2)
    let style = "fill=\"none\" stroke=\"#666666\" stroke-width=\"0.8\""
    guard x1 - x0 > 2 * gap else {
      return "<path d=\"M\(number(x0)) \(number(y0)) L\(number(x1)) \(number(y1))\" \(style)/>"
    }
    let over = min(from.y, to.y) - 8
    return "<path d=\"M\(number(from.x + from.width / 2)) \(number(from.y)) "
      + "C\(number(from.x + from.width)) \(number(over - 12)) \(number(x1)) \(number(over - 12)) "
      + "\(number(to.x + to.width / 2)) \(number(to.y))\" \(style)/>"
  }

  private static func number(_ value: Double) -> String { Words.fixed(value, 1) }
}
