import EngineCore
import NeuralGraph
import VolumeCore
import VolumePipeline

/// What the user chose about how often voxels are looked at, and what is kept of that beside labels.
struct OpinionChoices: Hashable, Sendable {
  /// Orientations of each tile: 1, 4 or 8.
  var flips = 1
  /// Whether a network of single layers looks along all three axes.
  var alongAllAxes = false
  /// The classes whose probability is kept, as the user named them; `nil`: none, and empty: all.
  var probabilities: [OptionText]?
  /// The measure of uncertainty that is kept.
  var uncertainty: UncertaintyMeasure?
  /// Whether the most probable class is taken, whatever factors the model's card has.
  var takesMostProbable = false

  init(_ arguments: Arguments) throws(UsageError) {
    let flips = try arguments.value("flips") { text throws(UsageError) in
      try text.oneOf(["none", "4", "8"])
    }
    self.flips = flips.flatMap(Int.init) ?? 1
    takesMostProbable = arguments.has("argmax")
    alongAllAxes =
      try arguments.value("axes") { text throws(UsageError) in try text.oneOf(["z", "zyx"]) }
      == "zyx"
    if let text = arguments.values["probabilities"] {
      probabilities =
        text == "all"
        ? []
        : text.split(separator: ",", omittingEmptySubsequences: false).map {
          OptionText(option: "probabilities", text: String($0))
        }
    }
    let measure = try arguments.value("uncertainty") { text throws(UsageError) in
      try text.oneOf(UncertaintyMeasure.allCases.map(\.rawValue))
    }
    uncertainty = measure.flatMap(UncertaintyMeasure.init)
  }

  /// The options' declarations.
  static let options = [
    OptionDeclaration(
      "argmax", nil,
      "take the most probable class; default: probabilities are first multiplied by the factors that "
        + "the model's card may have, chosen in training for the highest Jaccard index"),
    OptionDeclaration(
      "flips", "N",
      "look at each tile in 4 or 8 orientations (mirrored; for 2D networks 8 are also transposed, "
        + "for 3D mirrored along z), and average: takes N times as long; default: none"),
    OptionDeclaration(
      "axes", "AXES",
      "z (the default), or zyx: a 2D network also looks at the planes across y and x, and the three "
        + "are averaged: takes three times as long, and scratch on the output's disk"),
    OptionDeclaration(
      "probabilities", "CLASSES",
      "also write NAME.probabilities.zarr (class, z, y, x), 255 being 1: of all classes, or of "
        + "those named, as in fibre,porosity"),
    OptionDeclaration(
      "uncertainty", "MEASURE",
      "also write NAME.uncertainty.zarr, 255 being 1: entropy (of the probabilities, by its "
        + "largest) or margin (1 less what the best class is ahead of the second by)"),
  ]

  /// The channels of the network whose probability is kept.
  func channels(of classes: [LabelClass]) throws(UsageError) -> [Int] {
    guard let probabilities else { return [] }
    if probabilities.isEmpty { return Array(classes.indices) }
    var channels: [Int] = []
    for name in probabilities {
      guard
        let channel = classes.firstIndex(where: {
          $0.name == name.text || "\($0.value)" == name.text
        })
      else {
        throw name.wrong(
          "the model has no such class",
          "give all, or some of \(list(classes.map(\.name))), with commas between")
      }
      guard !channels.contains(channel) else {
        throw name.wrong("this class is named twice", "name each class once")
      }
      channels.append(channel)
    }
    return channels
  }

  /// What is kept of each voxel; the classes' names have been checked.
  func planes(of classes: [LabelClass]) -> [ResultPlane] {
    [.label] + ((try? channels(of: classes)) ?? []).map { .probability(channel: $0) }
      + (uncertainty.map { [.uncertainty($0)] } ?? [])
  }

  /// What of it decides about the output: part of the run's plan.
  func plan(_ classes: [LabelClass]) -> [String: JSONValue] {
    var plan: [String: JSONValue] = [:]
    if flips > 1 { plan["flips"] = .integer(flips) }
    if alongAllAxes { plan["axes"] = "zyx" }
    if let channels = try? channels(of: classes), !channels.isEmpty {
      plan["probabilities"] = .array(channels.map { .string(classes[$0].name) })
    }
    if let uncertainty { plan["uncertainty"] = .string(uncertainty.rawValue) }
    return plan
  }
}
