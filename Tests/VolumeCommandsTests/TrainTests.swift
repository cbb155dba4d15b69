import EngineCore
import Glibc
import NeuralGraph
import Synchronization
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `Training from the command line` {
  /// A scan of two classes, striped, and its labels.
  static func format(labels change: (inout [UInt8]) -> Void = { _ in }) -> MemoryFormat {
    let shape = Shape3(z: 3, y: 32, x: 48)
    var labels = Region(shape).indices.map { UInt8(($0.y / 4 + $0.x / 8) % 2) }
    let grey = labels.enumerated().map { UInt8(60 + 120 * Int($1) + $0 * 7 % 30) }
    change(&labels)
    let format = MemoryFormat()
    format.add("scan.mem", MemoryVolume(shape: shape, voxels: grey))
    format.add("labels.mem", MemoryVolume(shape: shape, voxels: labels))
    format.add(
      "short.mem",
      MemoryVolume(shape: Shape3(z: 2, y: 32, x: 48), voxels: Array(labels.prefix(3072))))
    format.add(
      "float.mem",
      MemoryVolume(shape: shape, type: .float32, voxels: [UInt8](repeating: 0, count: 4 * 4608)))
    return format
  }

  static let recipe = """
    {"epochs": 2, "steps": 2, "batch": 1, "crop": [1, 16, 16],
     "network": {"filters": 2, "depth": 1}, "validation_crops": 2, "recalibration_crops": 2}
    """

  /// Keeps the models that were written, by the last part of their names.
  final class Writer: ModelWriter {
    let name = "memory"
    let endings = [".h5"]
    let models = Mutex<[String: Model]>([:])
    func write(_ model: Model, training: TrainingRecord?, to path: String) throws(Explanation) {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      models.withLock { $0[name] = model }
    }
  }

  struct Result {
    var outcome: Outcome
    var folder: TemporaryFolder
    var writer: Writer
    var pictures: MemoryPictures
  }

  static func train(
    _ words: [String], format: MemoryFormat = format(), recipe: String = recipe,
    models: [any ModelReader] = [], in folder: TemporaryFolder? = nil,
    stopSignal: @escaping @Sendable () -> Int32? = { nil }
  ) throws -> Result {
    let folder = try folder ?? TemporaryFolder()
    try writeFileAtomically(folder.file("recipe.in"), Array(recipe.utf8))
    let (writer, pictures) = (Writer(), MemoryPictures())
    let outcome = runTool(
      ["train"] + words.map { $0.replacing("FOLDER", with: folder.path) }, formats: [format],
      pictures: pictures, models: models, writers: [writer], stopSignal: stopSignal)
    return Result(outcome: outcome, folder: folder, writer: writer, pictures: pictures)
  }

  static let usual = [
    "--scan", "scan.mem", "--labels", "labels.mem", "--recipe", "FOLDER/recipe.in", "--output",
    "FOLDER/run",
  ]

  @Test func `writes models, history, curves, the strip and the whole recipe`() throws {
    let result = try Self.train(
      Self.usual + [
        "--train", "z=0:2", "--validate", "z=2:3", "--classes", "dark,bright", "--json",
      ])
    #expect(result.outcome.code == 0, "\(result.outcome.error)")
    #expect(result.outcome.json?["steps"]?.integer == 4)
    let names = try names(inFolder: result.folder.file("run"))
    #expect(
      names == [
        "checkpoint", "curves.svg", "evolution.json", "history.csv", "recipe.json", "run.json",
      ])
    let model = try #require(result.writer.models.withLock { $0["model.h5"] })
    #expect(model.card.classes.map(\.name) == ["dark", "bright"])
    #expect(model.card.normalisation == Normalisation(low: 0, high: 255, clips: false))
    #expect(model.card.greyHistogram?.reduce(0, +) == 2 * 32 * 48)
    #expect(model.card.document["training"]?["recipe"]?["batch"]?.integer == 1)
    #expect(result.writer.models.withLock { $0["last.h5"] } != nil)
    #expect(result.pictures.lastChart?.panels.count == 6)
    #expect((result.pictures.lastSheet?.panels.count ?? 0) >= 3)
    let recipe = String(
      decoding: try contents(ofFile: result.folder.file("run/recipe.json")), as: UTF8.self)
    #expect(recipe.contains("\"elastic_spacing\"") && recipe.contains("\"beta2\""))
    #expect(result.outcome.error.contains("peak about"))
  }

  @Test func `goes on where it was stopped, and ends with the same model`() throws {
    let words = Self.usual + ["--train", "z=0:2", "--validate", "z=2:3", "--threads", "1"]
    let whole = try Self.train(words)
    let asked = Atomic<Int>(0)
    let first = try Self.train(
      words,
      stopSignal: {
        // Some while after the counting of classes.
        asked.add(1, ordering: .relaxed).newValue > 3 ? SIGINT : nil
      })
    #expect(first.outcome.code == 130, "\(first.outcome.error)")
    #expect(first.outcome.error.contains("stopped after step"))
    let again = try Self.train(words, in: first.folder)
    #expect(again.outcome.code == 2 && again.outcome.error.contains("has a training already"))
    let second = try Self.train(["--continue", "FOLDER/run", "--threads", "1"], in: first.folder)
    #expect(second.outcome.code == 0, "\(second.outcome.error)")
    let expected = whole.writer.models.withLock { $0["last.h5"]?.graph }
    let found = second.writer.models.withLock { $0["last.h5"]?.graph }
    let isEqual = found == expected && found != nil
    #expect(isEqual)
  }

  /// A training whose steps change next to nothing: what it ends with is what it began with.
  static let still = """
    {"epochs": 1, "steps": 1, "batch": 1, "crop": [1, 16, 16], "optimiser": {"kind": "sgd"},
     "schedule": {"kind": "constant", "rate": 1e-12}, "validation_crops": 2,
     "recalibration_crops": 2, "network": {"layers": 3}}
    """

  @Test(arguments: ["zero", "average"])
  func `of 2.5D from a 2D model starts exactly where that was`(neighbours: String) throws {
    var options = UNetPreset.vanilla01.options
    (options.filters, options.depth, options.classes) = (2, 1, 2)
    let flat = options.graph(seed: 8)
    let result = try Self.train(
      Self.usual + [
        "--from", "flat.model", "--dimension", "2.5d", "--neighbours", neighbours,
      ], recipe: Self.still, models: [NetworkModel(graph: flat)])
    #expect(result.outcome.code == 0, "\(result.outcome.error)")
    let trained = try #require(result.writer.models.withLock { $0["last.h5"]?.graph })
    #expect(trained.layersAsChannels == 3)
    func run(_ graph: Graph, _ values: [Float], _ layers: Int) -> [Float] {
      let shape = Shape3(z: layers, y: 8, x: 8)
      return ReferenceDevice().run(
        graph, FeatureMap(shape: shape, channels: 1, values: values)
      ).values
    }
    let layers = (0..<192).map { Float($0 * 7919 % 101) / 101 }
    let middle = Array(layers[64..<128])
    let expected = run(flat, middle, 1)
    // Neighbours that count nothing may be anything; shares of equal layers add up to one.
    let found = run(trained, neighbours == "zero" ? layers : middle + middle + middle, 3)
    let largest = zip(found, expected).map { abs($0 - $1) }.max() ?? 1
    #expect(largest < (neighbours == "zero" ? 1e-6 : 1e-5))
  }

  @Test func `refuses a model of another dimension`() throws {
    var options = UNetOptions()
    (options.filters, options.depth, options.classes, options.dimension) = (2, 1, 2, .volume)
    let model = NetworkModel(graph: options.graph(seed: 8))
    for (dimension, says) in [("2.5d", "cannot become a 2.5D network"), ("2d", "is no 2d network")]
    {
      let result = try Self.train(
        Self.usual + ["--from", "deep.model", "--dimension", dimension], models: [model])
      #expect(result.outcome.code == 2)
      #expect(result.outcome.error.contains(says), "\(result.outcome.error)")
    }
  }

  @Test func `refuses to go on with a scan that has changed`() throws {
    let folder = try TemporaryFolder()
    _ = try Self.train(Self.usual, in: folder)
    // The same name, other voxels: what tells them apart in memory is their extent.
    let other = MemoryFormat()
    let shape = Shape3(z: 4, y: 32, x: 48)
    let labels = Region(shape).indices.map { UInt8($0.y / 4 % 2) }
    other.add("scan.mem", MemoryVolume(shape: shape, voxels: labels))
    other.add("labels.mem", MemoryVolume(shape: shape, voxels: labels))
    let second = try Self.train(["--continue", "FOLDER/run"], format: other, in: folder)
    #expect(second.outcome.code == 2)
    #expect(second.outcome.error.contains("belongs to another training"))
  }

  @Test func `makes a curve over numbers of layers, with and without augmentation`() throws {
    let result = try Self.train(
      ["curve"] + Self.usual + [
        "--validate", "z=2:3", "--train", "z=0:2", "--counts", "1,2", "--no-augmentation", "--json",
      ])
    #expect(result.outcome.code == 0, "\(result.outcome.error)")
    let points = result.outcome.json?["points"]?.array ?? []
    #expect(points.map { $0["layers"]?.integer } == [1, 1, 2, 2])
    #expect(points.map { $0["augmentation"]?.bool } == [true, false, true, false])
    #expect(points.allSatisfy { $0["best"]?["validation_jaccard"]?.array?.count == 2 })
    #expect(result.pictures.lastChart?.panels.first?.series.count == 2)
    let csv = String(
      decoding: try contents(ofFile: result.folder.file("run/curve.csv")), as: UTF8.self)
    #expect(csv.split(separator: "\n").count == 5)
    let none = try Self.train(["curve"] + Self.usual + ["--validate", "z=2:3", "--counts", "3"])
    #expect(none.outcome.code == 2 && none.outcome.error.contains("2 annotated layers"))
  }

  static let wrong: [(words: [String], says: String)] = [
    (["--labels", "labels.mem"], "--scan is needed"),
    (["--scan", "scan.mem"], "there are 1 scans and 0 labels"),
    (["--scan", "scan.mem", "--labels", "short.mem"], "2 layers of 32 rows x 48 columns"),
    (["--scan", "scan.mem", "--labels", "float.mem"], "are float32, as no labels are"),
    (
      ["--scan", "scan.mem", "--labels", "labels.mem", "--layers", "1,3"],
      "scan.mem has layers 0 to 2"
    ),
    (
      usual + ["--train", "z=0:2", "--validate", "z=1:3"], "share 1:2,0:32,0:48"
    ),
    (usual + ["--train", "z=0:9"], "reaches outside scan.mem"),
    (usual + ["--train", "q=0:9"], "'q=0:9' is no axis"),
    (usual + ["--train", "z=0:1,scan=2"], "scan=2: there is 1 scan"),
    (usual + ["--classes", "a,b,c"], "class 2 (c) never occurs"),
    (usual + ["--preset", "plian"], "did you mean 'plain'?"),
    (usual + ["--crop", "17"], "do not fit the network"),
    (usual + ["--memory", "1M"], "are allowed"),
    (usual + ["--from", "nothing.h5"], "no such model"),
    (["--continue", "FOLDER/none"], "is no folder of a training"),
  ]

  @Test(arguments: wrong)
  func `says what is wrong, and writes nothing`(words: [String], says: String) throws {
    let result = try Self.train(words)
    #expect(result.outcome.code == 2)
    #expect(result.outcome.error.contains(says), "\(result.outcome.error)")
    #expect(kind(ofPath: result.folder.file("run")) == .missing)
  }

  @Test func `names a recipe's misspelt key with the nearest right one`() throws {
    let result = try Self.train(Self.usual, recipe: "{\"augmentation\": {\"rotatoin\": 9}}")
    #expect(result.outcome.code == 2)
    #expect(result.outcome.error.contains("no 'rotatoin' in 'augmentation'"))
    #expect(result.outcome.error.contains("did you mean 'rotation'?"))
  }

  @Test func `names the label that is no class, with its place`() throws {
    let format = Self.format { $0[1600] = 7 }
    let result = try Self.train(Self.usual + ["--classes", "a,b"], format: format)
    #expect(result.outcome.code == 2)
    #expect(result.outcome.error.contains("are 7 at (1, 1, 16), and the classes are 0, 1"))
  }
}
