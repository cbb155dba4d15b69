import EngineCore
import NeuralGraph
import SystemIO
import Training
import VolumeCore

/// `train`: makes a model from scans with annotated layers.
public struct TrainCommand: Command {
  /// The command.
  public init() {}

  /// "train".
  public var name: String { "train" }
  /// What it does.
  public var summary: String { "make a model from scans of which some layers are annotated" }
  /// What it takes.
  public var operands: String { "[curve | ablate] --scan SCAN --labels LABELS" }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration("scan", "SCAN", "a scan; may be given several times", repeats: true),
      OptionDeclaration(
        "labels", "LABELS",
        "its labels: of the scan's extent, or of the annotated layers alone; 255 is not annotated; "
          + "one for each --scan, in their order", repeats: true),
      OptionDeclaration(
        "layers", "LIST", "the annotated layers, from 0: 3,40,77 or 0:10; default: all",
        repeats: true),
      OptionDeclaration("output", "RUN", "the run's folder; default: NAME.training"),
      OptionDeclaration(
        "continue", "RUN", "go on with a run that was stopped, with the options that it has"),
      OptionDeclaration("few", nil, "the recipe for one to ten annotated layers"),
      OptionDeclaration("recipe", "FILE", "a recipe (JSON); what it does not say is the default"),
      OptionDeclaration(
        "preset", "NAME", "the network: \(list(UNetPreset.names))"),
      OptionDeclaration("filters", "N", "channels of the network's first convolution"),
      OptionDeclaration("depth", "N", "how often it halves the resolution"),
      OptionDeclaration(
        "dimension", "D", "2d (the default), 2.5d (layers as channels) or 3d"),
      OptionDeclaration(
        "from", "MODEL", "begin with a model's weights; for other classes its last layer is new"),
      OptionDeclaration(
        "neighbours", "HOW",
        "a 2.5D network from a 2D model: neighbouring layers count zero (the default) or average"),
      OptionDeclaration(
        "train", "BOX", "train on this part: z=0:1300, or x=0:700,y=0:512; default: all",
        repeats: true),
      OptionDeclaration(
        "validate", "BOX",
        "validate with this part, which shares no voxel with the others; or none", repeats: true),
      OptionDeclaration("classes", "NAMES", "the classes' names by their value: matrix,fibre,pore"),
      OptionDeclaration("crop", "SIZE", "a crop's extent: 128, 96x128, 48x48x48"),
      OptionDeclaration("batch", "N", "crops in a batch"),
      OptionDeclaration("epochs", "N", "epochs; the schedule is stretched over them"),
      OptionDeclaration("minutes", "N", "as many epochs as this machine makes in so many minutes"),
      OptionDeclaration(
        "no-augmentation", nil, "crops as they are, at random places; of a curve, both ways"),
      OptionDeclaration(
        "counts", "LIST", "of train curve: numbers of annotated layers, as in 1,5,13,26"),
      OptionDeclaration(
        "only", "LIST",
        "of train ablate: which changes, as in sepconv,depth2; default: all that change anything"),
      OptionDeclaration("seed", "N", "equal seeds make equal models"),
      OptionDeclaration(
        "bn-recalibrate", "HOW",
        "on (the default) or off: batch normalisation's statistics are computed over the training "
          + "data before they are used"),
      OptionDeclaration(
        "on-nan", "HOW",
        "stop (the default), or restart at the last checkpoint with half the rate"),
      OptionDeclaration(
        "engine", "NAME",
        "auto (the default: NVIDIA GPUs that pass their self-check, else the CPU), cudnn, onednn or "
          + "reference"),
      OptionDeclaration(
        "precision", "P",
        "auto (the default: f32 on a GPU, bf16 where the CPU has it), f32 or bf16"),
      OptionDeclaration(
        "window", "LOW:HIGH", "grey values that become 0 and 1, or auto; default: the type's range"),
      .memory, .threads,
    ] + Parting.options + OptionDeclaration.inputs + [.overwrite]
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume train --scan big.raw --labels layer.tif --layers 77 --few --output fibres",
      "t2s-volume train --scan a.zarr --labels a.labels.zarr --train z=0:9 --validate z=9:12",
      "t2s-volume train --continue fibres",
      "t2s-volume train curve --scan a.zarr --labels a.labels.zarr --validate z=60:64 --counts 1,5",
      "t2s-volume train ablate --scan a.zarr --labels b.zarr --validate z=60:64 --preset paper",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    [
      "The folder holds model.h5 (the best), last.h5, history.csv, curves.png, evolution.png and .json "
        + "(the same crop at each best so far; show film training shows it), recipe.json (every number in it) and a checkpoint. With "
        + "several scans, scan=2 in a BOX chooses one. t2s-volume segment SCAN --model RUN/model.h5 "
        + "--flips 8 labels a scan with it.",
      "train curve trains once for each number of layers, spread evenly over the annotated ones, and "
        + "says how many are enough: curve.csv and curve.png.",
      "train ablate trains the network as it is, then again with each change by itself, and compares "
        + "them: ablation.csv, ablation.md and ablation.png. Changes are "
        + UNetAblation.allCases.map { "\($0.rawValue) (\($0.words))" }.joined(separator: ", ")
        + ".",
      "Both train in folders within the output, each for the --epochs or --minutes given, and go on "
        + "where they were stopped when the same command is given again; --counts and --only may "
        + "then name others.",
    ]
  }

  /// Trains.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    var arguments = arguments
    var checkpoint: Checkpoint?
    if let folder = arguments.values["continue"] {
      (arguments, checkpoint) = try continued(folder, arguments)
    }
    let choices = try explained { () throws(UsageError) in
      try TrainChoices(
        arguments, trainers: context.catalogue.trainers.map(\.name), of: name)
    }
    if arguments.operands.first != TrainAblation.word, arguments.values["part"] != nil {
      throw Explanation(
        .input, "--part: a training is one piece; only `train ablate` is several",
        remedy: "leave --part out")
    }
    if arguments.operands.first == TrainAblation.word {
      let only = arguments.values["only"]?.split(separator: ",").map(String.init)
      return try TrainAblation(choices, only: only, context).run(arguments)
    }
    if arguments.operands.first == TrainCurve.word {
      let counts = try explained { () throws(UsageError) in
        try arguments.value("counts") { text throws(UsageError) in try text.layerNumbers() }
      }
      return try TrainCurve(choices, counts: counts ?? [1, 5], context).run(arguments)
    }
    let isContinued = arguments.values["continue"] != nil
    return try TrainSession(choices, context, recipeAsItIs: isContinued, checkpoint).run(
      arguments)
  }

  /// The options of the run in `folder`, and how far it is.
  private func continued(
    _ folder: String, _ typed: Arguments
  ) throws(Explanation) -> (Arguments, Checkpoint?) {
    let known = ["continue", "memory", "threads", "on-nan", "engine"]
    if let other = typed.values.keys.sorted().first(where: { !known.contains($0) }) {
      throw Explanation(
        .input, "--\(other) cannot be changed in a run that is gone on with",
        remedy: "leave it out; --memory, --threads and --on-nan may be given")
    }
    let path = folder + "/" + RunFolder.runName
    guard isFile(path) else {
      throw Explanation(
        .input, "\(folder) is no folder of a training: it has no \(RunFolder.runName)",
        remedy: "give the --output of a training that was begun")
    }
    let bytes = try explained { () throws(SystemError) in try contents(ofFile: path) }
    guard let value = JSONValue(parsing: bytes), let options = value["options"]?.object else {
      throw Explanation(
        .damaged, "\(path) cannot be read", remedy: "begin the training again")
    }
    var arguments = typed
    for (name, value) in options where typed.values[name] == nil {
      if let list = value.array?.compactMap(\.string) {
        arguments.lists[name] = list
        arguments.values[name] = list.last
      } else if let text = value.string {
        arguments.values[name] = text
      } else {
        arguments.flags.insert(name)
      }
    }
    arguments.values["output"] = folder
    arguments.values["recipe"] = folder + "/" + RunFolder.recipeName
    arguments.values["minutes"] = nil
    let place = folder + "/" + RunFolder.checkpointName
    return (arguments, isFile(place) ? try Checkpoint(reading: place) : nil)
  }
}
