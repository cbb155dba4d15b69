import SystemIO
import VolumeCore
import VoxelFiles

/// Why DICOM files are no volume that can be read.
public enum DICOMError: Error, Hashable, Sendable {
  /// The system says no.
  case system(SystemError)
  /// There is no such file or folder.
  case isNothing(path: String)
  /// The folder holds no DICOM file.
  case hasNoSlices(folder: String)
  /// The file does not begin as DICOM does.
  case isNoDICOM(file: String)
  /// The elements do not follow each other as they must.
  case isMalformed(file: String, what: String)
  /// The elements before the pixels are longer than any are.
  case headerIsTooLong(file: String, limit: Int)
  /// An element without which the pixels mean nothing.
  case lacks(file: String, element: String)
  /// An element that has a value that it cannot have.
  case valueIsUnclear(file: String, element: String, value: String)
  /// Pixels compressed in a way that is not undone here.
  case isCompressed(file: String, syntax: String, name: String)
  /// Pixels of a kind that no voxel has.
  case kindIsNotRead(file: String, kind: String)
  /// The file ends before its pixels do.
  case isTruncated(file: String, needed: Int, byteCount: Int)
  /// A frame cannot be decoded.
  case frameIsDamaged(file: String, frame: Int, what: String)
  /// The folder holds slices of several scans; what they are, in words.
  case severalSeries(folder: String, series: [String])
  /// Two slices of one scan differ in what they are.
  case sliceDiffers(
    folder: String, file: String, what: String, is: String, first: String, was: String)
  /// Several slices, and nothing says in which order.
  case hasNoOrder(folder: String, file: String)
  /// Two slices lie at one place.
  case hasDuplicate(folder: String, one: String, other: String, place: String)
  /// Layers are missing before a slice.
  case hasGap(folder: String, file: String, missing: Int)
  /// The slices are not at equal distances, in millimetres.
  case isUneven(folder: String, least: Double, greatest: Double)
  /// What the options say does not fit.
  case hint(HintError)
}

extension DICOMError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .hint(let error): return error.explanation
    case .isNothing(let path):
      return input("\(path): there is no such file or folder", "check the path")
    case .hasNoSlices(let folder):
      return input("\(folder) holds no DICOM file", "give the folder that the slices lie in")
    case .isNoDICOM(let file):
      return input(
        "\(file) does not begin as DICOM files do", "give a DICOM file, or a folder of them")
    case .isMalformed(let file, let what):
      return input("\(file) is no DICOM file that can be read: \(what)", copyAgain)
    case .headerIsTooLong(let file, let limit):
      return input("\(file) has more than \(limit) bytes before its pixels", copyAgain)
    case .lacks(let file, let element):
      return input("\(file) does not say its \(element)", "export the scan again")
    case .valueIsUnclear(let file, let element, let value):
      return input(
        "\(file): its \(element) is '\(value)', which cannot be", "export the scan again")
    case .isCompressed(let file, let syntax, let name):
      return input(
        "\(file) is compressed (\(name), \(syntax)), which is not read here",
        "export it uncompressed, or convert it with gdcmconv --raw or dcmdjpeg")
    case .kindIsNotRead(let file, let kind):
      return input("\(file) holds \(kind)", "export grey values of 8, 16 or 32 bits")
    case .isTruncated(let file, let needed, let byteCount):
      return input("\(file) has \(byteCount) bytes; its pixels reach to \(needed)", copyAgain)
    case .frameIsDamaged(let file, let frame, let what):
      return Explanation(.damaged, "\(file): frame \(frame): \(what)", remedy: copyAgain)
    case .severalSeries(let folder, let series):
      return input(
        "\(folder) holds slices of \(series.count) scans: \(series.prefix(10).joined(separator: "; "))",
        "move the slices of each into a folder of its own")
    case .sliceDiffers(let folder, let file, let what, let found, let first, let was):
      return input(
        "\(folder): the \(what) of \(file) is \(found); that of \(first) is \(was)",
        "move what belongs to another scan into a folder of its own")
    case .hasNoOrder(let folder, let file):
      return input(
        "\(folder): nothing says where \(file) lies: no ImagePositionPatient, no InstanceNumber",
        "export the scan again, or as a folder of TIFF slices")
    case .hasDuplicate(let folder, let one, let other, let place):
      return input(
        "\(folder): \(one) and \(other) lie at the same place (\(place))",
        "move what belongs to another scan into a folder of its own")
    case .hasGap(let folder, let file, let missing):
      return input(
        "\(folder): \(missing) \(missing == 1 ? "layer is" : "layers are") missing before \(file)",
        "copy the missing slices, or read them as zeros with --gaps fill")
    case .isUneven(let folder, let least, let greatest):
      return input(
        "\(folder): its slices are between \(rounded(least)) and \(rounded(greatest)) mm apart",
        "export the scan again with layers at equal distances")
    }
  }

  private func rounded(_ millimetres: Double) -> Double { (millimetres * 1e6).rounded() / 1e6 }

  private var copyAgain: String { "copy it again from where it is whole" }

  private func input(_ what: String, _ remedy: String) -> Explanation {
    Explanation(.input, what, remedy: remedy)
  }
}
