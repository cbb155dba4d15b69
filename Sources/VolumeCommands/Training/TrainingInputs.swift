import EngineCore
import NeuralGraph
import Training
import VolumeCore

/// The scans, labels, classes and parts of a training, opened and checked against each other.
struct TrainingInputs: Sendable {
  var scans: [AnnotatedScan]
  var classes: ClassMap
  var partition: Partition
  /// What the model's card says of grey values; `nil` where the scans differ, and each is divided by its
  /// own type's largest.
  var normalisation: Normalisation?
  var voxelType: VoxelType?

  /// Opens everything.
  init(
    _ choices: TrainChoices, _ recipe: TrainingRecipe, from model: Model?,
    _ context: CommandContext
  ) throws(Explanation) {
    var scans: [AnnotatedScan] = []
    var named: [LabelClass]?
    for number in choices.scans.indices {
      let (path, labelPath) = (choices.scans[number], choices.labels[number])
      let scan = try context.openInput(path, hints: choices.hints)
      let labels = try context.openInput(labelPath, hints: choices.hints)
      if let classes = labels.volume.classes?.filter({ $0.value < LabelClass.outsideValue }),
        !classes.isEmpty
      {
        named = named ?? classes
      }
      let grey = try computable(scan, at: path)
      let sample = try GreySample(grey, region: Region(grey.volume.shape))
      let window = try Self.window(choices.window, model, scan.volume, sample)
      let opened = try explained { () throws(TrainingDataError) in
        try AnnotatedScan(
          name: path, scan: grey, labels: labels, normalisation: window,
          layers: choices.layers[number], used: choices.used)
      }
      scans.append(opened)
    }
    self.scans = scans
    classes = try Self.classes(choices, named, model, scans)
    partition = try Self.partition(choices, recipe, scans, context)
    let windows = Set(scans.map(\.normalisation))
    normalisation = windows.count == 1 ? windows.first : nil
    let types = Set(scans.map(\.scan.volume.voxelType))
    voxelType = types.count == 1 ? types.first : nil
  }

  private static func window(
    _ choice: SegmentChoices.WindowChoice, _ model: Model?, _ volume: VolumeDescription,
    _ sample: GreySample
  ) throws(Explanation) -> Normalisation {
    if let model { return try chosenNormalisation(choice, model, volume, sample) }
    switch choice {
    case .given(let window): return window
    case .fromScan: return Normalisation.window(ofSorted: sample.values)
    case .modelRule: break
    }
    if let rule = Normalisation.fullRange(of: volume.voxelType) { return rule }
    let (low, high) = (sample.quantile(0) ?? 0, sample.quantile(1) ?? 1)
    throw Explanation(
      .input,
      "the scan is \(volume.voxelType.rawValue) (values from \(Words.short(Double(low))) to "
        + "\(Words.short(Double(high))) were seen), whose range is not known",
      remedy: "give --window LOW:HIGH, the values that become 0 and 1, or --window auto")
  }

  /// The classes: as they are named on the command line, in the labels, in the model; else as many as
  /// the largest label says.
  private static func classes(
    _ choices: TrainChoices, _ named: [LabelClass]?, _ model: Model?, _ scans: [AnnotatedScan]
  ) throws(Explanation) -> ClassMap {
    if let names = choices.classes {
      guard names.count >= 2, names.count < 254, Set(names).count == names.count else {
        throw Explanation(
          .input, "--classes names \(names.count) classes, or one twice",
          remedy: "give two or more names, as in --classes matrix,fibre,porosity")
      }
      var classes = LabelClass.unnamed(count: names.count)
      for (number, name) in names.enumerated() { classes[number].name = name }
      return ClassMap(classes)
    }
    if let named, named.map(\.value) == Array(named.indices) { return ClassMap(named) }
    var largest = 0
    for scan in scans {
      for layer in scan.annotated(in: 0..<scan.shape.z).prefix(16) {
        let found = try explained { () throws(TrainingDataError) in
          try scan.largestLabel(layer: layer)
        }
        largest = max(largest, found)
      }
    }
    if let model, model.card.classes.count == largest + 1 { return ClassMap(model.card.classes) }
    return ClassMap(LabelClass.unnamed(count: max(largest + 1, 2)))
  }

  private static func partition(
    _ choices: TrainChoices, _ recipe: TrainingRecipe, _ scans: [AnnotatedScan],
    _ context: CommandContext
  ) throws(Explanation) -> Partition {
    var training: [DataPart] = []
    for text in choices.training { training += try text.parts(of: scans) }
    var validation: [DataPart] = []
    for text in choices.validation { validation += try text.parts(of: scans) }
    if training.isEmpty {
      for (number, scan) in scans.enumerated() {
        let own = validation.filter { $0.scan == number }
        for rest in Partition.rest(of: Region(scan.shape), without: own.map(\.region))
        where !scan.annotated(in: rest.z).isEmpty {
          training.append(DataPart(scan: number, region: rest))
        }
      }
      guard !training.isEmpty else {
        throw Explanation(
          .input, "--validate leaves nothing to train on, or what it leaves is no box",
          remedy: "say what is trained on, as in --train x=0:700")
      }
    }
    if validation.isEmpty, !choices.validatesNothing, recipe.validationShare > 0 {
      let parts = training
      training = []
      for part in parts {
        if let cut = Partition.keepingAside(
          recipe.validationShare, of: part, in: scans[part.scan], step: 16)
        {
          training.append(cut.training)
          validation.append(cut.validation)
          context.console.note(
            "kept aside to validate with: \(cut.validation.region) of \(scans[part.scan].name)")
        } else {
          training.append(part)
        }
      }
    }
    return try explained { () throws(TrainingDataError) in
      try Partition(scans, training: training, validation: validation)
    }
  }
}
