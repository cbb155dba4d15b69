import EngineCore
import NeuralGraph
import Synchronization
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

/// Keeps what it is given, and notes it in a file of that name.
private final class MemoryModels: ModelWriter, ModelReader {
  let name = "memory"
  let endings = [".net"]
  private let models = Mutex<[String: Model]>([:])
  private let records = Mutex<[String: TrainingRecord]>([:])

  func recognises(_ path: String) -> Bool { path.hasSuffix(".net") }

  func read(_ path: String) throws(Explanation) -> Model {
    guard var model = models.withLock({ $0[path] }) else {
      throw Explanation(.input, "\(path): there is no such model", remedy: "make one")
    }
    (model.path, model.format) = (path, "memory")
    return model
  }

  func readTraining(_ path: String) throws(Explanation) -> TrainingRecord? {
    records.withLock { $0[path] }
  }

  func write(
    _ model: Model, training: TrainingRecord?, to path: String
  ) throws(Explanation) {
    models.withLock { $0[path] = model }
    records.withLock { $0[path] = training }
    do throws(SystemError) { try writeFileAtomically(path, []) } catch { throw error.explanation }
  }

  func put(_ record: TrainingRecord, _ path: String) { records.withLock { $0[path] = record } }
}

@Suite struct `The command for models` {
  private let files = MemoryModels()

  private func run(_ words: [String]) -> (code: Int32, json: JSONValue, error: String) {
    let outcome = runTool(
      ["model"] + words + ["--json"], models: [files], writers: [files])
    return (outcome.code, JSONValue(parsing: outcome.output) ?? .null, outcome.error)
  }

  @Test func `makes the network that was described`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("m.net")
    let made = run([
      "new", "--preset", "paper", "--filters", "2", "--dimension", "2.5d", "--layers", "3",
      "--depth", "2", "--classes", "2", "--class-names", "a,b", "--dropout", "0", "--output", path,
    ])
    #expect(made.code == 0, "\(made.error)")
    let model = try files.read(path)
    #expect(model.graph.inputChannels == 3 && model.graph.classCount == 2)
    #expect(model.card.classes.map(\.name) == ["a", "b"] && model.card.name == "m")
    #expect(made.json["weights"]?.string == model.graph.fingerprint)
    var options = UNetPreset.paper.options
    (options.filters, options.depth, options.dimension) = (2, 2, .layersAsChannels(3))
    (options.classes, options.dropout) = (2, 0)
    #expect(model.graph == options.graph(seed: 1))
  }

  /// The slides' figures for 16 filters and depth 4: weights, and two moments of each that is trained.
  @Test(arguments: [("2d", 160_102_948), ("3d", 479_834_788)])
  func `says what a network takes on disk`(dimension: String, bytes: Int) {
    let shown = run(["show", "--preset", "vanilla03", "--dimension", dimension])
    #expect(shown.json["weight_bytes_with_optimiser"]?.integer == bytes)
    #expect((Double(bytes) / 1_048_576 * 10).rounded() / 10 == (dimension == "2d" ? 152.7 : 457.6))
  }

  @Test func `draws a network as an SVG`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("d.svg")
    let shown = run(["show", "--preset", "IIenc", "--filters", "1", "--diagram", path])
    #expect(shown.code == 0, "\(shown.error)")
    let text = String(decoding: try contents(ofFile: path), as: UTF8.self)
    #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
    #expect(text.contains("enc-block-0-conv1: convolution 3x3, 1 channels"))
  }

  @Test func `converts with what the optimiser remembers, or without`() throws {
    let folder = try TemporaryFolder()
    let (first, second) = (folder.file("a.net"), folder.file("b.net"))
    #expect(run(["new", "--filters", "1", "--depth", "1", "--output", first]).code == 0)
    let state = TrainingState(steps: 5, arrays: [:])
    files.put(TrainingRecord(optimiser: OptimiserOptions(), state: state), first)
    #expect(run(["convert", first, "--output", second]).json["steps"] == 5)
    #expect(try files.readTraining(second)?.state == state)
    #expect(run(["convert", first, "--output", second]).code == 2)
    let bare = run(["convert", first, "--output", second, "--weights-only", "--overwrite"])
    #expect(bare.json["steps"] == .null)
    #expect(try files.readTraining(second) == nil)
    #expect(run(["compare", first, second]).json["same"] == true)
  }

  @Test func `gives a model's card what is to be said of it`() throws {
    let folder = try TemporaryFolder()
    let (first, second, card) = (folder.file("a.net"), folder.file("b.net"), folder.file("c.json"))
    _ = run(["new", "--filters", "1", "--depth", "1", "--classes", "2", "--output", first])
    try writeFileAtomically(card, Array(#"{"licence": "CC BY 4.0", "name": "mine"}"#.utf8))
    #expect(run(["convert", first, "--card", card, "--output", second]).code == 0)
    let model = try files.read(second)
    #expect(model.card.name == "mine" && model.card.document["licence"] == "CC BY 4.0")
    #expect(model.card.classes.count == 2)
    for (text, words) in [
      ("[]", "no JSON object"), (#"{"classes": [{"value": 0, "name": "a"}]}"#, "names 1 classes"),
    ] {
      try writeFileAtomically(card, Array(text.utf8))
      let outcome = run(["convert", first, "--card", card, "--output", second, "--overwrite"])
      #expect(outcome.code == 2 && outcome.error.contains(words), "\(outcome.error)")
    }
    #expect(try files.read(second).card.name == "mine")
  }

  @Test func `compares layer by layer`() throws {
    let folder = try TemporaryFolder()
    let (first, second) = (folder.file("a.net"), folder.file("b.net"))
    _ = run(["new", "--filters", "1", "--depth", "1", "--output", first])
    var model = try files.read(first)
    guard case .convolution(var layer) = model.graph.nodes[1].operation else { return }
    layer.weights[0] += 0.5
    model.graph.nodes[1].operation = .convolution(layer)
    try files.write(model, training: nil, to: second)
    let one = run(["compare", first, second]).json
    #expect(one["same"] == false && one["changed_layers"]?.array?.count == 1)
    #expect(
      one["changed_layers"]?.array?[0]["name"]?.string == model.graph.nodes[1].name)
    _ = run(["new", "--filters", "2", "--depth", "1", "--output", second, "--overwrite"])
    let other = run(["compare", first, second]).json
    #expect((other["other_layers"]?.array?.count ?? 0) > 5)
  }

  @Test(
    arguments: [
      (["new", "--preset", "papr", "--output", "x.net"], "did you mean 'paper'"),
      (["nwe"], "did you mean 'model new'"), ([], "features, adapt or calibrate"),
      (["new", "--preset", "plain"], "--output"),
      (["new", "--output", "x.onx"], ".net"),
      (["new", "--dimension", "2.5d", "--layers", "4", "--output", "x.net"], "no middle"),
      (["new", "--layers", "5", "--output", "x.net"], "only 2.5D"),
      (["new", "--padding", "valid", "--down", "learned", "--output", "x.net"], "valid"),
      (["new", "--classes", "3", "--class-names", "a,b", "--output", "x.net"], "2 names"),
      (["show", "missing.net"], "no such model"), (["compare", "a.net"], "MODEL"),
    ] as [([String], String)])
  func `says what is wrong, and what was meant`(words: [String], expected: String) {
    let outcome = run(words)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains(expected), "\(outcome.error)")
  }
}
