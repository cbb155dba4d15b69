import EngineCore
import NeuralGraph
import SystemIO
import Training
import VolumeCore

/// A training from its options to its report.
struct TrainSession {
  private let choices: TrainChoices
  private let context: CommandContext
  /// Whether the recipe is that of a run, in which every option is already.
  private let recipeAsItIs: Bool
  private let checkpoint: Checkpoint?

  init(
    _ choices: TrainChoices, _ context: CommandContext, recipeAsItIs: Bool,
    _ checkpoint: Checkpoint?
  ) {
    self.choices = choices
    self.context = context
    self.recipeAsItIs = recipeAsItIs
    self.checkpoint = checkpoint
  }

  /// Trains; `arguments` are kept in the folder, so that the run can be gone on with.
  func run(_ arguments: Arguments) throws(Explanation) -> [String: JSONValue] {
    let folder = choices.output
    let checkpointPath = folder + "/" + RunFolder.checkpointName
    if isFile(checkpointPath), !recipeAsItIs, !choices.overwrites {
      throw Explanation(
        .input, "\(folder) has a training already",
        remedy:
          "go on with it: t2s-volume train --continue \(folder); or give --overwrite, or another "
          + "--output")
    }
    try checkApart(folder, from: choices.scans + choices.labels)
    var recipe = try recipe()
    let model: Model?
    if let path = choices.from { model = try context.catalogue.model(path) } else { model = nil }
    let inputs = try TrainingInputs(choices, recipe, from: model, context)
    let classes = inputs.classes.classes
    let network: TrainedNetwork
    if let model {
      network = try TrainedNetwork(
        model, recipe.network, classes: classes, averagesNeighbours: choices.averagesNeighbours,
        seed: recipe.seed)
    } else {
      network = try TrainedNetwork(recipe.network, classes: classes.count, seed: recipe.seed)
    }
    context.console.note(
      "network: \(network.words), \(Words.grouped(network.graph.parameterCount.trainable)) parameters"
    )
    var setup = try self.setup(inputs, recipe, network)
    let (factory, precision) = try chosenTrainer(setup)
    say(setup, inputs)
    var options = RunOptions()
    options.precision = precision
    options.threads = choices.limits.threads
    // What prepares batches shares the cores with what computes.
    let threads = choices.limits.threads
    options.loaders = max(1, factory.leavesProcessorFree ? threads - 1 : threads / 2)
    options.restartsOnNaN = choices.restartsOnNaN
    let peak = try peakBytes(setup, options, factory)
    context.console.note(
      "engine: \(factory.words), \(precision.rawValue); peak about \(Words.memory(peak)) of "
        + "\(Words.memory(choices.limits.memory)) allowed")
    if let minutes = choices.minutes {
      recipe = setup.recipe
      recipe.epochs = try TrainingPace(setup, options, factory).epochs(in: minutes, context)
      recipe.schedule = recipe.schedule.lasting(recipe.epochs)
      setup = try self.setup(inputs, recipe, network)
    }
    try begin(folder, setup, arguments)
    let run = RunFolder(
      folder, setup, card: card(setup, inputs), context: context,
      stepsDone: checkpoint?.progress.step ?? 0)
    let progress = try TrainingRun(
      setup, options, factory: factory, checkpointPath: checkpointPath, observer: run,
      stopSignal: context.stopSignal
    ).run(from: checkpoint)
    return report(run, setup, progress)
  }

  // MARK: - What is trained, and how

  func recipe() throws(Explanation) -> TrainingRecipe {
    var recipe = choices.isFew ? TrainingRecipe.few : TrainingRecipe()
    if let path = choices.recipePath {
      let bytes = try explained { () throws(SystemError) in
        try contents(ofFile: path, limit: 1 << 20)
      }
      do throws(RecipeError) {
        recipe = try TrainingRecipe(parsing: bytes, base: recipe)
      } catch {
        let words = error.explanation { nearest(to: $0, among: $1) }
        throw Explanation(words.kind, "\(path): \(words.what)", remedy: words.remedy)
      }
    }
    if !recipeAsItIs { choices.changes.apply(to: &recipe) }
    return recipe
  }

  private func setup(
    _ inputs: TrainingInputs, _ recipe: TrainingRecipe, _ network: TrainedNetwork
  ) throws(Explanation) -> TrainingSetup {
    let stopSignal = context.stopSignal
    return try TrainingSetup(
      scans: inputs.scans, partition: inputs.partition, map: inputs.classes, recipe: recipe,
      graph: network.graph
    ) { () throws(TrainingDataError) in
      guard let signal = stopSignal() else { return }
      throw .reading(
        Explanation(
          .stopped(signal: signal), "stopped while the classes were counted",
          remedy: "nothing was begun: give the same command again"))
    }
  }

