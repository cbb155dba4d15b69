import VolumeCore

/// The classes whose probabilities a store holds, each as a volume of its own.
struct ProbabilityChannels: Sendable {
  /// One class.
  struct Channel: Sendable {
    var value: Int
    var name: String
    var reader: any VolumeReader
  }

  let channels: [Channel]

  /// Opens the channels of the store at `path`, which names its classes as the labels do.
  init(
    _ path: String, _ hints: OpeningHints, like shape: Shape3, _ classes: [LabelClass],
    _ context: CommandContext
  ) throws(Explanation) {
    let joining = context.catalogue.formats.lazy.compactMap { $0 as? any ChannelJoining }.first
    guard let joining else {
      throw Explanation(
        .input, "--probabilities: no format is known that holds channels",
        remedy: "leave --probabilities out")
    }
    let names = try joining.channelNames(path)
    var channels: [Channel] = []
    for (number, name) in names.enumerated() {
      guard let known = classes.first(where: { $0.name == name }) else {
        throw Explanation(
          .input,
          "\(path): channel \(number) is called \(name), as no class of the labels is "
            + "(\(list(classes.map(\.name))))",
          remedy: "give the probabilities of this run, and a truth whose classes are named alike")
      }
      var hints = hints
      hints.channel = number
      let reader = try context.catalogue.open(path, hints: hints)
      guard reader.volume.shape == shape else {
        throw Explanation(
          .input, "\(path) has \(reader.volume.shape.words), the labels have \(shape.words)",
          remedy: "give the probabilities of this run")
      }
      channels.append(Channel(value: known.value, name: name, reader: reader))
    }
    guard !channels.isEmpty else {
      throw Explanation(
        .input, "\(path) names no classes",
        remedy: "give a store that segment --probabilities wrote")
    }
    self.channels = channels
  }
}
