import VolumeCore

/// A network as data: nodes in an order in which each uses only earlier ones.
///
/// The value of node `i` is called value `i`. Values have a shape (z, y, x) and a number of
/// channels; a 2D network has extents of 1 along z.
public struct Graph: Hashable, Sendable {
  /// The nodes; the first is the one input.
  public var nodes: [Node]
  /// The node whose value is the network's result: class scores, one channel for each class.
  public var output: Int

  /// A network of `nodes` whose result is node `output`.
  public init(nodes: [Node], output: Int) {
    self.nodes = nodes
    self.output = output
  }
}

/// One operation of a network, with its parameters and where its inputs come from.
public struct Node: Hashable, Sendable {
  /// The layer's name in the model file, for errors and tables.
  public var name: String
  /// What it computes.
  public var operation: Operation
  /// The nodes whose values it takes, all earlier than itself.
  public var inputs: [Int]

  /// The node `name` that applies `operation` to the values of `inputs`.
  public init(name: String, operation: Operation, inputs: [Int]) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
  }
}
