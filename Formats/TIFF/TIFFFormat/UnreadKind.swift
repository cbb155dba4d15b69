/// A kind of page that TIFF knows and that is not read.
public enum UnreadKind: Hashable, Sendable {
  /// Grey values that grow darker.
  case whiteIsZero
  /// Red, green and blue, of which none was chosen.
  case colour(samples: Int)
  /// Several samples for each pixel, of which none was chosen.
  case channels(Int)
  /// Samples of several depths or kinds.
  case mixedSamples
  /// Complex numbers.
  case complex
  /// Floating point of other than 32 or 64 bits.
  case float(bits: Int)
  /// Whole numbers of a depth that is not read.
  case bits(Int)
  /// A kind of sample that the specification does not know.
  case sampleFormat(Int)
  /// A colour table of more than 256 entries.
  case widePalette
  /// Any other way to show numbers.
  case photometric(Int)
  /// Rows or columns that do not begin at the top left.
  case orientation(Int)
  /// A compression that loses something, or that is not decoded.
  case compression(String)
  /// A predictor that is unknown, or that does not go with its voxels or compression.
  case predictor(Int, bits: Int, compression: String)
  /// MetaMorph's stack, whose planes have no pages.
  case metaMorph
  /// Zeiss's LSM, with previews among its pages.
  case zeissLSM
  /// SGI's volume, whose page has several layers.
  case volumetric(depth: Int)
}

extension UnreadKind {
  /// What it is, and what makes of it what is read.
  var words: (what: String, remedy: String) {
    switch self {
    case .whiteIsZero:
      (
        "grey values where 0 is white (MinIsWhite)",
        "invert it in Fiji (Edit > Invert) and save it again"
      )
    case .colour(let samples):
      (
        "colour (RGB, \(samples) samples)",
        "choose one with --channel (0 red, 1 green, 2 blue), or make it grey in Fiji (Image > Type > "
          + "8-bit)"
      )
    case .channels(let count):
      ("\(count) channels", "choose one with --channel 0 to --channel \(count - 1)")
    case .mixedSamples:
      ("samples of several depths", "save each channel as a file of its own")
    case .complex:
      ("complex voxels", "save their magnitude or their real part as float32")
    case .float(let bits):
      (
        "\(bits)-bit floating point voxels, and only 32 and 64 bits are read",
        "save it again as float32 (with numpy: a.astype(\"f4\"))"
      )
    case .bits(let bits):
      (
        "\(bits)-bit voxels, and whole numbers of 8 to 16, 32 and 64 bits are read",
        "convert it to 8-bit or 16-bit in Fiji (Image > Type) and save it again"
      )
    case .sampleFormat(let number):
      ("samples of kind \(number)", "save it again as whole numbers or as float32")
    case .widePalette:
      ("a colour table of more than 256 colours", "save the indices as 16-bit grey values")
    case .photometric(let number):
      (
        "colours of kind \(number) (\(Self.photometricName(number)))",
        "convert it to 8-bit or 16-bit grey in Fiji (Image > Type)"
      )
    case .orientation(let number):
      (
        "the orientation \(number), which other programs apply or ignore as they like",
        "open it in Fiji, see that it is as it should be, and save it again"
      )
    case .compression(let name):
      (
        "the compression \(name), which is not read",
        "save it again uncompressed, with LZW or with deflate, from a source that has lost nothing"
      )
    case .predictor(let number, let bits, let name):
      (
        "predictor \(number) with \(bits)-bit voxels and compression \(name), which programs read "
          + "differently",
        "save it again without a predictor"
      )
    case .metaMorph:
      (
        "a MetaMorph stack (STK), whose planes have no pages of their own",
        "open it in Fiji and save it as TIFF"
      )
    case .zeissLSM:
      ("a Zeiss LSM, with previews among its pages", "open it in Fiji and save it as TIFF")
    case .volumetric(let depth):
      (
        "\(depth) layers in one page (SGI's ImageDepth)",
        "save it again with a page for each layer (with tifffile: without volumetric=True)"
      )
    }
  }

  private static func photometricName(_ number: Int) -> String {
    switch number {
    case 4: "a mask"
    case 5: "CMYK"
    case 6: "YCbCr"
    case 8, 9, 10: "CIE L*a*b*"
    case 32803: "a camera's raw colour filter"
    default: "unknown"
    }
  }
}