  /// The first engine that trains this network in the precision asked for.
  private func chosenTrainer(
    _ setup: TrainingSetup
  ) throws(Explanation) -> (any TrainingEngineFactory, Precision) {
    // What is gone on with keeps its precision, whatever this machine would take by itself.
    let begun = checkpoint?.identity["precision"]?.string.flatMap { Precision(rawValue: $0) }
    let asked = choices.precision ?? begun
    let trainers = context.catalogue.trainers
    let wanted = choices.engine.map { name in trainers.filter { $0.name == name } } ?? trainers
    let able = wanted.filter { factory in
      asked.map(factory.precisions.contains) ?? true
    }
    for (number, factory) in able.enumerated() {
      if let obstacle = factory.obstacle {
        guard choices.engine == nil, number + 1 < able.count else { throw obstacle }
        context.console.note("not \(factory.name): \(obstacle.what)")
        continue
      }
      guard let precision = asked ?? factory.precisions.first else { continue }
      do throws(EngineError) {
        _ = try factory.byteCount(
          for: setup.plan(precision: precision, threads: choices.limits.threads))
      } catch {
        guard case .unsupported = error, number + 1 < able.count else { throw error.explanation }
        context.console.note(
          "\(error.explanation.what); \(able[number + 1].name) trains it, and is slow")
        continue
      }
      return (factory, precision)
    }
    throw Explanation(
      .input,
      "no engine trains\(asked.map { " in \($0.rawValue)" } ?? "") on this machine",
      remedy: "leave --engine and --precision out")
  }

  private func peakBytes(
    _ setup: TrainingSetup, _ options: RunOptions, _ factory: any TrainingEngineFactory
  ) throws(Explanation) -> Int {
    let plan = setup.plan(precision: options.precision, threads: options.threads)
    let engine = try explained { () throws(EngineError) in try factory.byteCount(for: plan) }
    // The program itself, and what its libraries keep.
    let peak = engine + setup.byteCount(loaders: options.loaders) + (64 << 20)
    if let shortage = try explained({ () throws(EngineError) in
      try factory.deviceShortage(for: plan)
    }) {
      throw shortage
    }
    guard peak <= choices.limits.memory else {
      throw Explanation(
        .input,
        "this training takes about \(Words.memory(peak)), and \(Words.memory(choices.limits.memory)) "
          + "are allowed",
        remedy:
          "give a smaller --batch (accumulate in the recipe makes up for it) or --crop, or more "
          + "--memory")
    }
    return peak + limitCaches(setup, spare: choices.limits.memory - peak)
  }

  /// Crops lie anywhere, and each takes a corner of what must be decoded as a whole: what was decoded is
  /// kept, up to all of it, in a quarter of the memory that is left. Returns the bytes that this takes on top.
  private func limitCaches(_ setup: TrainingSetup, spare: Int) -> Int {
    var readers: [(reader: any VolumeReader, least: Int, more: Int)] = []
    for scan in setup.scans {
      for (reader, box) in [(scan.scan, setup.crop.input), (scan.labels, setup.crop.output)] {
        let least = reader.cacheByteCount(forBoxesOf: box)
        // Chunks at the ends are decoded whole.
        let whole = reader.volume.byteCount / 4 * 5
        readers.append((reader, least, least == 0 ? 0 : max(0, whole - least)))
      }
    }
    let wanted = readers.reduce(0) { $0 + $1.more }
    let given = min(wanted, max(0, spare / 4))
    for (reader, least, more) in readers {
      let share = wanted == 0 ? 0 : Int(Double(more) * (Double(given) / Double(wanted)))
      reader.limitCache(to: least + share)
    }
    return given
  }

  // MARK: - The folder

