import VolumeCore

extension TIFFError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    fileExplanation ?? folderExplanation ?? pictureExplanation
      ?? Explanation(.failed, "\(self)", remedy: "give the same command again")
  }

  private static let exportAgain = "copy or export it again"

  /// What is wrong with one file.
  private var fileExplanation: Explanation? {
    switch self {
    case .system(let error): return error.explanation
    case .isNothing(let path):
      return Explanation(.input, "there is nothing at \(path)", remedy: "check the path")
    case .isNoTIFF(let file, let byteCount):
      return Explanation(
        .input, "\(file) (\(byteCount) bytes) does not begin as a TIFF does",
        remedy: "check what it is; give a raw file a name that ends in .raw")
    case .isTruncated(let file, let page, let needed, let byteCount):
      let reach = needed.map { " needs bytes up to \($0)" } ?? " lies beyond its end"
      return Explanation(
        .damaged, "\(file) is truncated: page \(page)\(reach), and it has \(byteCount) bytes",
        remedy: Self.exportAgain)
    case .stackIsTruncated(let file, let announced, let held):
      return Explanation(
        .damaged,
        "\(file) is truncated: its description announces \(announced) images, and it holds \(held)",
        remedy: Self.exportAgain)
    case .pagesLoop(let file, let page):
      return Explanation(
        .damaged, "\(file): the chain of pages comes back to an earlier one after page \(page)",
        remedy: "export it again, for example with Fiji")
    case .hasTooManyPages(let file, let limit):
      return Explanation(
        .input, "\(file) has more than \(limit) pages, and no scan has as many layers",
        remedy: "give a file whose pages are the layers of one volume")
    case .directoryIsMalformed(let file, let page, let what):
      return Explanation(
        .damaged, "\(file): page \(page) is damaged: \(what)", remedy: Self.exportAgain)
    case .hasNoPages(let file):
      return Explanation(.damaged, "\(file) is a TIFF without a page", remedy: Self.exportAgain)
    case .kindIsNotRead(let file, let page, let kind):
      return Explanation(
        .input,
        "\(file): page \(page) has \(kind.words.what)", remedy: kind.words.remedy)
    case .codecIsMissing(let file, let page, let compression):
      return Explanation(
        .input,
        "\(file): page \(page) has compression \(compression), which this libtiff cannot decode",
        remedy: "save it again uncompressed, with LZW or with deflate")
    case .sizeIsImplausible(let file, let page, let width, let height, let byteCount):
      return Explanation(
        .damaged,
        "\(file): page \(page) claims \(height) rows x \(width) columns, which \(byteCount) "
          + "bytes cannot hold",
        remedy: Self.exportAgain)
    case .pageDiffers(let file, let page, let this, let first):
      return Explanation(
        .input, "\(file): page \(page) has \(this), and page 1 has \(first)",
        remedy: "give a file whose pages are the layers of one volume; take thumbnails out")
    case .cannotDecode(let file, let page, let message):
      return Explanation(
        .damaged, "\(file): page \(page) cannot be decoded: \(message)", remedy: Self.exportAgain)
    case .hasSeveralChannels(let file, let channels, let frames):
      if frames == 1 {
        return Explanation(
          .input, "\(file) has \(channels) channels, and one is wanted",
          remedy: "choose one with --channel 0 to --channel \(channels - 1)")
      }
      return Explanation(
        .input,
        "\(file) has \(channels) channels and \(frames) times, and one volume is wanted",
        remedy: "split it in Fiji (Image > Hyperstacks > Make Subset) and give one of them")
    case .channelIsMissing(let file, let channel, let channels):
      return Explanation(
        .input,
        "\(file) has \(channels) \(channels == 1 ? "channel" : "channels"), and --channel "
          + "\(channel) is asked for (they count from 0)",
        remedy: channels == 1 ? "leave --channel away" : "give --channel 0 to \(channels - 1)")
    case .descriptionIsUnclear(let file, let what):
      return Explanation(
        .input, "\(file): \(what)",
        remedy: "export it again, for example with Fiji, or as a plain stack without a description")
    case .hasSeveralImages(let file, let images):
      return Explanation(
        .input, "\(file): its OME-XML has \(images) images, and one volume is wanted",
        remedy: "save the wanted one alone (Fiji: Bio-Formats Importer opens them one by one)")
    case .isOneOfSeveralFiles(let file):
      return Explanation(
        .input, "\(file): its OME-XML says that other files hold parts of the volume",
        remedy: "join them in one file (Fiji: Bio-Formats Importer, then save as OME-TIFF)")
    case .optionDisagrees(let file, let option, let said, let value):
      return Explanation(
        .input, "\(option) says \(said), and \(file) itself says \(value)",
        remedy: "leave \(option) away: a TIFF describes itself")
    default: return nil
    }
  }

  /// What is wrong with a folder, or with an output.
  private var folderExplanation: Explanation? {
    switch self {
    case .folder(let error): return error.explanation
    case .sliceDiffers(let folder, let slice, let this, let first, let was):
      return Explanation(
        .input, "\(folder): \(slice) has \(this), and \(first) has \(was)",
        remedy: "keep slices of one size and type in the folder")
    case .sliceHasPages(let folder, let slice):
      return Explanation(
        .input, "\(folder): \(slice) has more than one page, and a slice has one",
        remedy: "give that file itself as the input, or split it into slices")
    case .outputExists(let path):
      return Explanation(
        .input, "\(path) is there already",
        remedy: "choose another name, or give --overwrite to replace it")
    case .outputHoldsOthers(let path, let name):
      return Explanation(
        .input, "\(path) holds \(name), which no folder of slices does: it is not replaced",
        remedy: "choose another folder, or empty this one")
    case .isIncomplete(let path, let missing, let count):
      return Explanation(
        .failed, "\(path) is not finished: \(missing) of \(count) blocks were not written",
        remedy: "give the same command again")
    default: return nil
    }
  }
  /// What is wrong with a picture of colours.
  private var pictureExplanation: Explanation? {
    let save = "save the picture flat, with 8 bits for each colour, uncompressed or with LZW"
    switch self {
    case .pictureHasPages(let file):
      return Explanation(
        .input, "\(file) has more than one page, and a picture has one",
        remedy: "flatten the layers of the picture before it is saved")
    case .pictureHasOddSamples(let file, let samples, let colours):
      return Explanation(
        .input,
        "\(file) has \(samples) samples for each pixel, and a picture has \(colours), or one more "
          + "for its opacity",
        remedy: save)
    case .pictureIsNotOfBytes(let file, let type):
      return Explanation(
        .input, "\(file) has samples of \(type.rawValue), and a picture has bytes", remedy: save)
    case .pictureIsTooLarge(let file, let width, let height, let limit):
      return Explanation(
        .input,
        "\(file) has \(height) rows x \(width) columns, more than the \(limit) pixels that are "
          + "looked for",
        remedy: "save the picture in its own size, neither scaled nor cropped")
    default: return nil
    }
  }
}
