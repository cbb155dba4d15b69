import SystemIO
import VolumeCore
import VoxelFiles

/// Why PNG or BMP slices cannot be read.
public enum PictureError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// There is no file or folder at the path.
  case isNothing(path: String)
  /// A file that begins neither as a PNG nor as a BMP does.
  case isNoPicture(file: String, byteCount: Int)
  /// The file ends before what its header describes; where that would end, if it can be said.
  case isTruncated(file: String, needed: Int?, byteCount: Int)
  /// A header that contradicts itself or its format.
  case headerIsMalformed(file: String, what: String)
  /// A part of the header whose checksum is another.
  case checksumDisagrees(file: String, chunk: String)
  /// A picture larger than its file could ever hold.
  case sizeIsImplausible(file: String, width: Int, height: Int, byteCount: Int)
  /// A kind of picture that is not read.
  case kindIsNotRead(file: String, kind: PictureKind)
  /// Several values for each pixel, of which none was chosen.
  case hasChannels(file: String, channels: PictureChannels)
  /// A channel was asked for that is not there.
  case channelIsMissing(file: String, channel: Int, channels: Int)
  /// Pixels that do not decode: the library's own words.
  case cannotDecode(file: String, message: String)
  /// A pixel whose number is beyond the table of colours.
  case colourIsMissing(file: String, number: Int, colours: Int)
  /// A folder that is no stack of slices.
  case folder(SliceError)
  /// A slice of another size or type than the first.
  case sliceDiffers(folder: String, slice: String, is: String, first: String, was: String)
  /// An option that contradicts the files.
  case optionDisagrees(file: String, option: String, said: String, is: String)
}

/// A kind of picture that is known and not read.
public enum PictureKind: Hashable, Sendable {
  /// A BMP of run lengths.
  case runLengths
  /// A BMP of 16 bits for three colours.
  case shortColour
  /// A BMP whose colours lie at unusual bits.
  case masks
  /// A format that loses values, by its name.
  case lossy(String)

  /// What a file of another format is, by its first bytes.
  static func ofOthers(_ bytes: [UInt8]) -> PictureKind? {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .lossy("JPEG") }
    if bytes.starts(with: [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20]) { return .lossy("JPEG 2000") }
    return nil
  }
}

/// What the several values of a pixel are.
public enum PictureChannels: Hashable, Sendable {
  /// Grey and opacity.
  case greyAlpha
  /// Red, green and blue.
  case colour
  /// Red, green, blue and opacity, or a fourth byte without a meaning.
  case colourAlpha
  /// A table of colours other than the plain scale of greys: its red, green and blue, and the
  /// stored numbers.
  case palette

  /// How many there are.
  public var count: Int {
    switch self {
    case .greyAlpha: 2
    case .colour: 3
    case .colourAlpha, .palette: 4
    }
  }

  var words: (what: String, remedy: String) {
    switch self {
    case .greyAlpha:
      ("grey values with an opacity (alpha)", "choose one with --channel (0 grey, 1 opacity)")
    case .colour:
      ("colour (RGB)", "choose one with --channel (0 red, 1 green, 2 blue)")
    case .colourAlpha:
      (
        "colour with a fourth value (RGBA)",
        "choose one with --channel (0 red, 1 green, 2 blue, 3 the fourth value)"
      )
    case .palette:
      (
        "a table of colours other than the plain scale of greys",
        "choose with --channel (0 red, 1 green, 2 blue of the colours, 3 their stored numbers)"
      )
    }
  }
}

extension PictureError: ExplainedError {
  private static let copyAgain = "copy or export it again"

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .folder(let error): return error.explanation
    case .isNothing(let path):
      return Explanation(.input, "there is nothing at \(path)", remedy: "check the path")
    case .isNoPicture(let file, let byteCount):
      return Explanation(
        .input, "\(file) (\(byteCount) bytes) begins neither as a PNG nor as a BMP does",
        remedy: "check what it is, and take it out of the folder if it is no slice")
    case .isTruncated(let file, let needed, let byteCount):
      let reach = needed.map { "needs \($0) bytes" } ?? "goes on beyond its end"
      return Explanation(
        .damaged, "\(file) is truncated: it \(reach), and has \(byteCount)",
        remedy: Self.copyAgain)
    case .headerIsMalformed(let file, let what):
      return Explanation(.damaged, "\(file) is damaged: \(what)", remedy: Self.copyAgain)
    case .checksumDisagrees(let file, let chunk):
      return Explanation(
        .damaged, "\(file) is damaged: the checksum of its \(chunk) is another",
        remedy: Self.copyAgain)
    case .sizeIsImplausible(let file, let width, let height, let byteCount):
      return Explanation(
        .damaged,
        "\(file) claims \(height) rows x \(width) columns, which \(byteCount) bytes cannot hold",
        remedy: Self.copyAgain)
    case .kindIsNotRead(let file, let kind):
      return Explanation(.input, "\(file) has \(kind.words.what)", remedy: kind.words.remedy)
    case .hasChannels(let file, let channels):
      return Explanation(
        .input, "\(file) has \(channels.words.what), and one value is wanted for each voxel",
        remedy: channels.words.remedy)
    case .channelIsMissing(let file, let channel, let channels):
      return Explanation(
        .input,
        "\(file) has \(channels) \(channels == 1 ? "channel" : "channels"), and --channel "
          + "\(channel) is asked for (they count from 0)",
        remedy: channels == 1 ? "leave --channel away" : "give --channel 0 to \(channels - 1)")
    case .cannotDecode(let file, let message):
      return Explanation(
        .damaged, "\(file) cannot be decoded: \(message)", remedy: Self.copyAgain)
    case .colourIsMissing(let file, let number, let colours):
      return Explanation(
        .damaged, "\(file) has a pixel of colour \(number), and its table has \(colours)",
        remedy: Self.copyAgain)
    case .sliceDiffers(let folder, let slice, let this, let first, let was):
      return Explanation(
        .input, "\(folder): \(slice) has \(this), and \(first) has \(was)",
        remedy: "keep slices of one size and type in the folder")
    case .optionDisagrees(let file, let option, let said, let value):
      return Explanation(
        .input, "\(option) says \(said), and \(file) itself says \(value)",
        remedy: "leave \(option) away: pictures describe themselves")
    }
  }
}

extension PictureKind {
  var words: (what: String, remedy: String) {
    switch self {
    case .runLengths:
      ("run-length compression (RLE), which is not read", "save it again without it, or as PNG")
    case .shortColour:
      ("16-bit colour (5 or 6 bits for each of three)", "save it again as 8-bit grey")
    case .masks:
      ("colours at unusual bits (BITFIELDS)", "save it again as 24-bit colour or as 8-bit grey")
    case .lossy(let name):
      (
        "\(name) inside, which is not read: it may have lost the exact values",
        "export the slices again as TIFF or PNG, from a source that has lost nothing"
      )
    }
  }
}
