import SystemIO
import VolumeCore

/// Why a raw file cannot be opened, read or written.
public enum RawError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// There is no file, or not a plain one, at the path.
  case isNoFile(path: String)
  /// The file has no bytes.
  case isEmpty(path: String)
  /// A line of a sidecar makes no sense.
  case sidecarIsMalformed(sidecar: String, line: String)
  /// A sidecar gives some of what describes a volume, and not all.
  case sidecarLacks(sidecar: String, what: String)
  /// A sidecar is no text of its kind.
  case sidecarCannotBeParsed(sidecar: String, why: String)
  /// Another channel is asked for than the only one.
  case hasOneChannel(file: String, asked: Int)
  /// A type is named that is not read.
  case typeIsNotRead(file: String, type: String, claim: RawClaim)
  /// The sources contradict each other.
  case claimsDisagree(file: String, about: String, claims: [RawClaim], byteCount: Int)
  /// The file name holds several sizes and nobody else says which is meant.
  case nameHasSeveralSizes(file: String, shapes: [Shape3], byteCount: Int)
  /// The file is longer or shorter than what is said of it.
  case sizeDisagrees(file: String, claims: [RawClaim], wanted: [SizeOfType], byteCount: Int)
  /// An extent that is not positive, an offset below zero, or a product beyond counting.
  case extentIsImpossible(file: String, claims: [RawClaim])
  /// Nobody says the extent; what the bytes themselves suggest is given.
  case shapeIsUnknown(file: String, claims: [RawClaim], byteCount: Int, readings: [VolumeGuess])
  /// Voxels have several bytes and nobody says their order.
  case byteOrderIsUnknown(file: String, type: VoxelType, smoother: ByteOrder?)
  /// The file became shorter than it was when it was opened.
  case shrank(path: String)
  /// The output's own name says something else than what would be written.
  case outputNameDisagrees(file: String, claim: RawClaim, layout: RawLayout)
}

/// Bytes that a file would have if its voxels were of `type`.
public struct SizeOfType: Hashable, Sendable {
  /// The voxel type.
  public var type: VoxelType
  /// Bytes of such a file.
  public var byteCount: Int
  /// Whether each voxel is one bit.
  public var isPacked: Bool

  /// A file of `type` has `byteCount` bytes.
  public init(type: VoxelType, byteCount: Int, isPacked: Bool = false) {
    self.type = type
    self.byteCount = byteCount
    self.isPacked = isPacked
  }

  /// "48 as uint16".
  var words: String { "\(byteCount) as \(isPacked ? "PACKED_BINARY" : type.rawValue)" }
}

extension RawError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error): return error.explanation
    case .isNoFile(let path):
      return Explanation(.input, "\(path) is not a file", remedy: "check the path")
    case .isEmpty(let path):
      return Explanation(
        .input, "\(path) has no bytes", remedy: "copy or export it again; it was left empty")
    case .sidecarIsMalformed(let sidecar, let line):
      return Explanation(
        .input, "the sidecar \(sidecar) says \"\(line)\", which makes no sense",
        remedy: "correct that line, or move the sidecar away and give --shape and --type")
    case .sidecarLacks(let sidecar, let what):
      return Explanation(
        .input, "the sidecar \(sidecar) does not give \(what)",
        remedy: "add what is missing, or move the sidecar away and give --shape and --type")
    case .sidecarCannotBeParsed(let sidecar, let why):
      return Explanation(
        .input, "the sidecar \(sidecar) cannot be read: \(why)",
        remedy: "correct it, or move it away and give --shape and --type")
    case .hasOneChannel(let file, let asked):
      return Explanation(
        .input, "\(file) holds one channel, and --channel asks for channel \(asked)",
        remedy: "leave --channel out; where several volumes follow each other, give --offset")
    case .typeIsNotRead(let file, let type, let claim):
      return Explanation(
        .input,
        "\(file) holds \(type) voxels (\(claim)), and only whole numbers of 1, 2, 4 or 8 bytes, "
          + "float32 and float64 are read",
        remedy: Self.conversion(of: type))
    case .claimsDisagree(let file, let about, let claims, let byteCount):
      return Explanation(
        .input,
        "\(file): what is said of it disagrees about the \(about)"
          + Self.list(claims, byteCount),
        remedy: Self.reversedShape(in: claims)
          ?? "correct the one that is wrong: the sidecar, the file's name, or the options")
    case .nameHasSeveralSizes(let file, let shapes, let byteCount):
      return Explanation(
        .input,
        "\(file): the file name holds several sizes, and \(byteCount) bytes do not say which: "
          + shapes.map { "\($0.x)x\($0.y)x\($0.z) (x, y, z)" }.joined(separator: ", "),
        remedy: "say which with --shape ZxYxX --type T")
    case .sizeDisagrees(let file, let claims, let wanted, let byteCount):
      return Self.explainSize(file, claims, wanted, byteCount)
    case .extentIsImpossible(let file, let claims):
      return Explanation(
        .input, "\(file): no volume has this extent" + Self.list(claims, nil),
        remedy: "give --shape with positive numbers that fit the file, and --offset of 0 or more")
    case .shapeIsUnknown(let file, let claims, let byteCount, let readings):
      return Self.explainUnknown(file, claims, byteCount, readings)
    case .byteOrderIsUnknown(let file, let type, let smoother):
      let look =
        smoother.map {
          "; read as \($0.rawValue) its voxels resemble their neighbours more"
        } ?? ""
      return Explanation(
        .input,
        "\(file): \(type.rawValue) voxels have \(type.byteCount) bytes, and nothing says in "
          + "which order\(look)",
        remedy: smoother.map { "give --byte-order \($0.rawValue) if you agree" }
          ?? "give --byte-order little (most microscopes and PCs) or --byte-order big")
    case .shrank(let path):
      return Explanation(
        .damaged, "\(path) has become shorter since it was opened",
        remedy: "let nobody write to it meanwhile, copy it again, and give the same command again")
    case .outputNameDisagrees(let file, let claim, let layout):
      return Explanation(
        .input,
        "the output would hold \(layout.shape.words) of \(layout.voxelType.rawValue), and "
          + "its name \(file) would say otherwise (\(claim))",
        remedy: "choose a name without a size and type, or with the right ones")
    }
  }
}
