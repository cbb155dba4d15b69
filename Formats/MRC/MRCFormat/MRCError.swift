import SystemIO
import VolumeCore
import VoxelFiles

/// Why an MRC file is not opened.
public enum MRCError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// The compressed bytes in front are no header.
  case stream(file: String, words: String)
  /// The file has fewer bytes than a header.
  case endsInHeader(file: String, byteCount: Int)
  /// Neither the name of the format nor the numbers of the axes are where they must be.
  case isNoMRC(file: String)
  /// Nothing says the order of the bytes.
  case byteOrderIsUnknown(file: String, stamp: [UInt8])
  /// A mode that is not read.
  case modeIsNotRead(file: String, mode: Int)
  /// IMOD's flag says that two voxels share a byte, of which the extents are not clear.
  case packsBytes(file: String)
  /// The numbers of the axes are not 1, 2 and 3.
  case axesAreImpossible(file: String, axes: [Int])
  /// An extent is not positive, or the product is beyond counting.
  case extentIsImpossible(file: String, extents: [Int])
  /// Volumes behind each other that do not share the sections evenly.
  case stackIsUneven(file: String, sections: Int, each: Int)
  /// The extended header has fewer bytes than none.
  case extendedHeaderIsImpossible(file: String, byteCount: Int)
  /// So few compressed bytes cannot hold what the header claims.
  case compressedDataAreTooFew(file: String, found: Int, wanted: Int)
  /// What is only read where it lies plainly is compressed.
  case isCompressed(file: String, what: String)
  /// The file is not as long as the header makes it.
  case flat(FlatFileError)
  /// An option contradicts the file.
  case hint(HintError)
}

extension MRCError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .flat(let error): return error.explanation
    case .hint(let error): return error.explanation
    case .stream(let file, let words):
      return Explanation(
        .damaged, "\(file): \(words)", remedy: "copy the file again from where it is whole")
    case .endsInHeader(let file, let byteCount):
      return Explanation(
        .input, "\(file) has \(byteCount) bytes; the header of an MRC file alone has 1024",
        remedy: "copy the file again from where it is whole")
    case .isNoMRC(let file):
      return Explanation(
        .input,
        "\(file) has neither MAP at byte 208 nor the axes 1, 2, 3 at byte 64, as MRC files do",
        remedy: "check what made it, or give a name of its own format")
    case .byteOrderIsUnknown(let file, let stamp):
      return Explanation(
        .input,
        "\(file) has the machine stamp \(stamp), which says no order of bytes, and no axes",
        remedy: "give --byte-order little (most PCs) or big")
    case .modeIsNotRead(let file, let mode):
      return Explanation(
        .input, "\(file) has voxels of mode \(mode); 0, 1, 2, 3, 4, 6, 12, 16 and 101 are read",
        remedy: "save it in mode 1 (int16), 2 (float32) or 6 (uint16)")
    case .packsBytes(let file):
      return Explanation(
        .input,
        "\(file) has two voxels in each byte by a flag of IMOD in mode 0, of which the extents are "
          + "not clear",
        remedy: "save it with IMOD's newstack -mode 0 -bytes 1, or in mode 1")
    case .axesAreImpossible(let file, let axes):
      return Explanation(
        .input, "\(file) gives its columns, rows and sections the axes \(axes), and not 1, 2 and 3",
        remedy: "correct mapc, mapr and maps (bytes 64 to 75)")
    case .extentIsImpossible(let file, let extents):
      return Explanation(
        .input, "\(file) claims extents of \(extents), which no file holds",
        remedy: "copy the file again from where it is whole")
    case .stackIsUneven(let file, let sections, let each):
      return Explanation(
        .input,
        "\(file) holds several volumes of \(each) sections each, which its \(sections) sections "
          + "are not",
        remedy: "correct mz (byte 36), or the space group (byte 88)")
    case .extendedHeaderIsImpossible(let file, let byteCount):
      return Explanation(
        .input, "\(file) claims an extended header of \(byteCount) bytes",
        remedy: "correct nsymbt (byte 92)")
    case .compressedDataAreTooFew(let file, let found, let wanted):
      return Explanation(
        .input,
        "\(file) has \(found) compressed bytes, which cannot hold the \(wanted) of its header",
        remedy: "copy the file again from where it is whole")
    case .isCompressed(let file, let what):
      return Explanation(
        .input, "\(file) is compressed, and \(what)",
        remedy: "decompress it first: gunzip or bunzip2")
    }
  }
}

/// Runs `call`, and makes what the system says part of this module's errors.
func asMRCError<Value>(_ call: () throws(SystemError) -> Value) throws(MRCError) -> Value {
  do { return try call() } catch { throw .system(error) }
}
