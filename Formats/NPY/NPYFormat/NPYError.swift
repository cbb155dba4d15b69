import SystemIO
import VolumeCore
import VoxelFiles

/// Why an NPY file is not opened or written.
public enum NPYError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// The first bytes are not those of an NPY file.
  case isNoNPY(file: String)
  /// A zip of several arrays.
  case isArchive(file: String)
  /// A version that this reader does not know.
  case versionIsUnknown(file: String, major: Int, minor: Int)
  /// The header claims to be longer than any.
  case headerIsTooLong(file: String, byteCount: Int)
  /// The file ends before its header does.
  case endsInHeader(file: String, byteCount: Int)
  /// The header is not the dictionary that it should be.
  case headerIsMalformed(file: String, text: String)
  /// Elements are records of several fields.
  case isStructured(file: String)
  /// Elements are Python objects, which only running code could read.
  case isPickled(file: String)
  /// Elements are no numbers that are read, or do not say their byte order.
  case typeIsNotRead(file: String, descr: String)
  /// The array is no volume.
  case hasOtherAxes(file: String, shape: [Int])
  /// An extent is zero, or the product is beyond counting.
  case extentIsImpossible(file: String, shape: [Int])
  /// The file is not as long as the header makes it.
  case flat(FlatFileError)
  /// An option contradicts the file.
  case hint(HintError)
}

extension NPYError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .flat(let error): return error.explanation
    case .hint(let error): return error.explanation
    case .isNoNPY(let file):
      return Explanation(
        .input, "\(file) does not begin as an NPY file does",
        remedy: "check what made it; numpy.save writes NPY")
    case .isArchive(let file):
      return Explanation(
        .input, "\(file) is a zip of arrays, and one array is read",
        remedy: "save the array alone: numpy.save(\"volume.npy\", numpy.load(FILE)[NAME])")
    case .versionIsUnknown(let file, let major, let minor):
      return Explanation(
        .input, "\(file) is of NPY version \(major).\(minor); 1.0, 2.0 and 3.0 are read",
        remedy: "save it again with numpy.save")
    case .headerIsTooLong(let file, let byteCount):
      return Explanation(
        .input,
        "\(file) claims a header of \(byteCount) bytes; \(NPYHeader.longestText) are the most",
        remedy: "copy the file again, or save it again with numpy.save")
    case .endsInHeader(let file, let byteCount):
      return Explanation(
        .input, "\(file) has \(byteCount) bytes and ends within its header",
        remedy: "copy the file again from where it is whole")
    case .headerIsMalformed(let file, let text):
      return Explanation(
        .input, "the header of \(file) says \"\(text)\", which makes no sense",
        remedy: "save it again with numpy.save")
    case .isStructured(let file):
      return Explanation(
        .input, "\(file) holds records of several fields, not one number for each voxel",
        remedy: "save one of them: numpy.save(\"volume.npy\", array[FIELD])")
    case .isPickled(let file):
      return Explanation(
        .input, "\(file) holds Python objects, which are never unpickled: that would run code",
        remedy: "save numbers: numpy.save(\"volume.npy\", array.astype(\"float32\"))")
    case .typeIsNotRead(let file, let descr):
      return Explanation(
        .input, "\(file) holds elements of type '\(descr)', which are not read",
        remedy: "save it as one that is: numpy.save(\"volume.npy\", array.astype(\"float32\"))")
    case .hasOtherAxes(let file, let shape):
      return Explanation(
        .input,
        "\(file) has \(shape.count) axes \(shape), and nothing says what they are; "
          + "a volume has three (z, y, x)",
        remedy: shape.count > 3
          ? "choose a channel and save it alone, since --channel cannot tell which axis counts "
            + "channels: numpy.save(\"volume.npy\", array[..., 0])"
          : "save it with its shape: numpy.save(\"volume.npy\", array.reshape(Z, Y, X))")
    case .extentIsImpossible(let file, let shape):
      return Explanation(
        .input, "\(file) claims the extents \(shape), which no volume has",
        remedy: "copy the file again, or save it again with numpy.save")
    }
  }
}
