import VolumeCore

extension EDFError: ExplainedError {
  private static let copyAgain = "copy the file again from where it is whole, as binary"
  private static let correct = "correct the header, or write the file again"

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .folder(let error): return error.explanation
    case .option(let error): return error.explanation
    default:
      let (what, remedy) = words
      return Explanation(.input, what, remedy: remedy)
    }
  }

  private var words: (what: String, remedy: String) {
    switch self {
    case .system, .folder, .option: return ("", "")
    case .isNothing(let path): return ("\(path) is neither a file nor a folder", "check the path")
    case .isPacked(let file):
      return (
        "\(file) is compressed as a whole, so that nothing in it can be reached",
        "unpack it first, with gunzip or bunzip2"
      )
    case .isNoEDF(let file):
      return (
        "\(file) does not begin with a header in braces, as the ESRF's EDF does",
        "check the file: European Data Format, of medicine, has the same name"
      )
    case .headerHasNoEnd(let file, let block, let limit):
      return (
        "\(file), block \(block): its header does not end within \(limit) bytes", Self.copyAgain
      )
    case .hasNoBlocks(let file): return ("\(file) holds no voxels", Self.copyAgain)
    case .hasTooManyBlocks(let file, let limit):
      return ("\(file) has more than \(limit) blocks", "split it")
    case .hasRest(let file, let block, let offset, let byteCount):
      return (
        "\(file): \(byteCount - offset) bytes behind block \(block), from byte \(offset) on, are no "
          + "further block", "check Size and Dim_1 ... Dim_3 of that block"
      )
    case .isCut(let file, let block, let needed, let found):
      return (
        "\(file) has \(found) bytes; its block \(block) alone would end at byte \(needed)",
        Self.copyAgain
      )
    case .valueIsMalformed(let file, let block, let key, let value):
      return ("\(file), block \(block): \(key) = \(value) makes no sense", Self.correct)
    case .sizesDisagree(let file, let block, let binary, let size):
      return (
        "\(file), block \(block): EDF_BinarySize says \(binary) bytes and Size \(size)",
        Self.correct
      )
    case .sizeIsSmall(let file, let block, let size, let needed):
      return (
        "\(file), block \(block): \(size) bytes are said to hold voxels that need \(needed)",
        Self.correct
      )
    case .lacksExtent(let file, let block):
      return ("\(file), block \(block): there is no Dim_1", Self.correct)
    case .extentIsImpossible(let file, let block, let extent):
      return (
        "\(file), block \(block): no volume has the extent \(extent) (z, y, x)", Self.correct
      )
    case .hasFurtherAxes(let file, let block, let axis, let extent):
      return (
        "\(file), block \(block): it has \(extent) along a further axis, Dim_\(axis)",
        "write each volume to a file of its own"
      )
    case .typeIsUnknown(let file, let block):
      return ("\(file), block \(block): there is no DataType", "say it with --type")
    case .typeIsNotRead(let file, let block, let type):
      return (
        "\(file), block \(block): voxels of DataType \(type) are not read",
        "write the file again as a whole number type, FloatValue or DoubleValue"
      )
    case .byteOrderIsUnknown(let file, let block):
      return (
        "\(file), block \(block): nothing says in which order the bytes of a voxel are",
        "give --byte-order little (most files) or --byte-order big"
      )
    case .isCompressed(let file, let block, let kind):
      return (
        "\(file), block \(block): its voxels are compressed (\(kind))",
        "write the file again without compression, with fabio for example"
      )
    case .hasSeveralVolumes(let file, let extents):
      return (
        "\(file) holds \(extents.count) volumes: "
          + extents.prefix(8).map { "\($0)" }.joined(separator: ", ") + " (z, y, x)",
        "choose one with --channel 0 to --channel \(extents.count - 1)"
      )
    default: return wordsOfPlaces
    }
  }

  /// What is wrong between blocks, between files and with folders.
  private var wordsOfPlaces: (what: String, remedy: String) {
    switch self {
    case .blockDiffers(let file, let block, let form, let first):
      return (
        "\(file): block \(block) is \(form), and the first is \(first)",
        "write images of one size and type to a file"
      )
    case .dataIsOutside(let file, let block, let data):
      return (
        "\(file), block \(block): its voxels would lie in \(data), outside the header's folder",
        "put the data file beside the header, and its bare name into EDF_BinaryFileName"
      )
    case .dataIsMissing(let file, let block, let data):
      return (
        "\(file), block \(block): its voxels should be in \(data), which is not there",
        "copy that file too"
      )
    case .dataIsShort(let file, let block, let data, let needed, let found):
      return (
        "\(file), block \(block): \(data) has \(found) bytes, and \(needed) are needed",
        Self.copyAgain
      )
    case .sliceHasLayers(let folder, let slice, let layers):
      return (
        "\(folder): \(slice) has \(layers) layers, and a slice has one",
        "give the file itself, or a folder of single slices"
      )
    case .sliceDiffers(let folder, let slice, let form, let first, let was):
      return (
        "\(folder): \(slice) is \(form), and \(first) is \(was)",
        "move what does not belong to the stack away"
      )
    case .holdsProjections(let folder, let reference):
      return (
        "\(folder) holds projections, as \(reference) among them tells; a volume is wanted",
        "reconstruct it first, and give the folder of slices"
      )
    default: return ("", "")
    }
  }
}
