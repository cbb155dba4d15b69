import Glibc
import NeuralGraph
import Synchronization
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `An ablation` {
  typealias Training = `Training from the command line`

  static let words =
    ["ablate"] + Training.usual + [
      "--train", "z=0:2", "--validate", "z=2:3", "--classes", "dark,bright", "--threads", "1",
    ]

  /// The modular network, as small as it goes.
  static let recipe = """
    {"epochs": 2, "steps": 2, "batch": 1, "crop": [1, 16, 16],
     "network": {"preset": "paper", "filters": 2, "depth": 2}, "validation_crops": 2,
     "recalibration_crops": 2}
    """

  static func run(
    _ more: [String], recipe: String = recipe, in folder: TemporaryFolder? = nil,
    stopSignal: @escaping @Sendable () -> Int32? = { nil }
  ) throws -> Training.Result {
    try Training.train(words + more, recipe: recipe, in: folder, stopSignal: stopSignal)
  }

  static func networks(_ result: Training.Result) -> [JSONValue] {
    result.outcome.json?["networks"]?.array ?? []
  }

  /// How many runs were taken as they were.
  static func taken(_ result: Training.Result) -> Int {
    result.outcome.error.split(separator: "\n").filter { $0.hasSuffix("trained already") }.count
  }

  @Test func `compares the network with each change to it`() throws {
    let result = try Self.run(["--only", "sepconv,depth2,no_data_augm", "--json"])
    #expect(result.outcome.code == 0, "\(result.outcome.error)")
    let networks = Self.networks(result)
    #expect(
      networks.map { $0["name"]?.string }
        == ["reference", "sepconv", "depth2", "no_data_augm"])
    var options = UNetPreset.paper.options
    (options.filters, options.depth, options.classes) = (2, 2, 2)
    let expected: [UNetOptions] = [
      options, UNetAblation.separable.applied(to: options),
      UNetAblation.shallower.applied(to: options), options,
    ]
    for (network, options) in zip(networks, expected) {
      let graph = options.graph(seed: nil)
      #expect(network["parameters"]?.integer == graph.parameterCount.total)
      #expect(network["trainable"]?.integer == graph.parameterCount.trainable)
      #expect(network["operations_per_voxel"]?.number == graph.operationsPerVoxel)
      #expect(network["jaccard"]?.object?.keys.sorted() == ["bright", "dark"])
    }
    let csv = String(
      decoding: try contents(ofFile: result.folder.file("run/ablation.csv")), as: UTF8.self)
    #expect(csv.split(separator: "\n").count == 5)
    #expect(csv.hasPrefix("network,parameters,trainable,bytes,flop_per_voxel,epochs,best_epoch,"))
    let markdown = String(
      decoding: try contents(ofFile: result.folder.file("run/ablation.md")), as: UTF8.self)
    #expect(markdown.contains("| sepconv |") && markdown.contains("depthwise-separable"))
    let chart = try #require(result.pictures.lastChart)
    #expect(chart.panels.count == 2)
    #expect(chart.panels.allSatisfy { $0.series.count == 4 })
    #expect(chart.panels[0].series.allSatisfy { $0.isScattered })
    // Each run says itself what it is, and is varied or not.
    func recipe(_ name: String) throws -> JSONValue {
      let bytes = try contents(ofFile: result.folder.file("run/\(name)/recipe.json"))
      return try #require(JSONValue(parsing: bytes))
    }
    #expect(try recipe("sepconv")["network"]?["ablation"]?.string == "sepconv")
    #expect(try recipe("reference")["augmentation"]?["orientations"]?.bool == true)
    #expect(try recipe("no_data_augm")["augmentation"]?["orientations"]?.bool == false)
  }

  @Test func `takes all changes that change anything`() throws {
    // The plain network has no second path, no dropout and no noise to leave out.
    let recipe = """
      {"epochs": 1, "steps": 1, "batch": 1, "crop": [1, 16, 16],
       "network": {"filters": 1, "depth": 1}, "validation_crops": 1, "recalibration_crops": 1}
      """
    let result = try Self.run(["--json"], recipe: recipe)
    #expect(result.outcome.code == 0, "\(result.outcome.error)")
    #expect(
      Self.networks(result).map { $0["name"]?.string } == [
        "reference", "sepconv", "rigid_updown", "depth2", "no_batchnorm", "no_data_augm", "depth4",
        "layernorm",
      ])
  }

  @Test func `goes on with the same command, and trains nothing twice`() throws {
    let words = ["--only", "sepconv,depth2", "--json"]
    let whole = try Self.run(words)
    let expected = whole.writer.models.withLock { $0["last.h5"]?.graph }
    let asked = Atomic<Int>(0)
    // Some while into the second of the three.
    let first = try Self.run(
      words, stopSignal: { asked.add(1, ordering: .relaxed).newValue > 11 ? SIGINT : nil })
    #expect(first.outcome.code == 130, "\(first.outcome.error)")
    #expect(first.outcome.error.contains("the same command again goes on from here"))
    #expect(kind(ofPath: first.folder.file("run/sepconv/run.json")) != .missing)
    #expect(kind(ofPath: first.folder.file("run/depth2")) == .missing)
    let second = try Self.run(words, in: first.folder)
    #expect(second.outcome.code == 0, "\(second.outcome.error)")
    #expect(second.outcome.error.contains("trained already"))
    let found = second.writer.models.withLock { $0["last.h5"]?.graph }
    let isSame = found == expected && found != nil
    #expect(isSame)
    func scores(_ result: Training.Result) -> [Double?] {
      Self.networks(result).map { $0["mean_jaccard"]?.number }
    }
    #expect(scores(second) == scores(whole))
    // Once more: all is there, and nothing is written again.
    let third = try Self.run(words, in: first.folder)
    #expect(third.writer.models.withLock { $0.isEmpty })
    #expect(scores(third) == scores(whole))
    // Other changes may be asked for: what is there is taken.
    let wider = try Self.run(["--only", "no_sigma,sepconv", "--json"], in: first.folder)
    #expect(wider.outcome.code == 0, "\(wider.outcome.error)")
    #expect(Self.taken(wider) == 2)
    #expect(
      Self.networks(wider).map { $0["name"]?.string } == ["reference", "no_sigma", "sepconv"])
  }

  @Test func `refuses to mix with trainings of another plan`() throws {
    let folder = try TemporaryFolder()
    let begun = try Self.run(["--only", "sepconv"], in: folder)
    #expect(begun.outcome.code == 0)
    // What is said as the result is the table, and where it is.
    let said = begun.outcome.output.split(separator: "\n")
    #expect(said.count == 4 && said[0].contains("kFLOP/voxel") && said[2].contains("sepconv"))
    let other = try Self.run(["--only", "sepconv", "--epochs", "1"], in: folder)
    #expect(other.outcome.code == 2)
    #expect(other.outcome.error.contains("'recipe.epochs' was 2 and is 1"))
    let fresh = try Self.run(
      ["--only", "sepconv", "--epochs", "1", "--overwrite", "--json"], in: folder)
    #expect(fresh.outcome.code == 0, "\(fresh.outcome.error)")
    #expect(Self.networks(fresh).allSatisfy { $0["epochs"]?.integer == 1 })
    let curve = try Training.train(
      ["curve"] + Training.usual + ["--validate", "z=2:3", "--counts", "1"],
      recipe: Self.recipe, in: folder)
    #expect(curve.outcome.code == 2 && curve.outcome.error.contains("of another plan"))
  }

  @Test func `replaces no training that is not its own`() throws {
    let folder = try TemporaryFolder()
    _ = try Self.run(["--only", "sepconv"], in: folder)
    // As a training that somebody put there.
    try removeFile(folder.file("run/plan.json"))
    let before = try contents(ofFile: folder.file("run/sepconv/history.csv"))
    let other = try Self.run(["--only", "sepconv", "--seed", "5"], in: folder)
    #expect(other.outcome.code == 2)
    #expect(other.outcome.error.contains("a training by itself"), "\(other.outcome.error)")
    #expect(try contents(ofFile: folder.file("run/sepconv/history.csv")) == before)
    #expect(kind(ofPath: folder.file("run/plan.json")) == .missing)
  }

  @Test func `of a curve, too: runs that are finished are taken`() throws {
    let folder = try TemporaryFolder()
    let words =
      ["curve"] + Training.usual + ["--validate", "z=2:3", "--train", "z=0:2", "--no-augmentation"]
    let first = try Training.train(words + ["--counts", "1"], in: folder)
    #expect(first.outcome.code == 0, "\(first.outcome.error)")
    let second = try Training.train(words + ["--counts", "1,2"], in: folder)
    #expect(second.outcome.code == 0, "\(second.outcome.error)")
    #expect(Self.taken(second) == 2)
    // One of them can be gone on with by itself, with the layers that it was begun with.
    let one = try Training.train(["--continue", "FOLDER/run/1", "--threads", "1"], in: folder)
    #expect(one.outcome.code == 0, "\(one.outcome.error)")
  }

  static let wrong: [(words: [String], says: String)] = [
    (["--only", "sepcon"], "did you mean 'sepconv'?"),
    (["--only", "depth2,depth2"], "names depth2 twice"),
    (["--from", "a.h5"], "other networks do not take a model's weights"),
    (["--continue", "FOLDER/run"], "cannot be changed in a run"),
  ]

  @Test(arguments: wrong)
  func `says what is wrong before anything is trained`(words: [String], says: String) throws {
    let result = try Self.run(words)
    #expect(result.outcome.code == 2)
    #expect(result.outcome.error.contains(says), "\(result.outcome.error)")
    #expect(kind(ofPath: result.folder.file("run")) == .missing)
  }

  @Test func `needs a part to compare on, and a change that changes something`() throws {
    let none = try Training.train(["ablate"] + Training.usual)
    #expect(none.outcome.code == 2 && none.outcome.error.contains("give --validate"))
    let plain = try Training.train(
      ["ablate"] + Training.usual + ["--validate", "z=2:3", "--only", "no_residual"])
    #expect(plain.outcome.code == 2)
    #expect(plain.outcome.error.contains("plain is so already, or cannot be"))
    let word = try Training.train(["ablat"] + Training.usual)
    #expect(word.outcome.code == 2 && word.outcome.error.contains("did you mean 'train ablate'?"))
  }
}
