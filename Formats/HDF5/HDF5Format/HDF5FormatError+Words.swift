import VolumeCore

extension HDF5FormatError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .hdf5(let error): error.explanation
    case .system(let error): error.explanation
    case .isMissing(let path):
      input("\(path): there is no such file", "check the path")
    case .noVolume(let file, let datasets):
      input(
        "\(file) holds no dataset of three axes"
          + (datasets.isEmpty ? "" : "; it holds \(Self.list(datasets))"),
        "give a file that holds a volume")
    case .severalVolumes(let file, let datasets):
      input(
        "\(file) holds \(datasets.count) volumes: \(Self.list(datasets))",
        "choose one by its path, as in \(file):\(Self.path(datasets))")
    case .noSuchDataset(let file, let dataset, let datasets):
      input(
        "\(file) has no dataset \(dataset)",
        datasets.isEmpty
          ? "give a file that holds a volume" : "choose one of \(Self.list(datasets))")
    case .isComplex(let file, let dataset):
      input(
        "\(file):\(dataset) holds complex numbers",
        "save its magnitude, its phase or one of its parts as a dataset of its own")
    case .notNumbers(let file, let dataset, let what):
      input("\(file):\(dataset) holds \(what), not numbers", "choose a dataset of numbers")
    case .isProjections(let file, let dataset, let sign):
      input(
        "\(file):\(dataset) holds projections, not a volume (\(sign))",
        "reconstruct them first (with nabu, tomopy or the beamline's own program), and give the result"
      )
    case .wrongRank(let file, let dataset, let extents):
      input(
        "\(file):\(dataset) has \(extents.count) axes of \(Self.extents(extents))",
        "save the volume as a dataset of three axes")
    case .severalChannels(let file, let dataset, let extents, let channels):
      input(
        "\(file):\(dataset) has \(channels) channels (its axes are \(Self.extents(extents)))",
        "choose one with --channel 0 to --channel \(channels - 1)")
    case .channelNotChosen(let file, let channels):
      input(
        "\(file) has \(channels) channels",
        "choose one with --channel 0 to --channel \(channels - 1)")
    case .channelIsMissing(let file, let channel, let channels):
      input(
        "\(file) has no channel \(channel): it has \(channels)",
        channels > 1 ? "give --channel 0 to \(channels - 1)" : "leave out --channel")
    case .levelIsMissing(let file, let level, let levels):
      input(
        "\(file) has no level '\(level)'",
        levels.isEmpty ? "leave out --level" : "give one of \(levels.joined(separator: ", "))")
    case .severalTimes(let file, let datasets):
      input(
        "\(file) holds \(datasets.count) points in time",
        "choose one by its path, as in \(file):\(Self.path(datasets))")
    case .filterIsMissing(let file, let dataset, let filter, let name):
      input(
        "\(file):\(dataset) is compressed by filter \(filter) (\(name)), which is not known here",
        "point HDF5_PLUGIN_PATH to the folder of that filter's plugin (hdf5plugin for Python brings "
          + "many), or rewrite the file with h5repack -f GZIP=4")
    case .optionDisagrees(let error): error.explanation
    case .notWritten(let file, let dataset):
      input(
        "\(file):\(dataset) was declared, but no voxel was ever written",
        "give the file to which the voxels went")
    case .impossibleExtents(let file, let dataset, let extents):
      input(
        "\(file):\(dataset) has extents \(Self.extents(extents)), which no volume can have",
        "give another dataset")
    case .isTruncated(let file, let dataset, let needed, let byteCount):
      input(
        "\(file):\(dataset) reaches to byte \(needed), and the file has \(byteCount)",
        "copy the file again from where it is whole")
    case .isOutside(let file, let dataset, let other):
      input(
        "\(file):\(dataset) lies in \(other), outside of the folder of the file",
        "copy that file into the folder, or copy the dataset into one file")
    case .otherIsMissing(let file, let dataset, let other):
      input(
        "\(file):\(dataset) lies in \(other), which is not there",
        "copy that file along, to where the first one says")
    case .layoutDisagrees(let file, let dataset, let what):
      input("\(file):\(dataset): \(what)", "save the file again from the program that made it")
    case .chunkIsTooLarge(let file, let dataset, let byteCount, let limit):
      input(
        "\(file):\(dataset) has chunks of \(byteCount) bytes; at most \(limit) are decoded at once",
        "rewrite the file in smaller chunks with h5repack -l CHUNK=64x64x64")
    case .chunkIsDamaged(let file, let dataset, let corner, let why):
      Explanation(
        .damaged, "\(file):\(dataset): the chunk at \(Self.extents(corner)) is damaged: \(why)",
        remedy: "copy the file again from where it is whole")
    case .outputExists(let path):
      input(
        "\(path) is there already", "choose another output, or replace it with --overwrite")
    case .cannotWrite(let path, let shape):
      input(
        "\(path): a volume of \(shape) cannot be written",
        "correct what the volume says of itself")
    case .isIncomplete(let path, let missing, let total):
      Explanation(
        .failed, "\(path): \(missing) of \(total) blocks are not written",
        remedy: "give the same command again")
    case .writingFailed(let path, let call):
      Explanation(
        .failed, "\(path) cannot be written (\(call) failed)",
        remedy: "see that the disk has room and that the folder may be written to")
    }
  }

  static func extents(_ extents: [Int]) -> String {
    "(" + extents.map(String.init).joined(separator: ", ") + ")"
  }

  /// No more datasets than this are named.
  private static let mostNamed = 20

  private static func list(_ datasets: [String]) -> String {
    let shown = datasets.prefix(mostNamed).joined(separator: "; ")
    return datasets.count > mostNamed
      ? "\(shown); and \(datasets.count - mostNamed) more" : shown
  }

  /// The path at the beginning of the first one's words.
  private static func path(_ datasets: [String]) -> String {
    datasets.first?.split(separator: " (").first.map(String.init) ?? "/PATH"
  }

  private func input(_ what: String, _ remedy: String) -> Explanation {
    Explanation(.input, what, remedy: remedy)
  }
}
