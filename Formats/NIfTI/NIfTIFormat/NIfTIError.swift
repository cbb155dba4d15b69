import SystemIO
import VolumeCore
import VoxelFiles

/// Why a NIfTI file is not opened.
public enum NIfTIError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// The compressed bytes in front are no header.
  case stream(file: String, words: String)
  /// The file has fewer bytes than a header.
  case endsInHeader(file: String, byteCount: Int)
  /// The first number is no size of a header, or what follows is none of version 2.
  case isNoNIfTI(file: String)
  /// A header of Analyze 7.5, which has the same size.
  case isAnalyze(file: String)
  /// There is no header beside the voxels.
  case headerIsMissing(file: String, header: String)
  /// There are no voxels beside the header.
  case dataAreMissing(file: String, data: String)
  /// A type that is not read.
  case typeIsNotRead(file: String, number: Int)
  /// The bits of a voxel are not those of its type.
  case bitsDisagree(file: String, number: Int, found: Int, wanted: Int)
  /// The number of axes is not that of a volume.
  case hasOtherAxes(file: String, count: Int)
  /// An extent is not positive, or the product is beyond counting.
  case extentIsImpossible(file: String, extents: [Int])
  /// The place of the voxels is within the header, or no place.
  case offsetIsImpossible(file: String, offset: String, least: Int)
  /// So few compressed bytes cannot hold what the header claims.
  case compressedDataAreTooFew(file: String, found: Int, wanted: Int)
  /// The file is not as long as the header makes it.
  case flat(FlatFileError)
  /// An option contradicts the file.
  case hint(HintError)
}

extension NIfTIError: ExplainedError {
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
        .input, "\(file) has \(byteCount) bytes, fewer than the header of a NIfTI file",
        remedy: "copy the file again from where it is whole")
    case .isNoNIfTI(let file):
      return Explanation(
        .input, "\(file) does not begin with the header of a NIfTI file",
        remedy: "check what made it: other formats use .hdr and .img too")
    case .isAnalyze(let file):
      return Explanation(
        .input,
        "\(file) has the header of Analyze 7.5, of which programs make different things: it has no "
          + "n+1 or ni1 at byte 344",
        remedy: "save it as NIfTI in the program that made it")
    case .headerIsMissing(let file, let header):
      return Explanation(
        .input, "\(file) has no header \(header) beside it", remedy: "put the header beside it")
    case .dataAreMissing(let file, let data):
      return Explanation(
        .input, "\(file) is a header alone: there is no \(data) beside it",
        remedy: "put the voxels beside it")
    case .typeIsNotRead(let file, let number):
      return Explanation(
        .input,
        "\(file) has voxels of data type \(number), which are not read",
        remedy: "save it with whole numbers of 8 to 64 bits, float32 or float64")
    case .bitsDisagree(let file, let number, let found, let wanted):
      return Explanation(
        .input, "\(file) says \(found) bits a voxel; its data type \(number) has \(wanted)",
        remedy: "correct datatype or bitpix in the header")
    case .hasOtherAxes(let file, let count):
      return Explanation(
        .input, "\(file) has \(count) axes; 2 to 7 are read", remedy: "save the volume alone")
    case .extentIsImpossible(let file, let extents):
      return Explanation(
        .input, "\(file) claims extents of \(extents), which no file holds",
        remedy: "copy the file again from where it is whole")
    case .offsetIsImpossible(let file, let offset, let least):
      return Explanation(
        .input,
        "\(file) says that its voxels begin at byte \(offset) (vox_offset); a whole number from "
          + "\(least) is possible",
        remedy: "correct vox_offset in the header")
    case .compressedDataAreTooFew(let file, let found, let wanted):
      return Explanation(
        .input,
        "\(file) has \(found) compressed bytes, which cannot hold the \(wanted) of its header",
        remedy: "copy the file again from where it is whole")
    }
  }
}

/// Runs `call`, and makes what the system says part of this module's errors.
func asNIfTIError<Value>(_ call: () throws(SystemError) -> Value) throws(NIfTIError) -> Value {
  do { return try call() } catch { throw .system(error) }
}
