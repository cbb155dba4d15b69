import EngineCore
import NeuralGraph
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

/// Reads one network, whatever the name.
struct NetworkModel: ModelReader {
  let name = "network"
  var graph: Graph

  func recognises(_ path: String) -> Bool { path.hasSuffix(".model") }

  func read(_ path: String) throws(Explanation) -> Model {
    let card = ModelCard(
      name: "network", classes: LabelClass.unnamed(count: graph.classCount), normalisation: nil,
      voxelType: .uint8, greyHistogram: nil, document: ["data": "kept"])
    return Model(
      graph: graph, card: card, hasCard: true, path: path, hash: "7", format: "memory")
  }
}

@Suite struct `Feature maps` {
  static let shape = Shape3(z: 12, y: 40, x: 56)

  static func network(_ change: (inout UNetOptions) -> Void = { _ in }) -> Graph {
    var options = UNetPreset.paper.options
    (options.filters, options.depth) = (2, 2)
    change(&options)
    return options.graph(seed: 3)
  }

  struct Result {
    var outcome: Outcome
    var pictures: MemoryPictures
    var scan: MemoryVolume
  }

  static func run(_ words: [String], _ graph: Graph = network()) throws -> Result {
    let scan = MemoryVolume(
      shape: shape, voxels: (0..<shape.voxelCount).map { UInt8(truncatingIfNeeded: $0 * 7919 / 31) }
    )
    let format = MemoryFormat()
    format.add("scan.mem", scan)
    let pictures = MemoryPictures()
    let folder = try TemporaryFolder()
    let outcome = runTool(
      ["model", "features", "scan.mem", "--model", "a.model", "--output", folder.file("f.png")]
        + words,
      formats: [format], pictures: pictures, models: [NetworkModel(graph: graph)])
    return Result(outcome: outcome, pictures: pictures, scan: scan)
  }

  /// The value of `layer` for `box`, computed by the network as far as that and no tool.
  static func expected(_ graph: Graph, _ layer: String, _ box: Region, _ scan: MemoryVolume) throws
    -> FeatureMap
  {
    let graph = try graph.forGreyScans()
    let last = try #require(graph.nodes.firstIndex { $0.name == layer })
    let bytes = try scan.bytes(of: box)
    let input = FeatureMap(
      shape: box.shape, channels: 1, values: bytes.map { Float($0) * (1 / Float(255)) })
    return ReferenceDevice().run(
      Graph(nodes: Array(graph.nodes[...last]), output: last), input)
  }

  static let cases:
    [(change: @Sendable (inout UNetOptions) -> Void, layer: String, node: String, box: Region)] = [
      // 20 rows around row 20, and columns moved in from the scan's edge.
      (
        { _ in }, "enc-block-1", "enc-block-1-conv2-dropout",
        Region(z: 5..<6, y: 10..<30, x: 36..<56)
      ),
      (
        { _ in }, "dec-block-0-concatenate", "dec-block-0-concatenate",
        Region(z: 5..<6, y: 10..<30, x: 36..<56)
      ),
      (
        { $0.dimension = .layersAsChannels(3) }, "enc-block-0-conv1", "enc-block-0-conv1",
        Region(z: 4..<7, y: 10..<30, x: 36..<56)
      ),
      (
        { $0.dimension = .volume }, "enc-block-2", "enc-block-2-conv2-dropout",
        Region(z: 0..<12, y: 10..<30, x: 36..<56)
      ),
    ]

  @Test(arguments: cases.indices)
  func `are those of the layer in the crop, channel by channel`(number: Int) throws {
    let (change, layer, node, box) = Self.cases[number]
    let graph = Self.network(change)
    let result = try Self.run(
      ["--layer", layer, "--at", "5,20,50", "--crop", "20x18x20", "--json"], graph)
    #expect(result.outcome.code == 0, "\(result.outcome.error)")
    let json = try #require(result.outcome.json)
    #expect(json["layer"]?.string == node)
    #expect(json["box"]?.string == box.description)
    let map = try Self.expected(graph, node, box, result.scan)
    let panels = try #require(result.pictures.lastSheet).panels
    #expect(panels.count == map.channels + 1)
    #expect(panels[0].picture.width == 20 && panels[0].caption.first == "scan")
    for channel in 0..<map.channels {
      let values = (0..<(map.shape.y * map.shape.x)).map {
        map[map.shape.z / 2, $0 / map.shape.x, $0 % map.shape.x, channel]
      }
      let picture = panels[channel + 1].picture
      let isSame = picture.grey == values && picture.width == map.shape.x
      #expect(isSame)
      #expect(panels[channel + 1].caption.first == "channel \(channel)")
    }
  }

