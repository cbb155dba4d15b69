import NeuralGraph
import VolumeCore

/// Finds the network in a file: which of its inputs is the scan, in which order its axes are, and that
/// it is the same network for every extent.
struct ONNXTrace {
  private let document: ONNXDocument
  private let files: ONNXExternalFiles
  private let budget: Int

  /// Extents of the input that are tried, for z, y and x, where the file leaves them open: multiples of
  /// every stride that networks have, and different enough not to be taken for each other.
  private static let extents = [[3840, 7680, 11520], [19200, 26880, 30720]]

  /// - Parameter byteCount: of the file; what is computed from its numbers is bounded by it.
  init(
    _ document: ONNXDocument, _ files: ONNXExternalFiles, byteCount: Int
  ) throws(ONNXModelError) {
    guard ONNXModelReader.opsets.contains(document.opset) else { throw .opset(document.opset) }
    self.document = document
    self.files = files
    var external = 0
    for tensor in document.initializers.values where tensor.isExternal {
      external += min(product(tensor.extents, limit: 1 << 28) ?? 0, 1 << 28)
    }
    budget = (1 << 24) + 8 * (byteCount + 4 * min(external, 1 << 32))
  }

  /// The network, its input, and whether it moves along z.
  func graph() throws(ONNXModelError) -> (graph: Graph, input: ONNXInput, isVolumetric: Bool) {
    let inputs = document.inputs.filter { document.initializers[$0.name] == nil }
    guard inputs.count == 1, let input = inputs.first else {
      throw .inputCount(inputs.map(\.name))
    }
    guard document.outputs.count == 1 else { throw .outputCount(document.outputs) }
    guard let element = ONNXTensor.Element(rawValue: input.element), element != .bool else {
      throw .inputElement(name: input.name, type: input.element)
    }
    let rank = input.extents?.count ?? 0
    guard rank == 4 || rank == 5, let known = input.extents,
      known.allSatisfy({ ($0 ?? 1) < 1 << 32 })
    else { throw .inputRank(rank, name: input.name) }
    var best: (progress: Int, error: ONNXModelError)?
    for layout in ONNXLayout.allCases {
      do throws(TraceFailure) {
        return (try graph(input, layout), input, rank == 5)
      } catch {
        if error.progress > best?.progress ?? -2 { best = (error.progress, error.error) }
      }
    }
    throw best?.error ?? .hasNoGraph
  }

  private struct TraceFailure: Error {
    var progress: Int
    var error: ONNXModelError
  }

  /// The network, if the input's axes are in this order.
  ///
  /// A network without padding fits extents of its own only: where its parts do not fit each other, a
  /// few more voxels are tried.
  private func graph(_ input: ONNXInput, _ layout: ONNXLayout) throws(TraceFailure) -> Graph {
    var first: TraceFailure?
    for more in stride(from: 0, to: 64, by: 2) {
      do throws(TraceFailure) { return try graph(input, layout, more: more) } catch {
        guard case .graph(.shapesDisagree) = error.error else { throw first ?? error }
        first = first ?? error
      }
    }
    throw first ?? TraceFailure(progress: 0, error: .hasNoGraph)
  }

  /// The network for extents that are `more` than usual.
  private func graph(
    _ input: ONNXInput, _ layout: ONNXLayout, more: Int
  ) throws(TraceFailure) -> Graph {
    let known = input.extents ?? []
    let place = layout == .channelsFirst ? 1 : known.count - 1
    guard let channels = known[place] ?? likelyChannels, (1...(1 << 16)).contains(channels) else {
      throw TraceFailure(progress: -1, error: .channelsAreOpen(input: input.name))
    }
    let isOpen = known.enumerated().contains {
      $0.offset != place && $0.offset > 0 && $0.element == nil
    }
    var first: Graph?
    for open in Self.extents {
      var network = ONNXNetwork(
        document, input: input, layout: layout, open: open.map { $0 + more }, channels: channels,
        budget: budget,
        files: files)
      let graph: Graph
      do throws(ONNXModelError) { graph = try network.finish() } catch {
        throw TraceFailure(progress: network.progress, error: error)
      }
      guard let other = first else {
        first = graph
        if !isOpen { return graph }
        continue
      }
      for (a, b) in zip(graph.nodes, other.nodes) where a != b {
        throw TraceFailure(
          progress: network.progress, error: .dependsOnExtent(node: a.name))
      }
      guard graph == other else {
        throw TraceFailure(progress: network.progress, error: .dependsOnExtent(node: "the output"))
      }
      return other
    }
    throw TraceFailure(progress: 0, error: .hasNoGraph)
  }

  /// The channels that the first convolution takes.
  private var likelyChannels: Int? {
    for node in document.nodes where node.kind == "Conv" && node.inputs.count > 1 {
      guard let kernel = document.initializers[node.inputs[1]], kernel.extents.count > 1 else {
        continue
      }
      let (product, overflow) =
        kernel.extents[1].multipliedReportingOverflow(by: node.attributes["group"]?.integer ?? 1)
      return overflow ? nil : product
    }
    return nil
  }
}
