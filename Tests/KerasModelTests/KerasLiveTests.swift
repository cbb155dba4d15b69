import EngineCore
import Glibc
import KerasModel
import NeuralGraph
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

/// Every network that has a name, small, and the ablations; for a live Keras to compute.
/// Tools/check.d/interop_keras.py says where.
enum NamedNetworks {
  static let all: [(name: String, options: UNetOptions)] = {
    var all: [(name: String, options: UNetOptions)] = []
    func add(_ name: String, _ options: UNetOptions) {
      var options = options
      options.filters = 2
      // Volumes, and what a network without padding needs to see, would grow too large for the
      // reference: there, two levels show all that more would.
      if options.dimension == .volume || options.edge == .valid {
        options.depth = min(options.depth, 2)
      }
      all.append((name, options))
    }
    for preset in UNetPreset.allCases { add(preset.rawValue, preset.options) }
    for ablation in UNetAblation.allCases where ablation.changesNetwork {
      add("paper-\(ablation.rawValue)", ablation.applied(to: UNetPreset.paper.options))
    }
    for (word, dimension) in [
      ("2.5d", UNetOptions.Dimension.layersAsChannels(5)), ("3d", .volume),
      ("encoder", .sharedEncoder(3)),
    ] {
      var options = UNetPreset.paper.options
      options.dimension = dimension
      add("paper-\(word)", options)
      options.separable = true
      options.norm = .layerOverSpace
      add("paper-\(word)-separable-instance-norm", options)
    }
    return all
  }()

  /// The extent of an input: a multiple of the stride, or what a network without padding takes.
  static func input(_ graph: Graph) -> Shape3 {
    let side = [16, 20, 24, 28, 32, 36, 40, 44, 48].first { side in
      (try? graph.shapes(forInput: shape(graph, side))) != nil
    }
    return shape(graph, side ?? 16)
  }

  private static func shape(_ graph: Graph, _ side: Int) -> Shape3 {
    // Longer along x, so that a swapped axis shows.
    Shape3(
      z: graph.isPlanar ? 1 + 2 * graph.layerMargin : side, y: side,
      x: side + graph.totalStride.x)
  }
}

private func folder(_ variable: String) -> String? {
  unsafe getenv(variable).map { unsafe String(cString: $0) }
}

private func bytes(_ values: [Float]) -> [UInt8] {
  values.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 0xFF) } }
}

@Suite struct `Keras itself` {
  /// Writes each network as both kinds of file, with an input and what the reference makes of it; and
  /// one with an optimiser.
  @Test(.enabled(if: folder("T2S_KERAS_WRITTEN") != nil))
  func `is given networks`() throws {
    let place = try #require(folder("T2S_KERAS_WRITTEN"))
    var list: [JSONValue] = []
    for (name, options) in NamedNetworks.all {
      let graph = try options.checkedGraph(seed: 11)
      let shape = NamedNetworks.input(graph)
      var random = SeededRandom(seed: 12)
      let values = (0..<(shape.voxelCount * graph.inputChannels)).map { _ in
        Float.random(in: 0..<1, using: &random)
      }
      let input = FeatureMap(shape: shape, channels: graph.inputChannels, values: values)
      let output = ReferenceDevice().run(graph, input)
      try writeFileAtomically("\(place)/\(name).input.bin", bytes(values))
      try writeFileAtomically("\(place)/\(name).output.bin", bytes(output.values))
      let model = WrittenNetwork.model(graph)
      let record =
        name == "paper" || name == "paper-3d"
        ? `Training that goes on from a Keras file`.record(.adam, graph) : nil
      for ending in ["h5", "keras"] {
        try KerasModelWriter().save(model, training: record, to: "\(place)/\(name).\(ending)")
      }
      func list3(_ shape: Shape3) -> JSONValue {
        [.integer(shape.z), .integer(shape.y), .integer(shape.x)]
      }
      list.append([
        "name": .string(name), "input": list3(shape), "channels": .integer(graph.inputChannels),
        "output": list3(output.shape), "classes": .integer(output.channels),
        "parameters": .integer(graph.parameterCount.total),
        "volumetric": .bool(!graph.isPlanar), "steps": record.map { .integer($0.state.steps) } ?? 0,
        "sum": .number(
          Double(record?.state.arrays["moment2/enc-block-0-conv1/kernel"]?.reduce(0, +) ?? 0)),
      ])
    }
    try writeFileAtomically(
      "\(place)/networks.json", Array(JSONValue.array(list).text().utf8))
  }

  /// Reads what Keras wrote when it had loaded those.
  @Test(.enabled(if: folder("T2S_KERAS_REWRITTEN") != nil))
  func `writes networks that compute the same`() throws {
    let place = try #require(folder("T2S_KERAS_REWRITTEN"))
    let source = try #require(folder("T2S_KERAS_WRITTEN_BEFORE"))
    let files = try names(inFolder: place).filter { $0.hasSuffix("h5") || $0.hasSuffix(".keras") }
    #expect(!files.isEmpty)
    for file in files {
      let name = String(file.split(separator: "@")[0])
      let options = try #require(NamedNetworks.all.first { $0.name == name }).options
      let shape = NamedNetworks.input(try options.checkedGraph(seed: nil))
      let graph = try KerasModelReader().load("\(place)/\(file)").graph
      let input = FeatureMap(
        shape: shape, channels: graph.inputChannels,
        values: try floats("\(source)/\(name).input.bin"))
      let scores = ReferenceDevice().run(graph, input)
      let expected = try floats("\(source)/\(name).output.bin")
      #expect(scores.values.count == expected.count)
      let largest = zip(scores.values, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(largest < 1e-4, "\(file)")
    }
  }

  private func floats(_ path: String) throws -> [Float] {
    let bytes = try contents(ofFile: path)
    return stride(from: 0, to: bytes.count, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) })
    }
  }
}