  @Test func `read the crop and no more`() throws {
    let result = try Self.run(["--layer", "enc-block-0", "--at", "5,20,20", "--crop", "16"])
    #expect(result.outcome.code == 0, "\(result.outcome.error)")
    // Single rows are looked at for the scan's range of grey values.
    let boxes = result.scan.reads.filter { $0.shape.y > 1 }
    #expect(boxes == [Region(z: 5..<6, y: 12..<28, x: 12..<28)])
  }

  static let wrong: [(words: [String], says: String)] = [
    (["--layer", "enc-blok-1", "--at", "1,2,3"], "did you mean 'enc-block-1'?"),
    (["--layer", "enc-block-1-covn1", "--at", "1,2,3"], "did you mean 'enc-block-1-conv1'?"),
    (["--layer", "enc-block-1", "--at", "12,2,3"], "lies outside the scan, which has 12 layers"),
    (["--layer", "enc-block-1", "--at", "1,2"], "this is no voxel"),
    (["--layer", "enc-block-1"], "--at is needed"),
    (["--at", "1,2,3"], "--layer is needed"),
    (["--layer", "enc-block-1", "--at", "1,2,3", "--memory", "1M"], "are allowed"),
  ]

  @Test(arguments: wrong)
  func `say what is wrong with what was asked for`(words: [String], says: String) throws {
    let result = try Self.run(words)
    #expect(result.outcome.code == 2)
    #expect(result.outcome.error.contains(says), "\(result.outcome.error)")
    #expect(result.pictures.lastSheet == nil)
  }
}

@Suite struct `A model adapted to a scan` {
  static func run(
    _ graph: Graph, _ words: [String] = [], output: String = "a.h5"
  ) throws -> (outcome: Outcome, model: Model?, scan: MemoryVolume) {
    let shape = Shape3(z: 3, y: 40, x: 56)
    let scan = MemoryVolume(
      shape: shape, voxels: (0..<shape.voxelCount).map { UInt8($0 * 7919 / 31 % 200) })
    let format = MemoryFormat()
    format.add("sister.mem", scan)
    let writer = `Training from the command line`.Writer()
    let folder = try TemporaryFolder()
    let outcome = runTool(
      ["model", "adapt", "a.model", "sister.mem", "--output", folder.file(output)] + words,
      formats: [format], models: [NetworkModel(graph: graph)], writers: [writer])
    return (outcome, writer.models.withLock { $0[output] }, scan)
  }

  static let network = {
    var options = UNetOptions()
    (options.filters, options.depth) = (2, 1)
    return options.graph(seed: 2)
  }()

  @Test func `has its weights, other statistics, and says so`() throws {
    let (outcome, written, scan) = try Self.run(Self.network, ["--crops", "8", "--json"])
    #expect(outcome.code == 0, "\(outcome.error)")
    let model = try #require(written)
    let changed = zip(model.graph.nodes, Self.network.nodes).filter { $0 != $1 }
    #expect(!changed.isEmpty && changed.allSatisfy { $0.0.name.hasSuffix("-bn") })
    let note = model.card.document["adapted"]
    #expect(note?["to"]?.string == "sister.mem")
    #expect(note?["voxels"]?.integer == outcome.json?["voxels"]?.integer)
    #expect(note?["from_hash"]?.string == "7")
    #expect(model.card.document["data"]?.string == "kept")
    // The crop is as large as the scan allows, in whole strides; never more is read at a time.
    #expect(outcome.error.contains("8 crops of 1x40x56"))
    #expect(scan.reads.allSatisfy { $0.voxelCount <= 40 * 56 })
  }

  @Test func `must have statistics, and a name that says what it is`() throws {
    var options = UNetOptions()
    (options.filters, options.depth, options.norm) = (2, 1, .none)
    let none = try Self.run(options.graph(seed: 2))
    #expect(none.outcome.code == 2)
    #expect(none.outcome.error.contains("has no batch normalisation"))
    #expect(none.outcome.error.contains("--from"))
    let name = try Self.run(Self.network, output: "a.txt")
    #expect(name.outcome.code == 2 && name.outcome.error.contains("no kind of model"))
    let memory = try Self.run(Self.network, ["--memory", "1M"])
    #expect(memory.outcome.code == 2 && memory.outcome.error.contains("are allowed"))
  }
}