  private func begin(
    _ folder: String, _ setup: TrainingSetup, _ arguments: Arguments
  ) throws(Explanation) {
    guard checkpoint == nil else { return }
    var options: [String: JSONValue] = [:]
    let left: Set = ["continue", "output", "overwrite", "json", "options", "recipe", "minutes"]
    for (name, value) in arguments.values where !left.contains(name) {
      options[name] = .string(value)
    }
    for (name, values) in arguments.lists {
      let isPath = name == "scan" || name == "labels"
      options[name] = .array(values.map { .string(isPath ? resolved($0) ?? $0 : $0) })
    }
    for flag in arguments.flags where !left.contains(flag) { options[flag] = true }
    if let from = choices.from { options["from"] = .string(resolved(from) ?? from) }
    if let used = choices.used {
      options[TrainChoices.usedLayers] = .array(used.map { .string("\($0)") })
    }
    let run: JSONValue = [
      "options": .object(options), "tool_version": .string(toolVersion),
      "command_line": .array(context.commandLine.map { .string($0) }),
      "series": choices.series.map { .string($0) } ?? .null,
    ]
    try explained { () throws(SystemError) in
      try makeFolder(folder)
      for name in [
        RunFolder.checkpointName, RunFolder.modelName, RunFolder.lastName, "history.csv",
        "curves.png", "curves.svg", "evolution.png", TrainingEvolution.name,
      ] { try removeFile(folder + "/" + name) }
      try writeFileAtomically(
        folder + "/" + RunFolder.recipeName,
        Array((setup.recipe.json.text(pretty: true) + "\n").utf8))
      try writeFileAtomically(
        folder + "/" + RunFolder.runName, Array((run.text(pretty: true) + "\n").utf8))
    }
  }

  private func card(_ setup: TrainingSetup, _ inputs: TrainingInputs) -> ModelCard {
    ModelCard(
      name: fileName(of: choices.output), classes: setup.map.classes,
      normalisation: inputs.normalisation, voxelType: inputs.voxelType,
      greyHistogram: setup.statistics.greyHistogram,
      document: [
        "training": [
          "recipe": setup.recipe.json,
          "scans": .array(setup.scans.map { .string(fileName(of: $0.name)) }),
          "parts": .array(
            setup.partition.training.map { .string("\($0.scan + 1): \($0.region)") }),
          "validation": .array(
            setup.partition.validation.map { .string("\($0.scan + 1): \($0.region)") }),
          "voxels": .array(setup.statistics.voxels.map { .integer($0) }),
          "tool_version": .string(toolVersion),
        ],
        "voxel_size_um": setup.scans.first?.scan.volume.spacing.map {
          .array([.number($0.z), .number($0.y), .number($0.x)])
        } ?? .null,
      ])
  }

  // MARK: - Words

  private func say(_ setup: TrainingSetup, _ inputs: TrainingInputs) {
    var table = TextTable(["class", "voxels", "share", "mean grey"])
    let statistics = setup.statistics
    for (number, entry) in setup.map.classes.enumerated() {
      table.add([
        "\(entry.value) \(entry.name)", Words.grouped(statistics.voxels[number]),
        Words.percent(statistics.shares[number], 3), Words.fixed(statistics.means[number], 3),
      ])
    }
    for line in table.lines() { context.console.note(line) }
    if statistics.ignored > 0 {
      context.console.note("  \(Words.grouped(statistics.ignored)) voxels are not annotated")
    }
    let recipe = setup.recipe
    context.console.note(
      "\(recipe.epochs) epochs of \(recipe.steps) steps of \(recipe.batch * recipe.accumulate) crops "
        + "of \(setup.crop.input)"
        + (setup.partition.validation.isEmpty ? "; no validation: the last model is the best" : ""))
  }

  private func report(
    _ run: RunFolder, _ setup: TrainingSetup, _ progress: TrainingProgress
  ) -> [String: JSONValue] {
    let console = context.console
    let row = progress.history.last(where: \.isBest)
    console.say(
      "\(run.file(RunFolder.modelName)): epoch \(row?.epoch ?? 0), mean Jaccard "
        + (row?.score.map { Words.fixed($0, 4) } ?? "-")
        + (row?.validationJaccard == nil ? " in training" : " in the validation parts"))
    if progress.factors.contains(where: { $0 != 1 }) {
      let words = zip(setup.map.classes, progress.factors).map {
        "\($0.name) \(Words.short(Double($1)))"
      }
      console.say("decided with the factors \(words.joined(separator: ", "))")
    }
    return [
      "model": .string(run.file(RunFolder.modelName)), "epochs": .integer(setup.recipe.epochs),
      "steps": .integer(progress.step),
      "seconds": .number(progress.history.last?.seconds ?? 0),
      "factors": .array(progress.factors.map { .number(Double($0)) }),
      "best": row?.json ?? .null, "peak_bytes": peakResidentBytes().map { .integer($0) } ?? .null,
      "parameters": .integer(setup.graph.parameterCount.trainable),
      "parameters_total": .integer(setup.graph.parameterCount.total),
      "operations_per_voxel": .number(setup.graph.operationsPerVoxel),
      "classes": .array(setup.map.classes.map { .string($0.name) }),
    ]
  }
}
