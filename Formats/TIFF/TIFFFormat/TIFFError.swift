import SystemIO
import VolumeCore
import VoxelFiles

/// Why a TIFF file or a folder of them cannot be opened, read or written. Pages count from 1.
public enum TIFFError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// There is no file or folder at the path.
  case isNothing(path: String)
  /// A file without the first bytes of a TIFF.
  case isNoTIFF(file: String, byteCount: Int)
  /// The file ends before what a page needs; where that would end, if it can be said.
  case isTruncated(file: String, page: Int, needed: Int?, byteCount: Int)
  /// A stack whose description announces more images than the file holds.
  case stackIsTruncated(file: String, announced: Int, held: Int)
  /// The chain of pages comes back to where it was.
  case pagesLoop(file: String, page: Int)
  /// More pages than any scan has layers.
  case hasTooManyPages(file: String, limit: Int)
  /// A directory that contradicts itself.
  case directoryIsMalformed(file: String, page: Int, what: String)
  /// A file without pages.
  case hasNoPages(file: String)
  /// A kind of page that is not read.
  case kindIsNotRead(file: String, page: Int, kind: UnreadKind)
  /// A compression that this libtiff does not have.
  case codecIsMissing(file: String, page: Int, compression: Int)
  /// A page larger than its file could ever hold.
  case sizeIsImplausible(file: String, page: Int, width: Int, height: Int, byteCount: Int)
  /// A page of another size or type than the first.
  case pageDiffers(file: String, page: Int, is: String, first: String)
  /// libtiff could not decode a strip or a tile.
  case cannotDecode(file: String, page: Int, message: String)
  /// Several channels, or channels and times.
  case hasSeveralChannels(file: String, channels: Int, frames: Int)
  /// A folder that is no stack of slices.
  case folder(SliceError)
  /// A slice of another size or type than the first.
  case sliceDiffers(folder: String, slice: String, is: String, first: String, was: String)
  /// A slice that has pages of its own.
  case sliceHasPages(folder: String, slice: String)
  /// An option that contradicts the file.
  case optionDisagrees(file: String, option: String, said: String, is: String)
  /// A finished output is there already.
  case outputExists(path: String)
  /// Voxels that are not written as TIFF.
  case typeIsNotWritten(type: VoxelType)
  /// Pages of the output were never written.
  case isIncomplete(path: String, missing: Int, of: Int)
}

/// A kind of page that TIFF knows and that is not read.
public enum UnreadKind: Hashable, Sendable {
  /// Grey values that grow darker.
  case whiteIsZero
  /// Red, green and blue.
  case colour(samples: Int)
  /// Several grey channels.
  case channels(Int)
  /// Signed integers.
  case signed(bits: Int)
  /// Floating point.
  case float(bits: Int)
  /// Other depths than 8 and 16 bits.
  case bits(Int)
  /// A colour table of more than 256 entries.
  case widePalette
  /// Any other way to show numbers.
  case photometric(Int)
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
        "make it grey in Fiji (Image > Type > 8-bit) and save it again"
      )
    case .channels(let count):
      (
        "\(count) channels",
        "keep one channel (Fiji: Image > Color > Split Channels), save it again"
      )
    case .signed(let bits):
      (
        "signed \(bits)-bit voxels",
        "convert it to uint16 (with numpy: (a.astype(\"i4\") - a.min()).astype(\"u2\"))"
      )
    case .float(let bits):
      (
        "\(bits)-bit floating point voxels",
        "convert it to 16-bit in Fiji (Image > Type > 16-bit), or give it as .raw with --type float32"
      )
    case .bits(let bits):
      (
        "\(bits)-bit voxels",
        "convert it to 8-bit or 16-bit in Fiji (Image > Type) and save it again"
      )
    case .widePalette:
      ("a colour table of more than 256 colours", "save the indices as 16-bit grey values")
    case .photometric(let number):
      ("colours of kind \(number)", "convert it to 8-bit or 16-bit grey in Fiji (Image > Type)")
    }
  }
}
