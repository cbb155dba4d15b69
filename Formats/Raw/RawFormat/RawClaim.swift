import VolumeCore

/// What one source says about the bytes of a raw file; all that speak must agree.
public struct RawClaim: Hashable, Sendable {
  /// Who says so.
  public enum Source: Hashable, Sendable {
    /// A file beside it, by its name.
    case sidecar(String, SidecarKind)
    /// The file's own name.
    case name
    /// The options of the command.
    case options
  }

  /// Who says so.
  public var source: Source
  /// The extent, or `nil` where it is not said.
  public var shape: Shape3?
  /// The voxel type, or `nil` where it is not said.
  public var type: RawTypeName?
  /// The byte order, or `nil` where it is not said.
  public var byteOrder: ByteOrder?
  /// Bytes before the first voxel, or `nil` where it is not said.
  public var offset: Int?
  /// Whether the slowest axis is the fastest in the file, or `nil` where it is not said.
  public var isColumnMajor: Bool?
  /// The voxel's edges, or `nil` where they are not said.
  public var spacing: VoxelSpacing?
  /// What it says that people should know and voxels do not depend on.
  public var remark: String?

  /// `source` says nothing yet.
  public init(source: Source) { self.source = source }

  /// What the options of a command say.
  public init(options hints: OpeningHints) {
    self.init(source: .options)
    shape = hints.shape
    type = hints.voxelType.map { .known($0) }
    byteOrder = hints.byteOrder
    offset = hints.offset
    spacing = hints.spacing
  }

  /// Whether it says nothing about the bytes.
  public var isSilent: Bool {
    shape == nil && type == nil && byteOrder == nil && offset == nil && isColumnMajor == nil
  }

  /// Whether it is a file beside the voxels that says their extent.
  var isDescribingSidecar: Bool {
    if case .sidecar = source { shape != nil } else { false }
  }
}

/// The kinds of files that lie beside headerless voxels and describe them.
public enum SidecarKind: Hashable, Sendable {
  /// `NAME.raw.info` of PyHST, pymicro and tomoscan.
  case pyHST
  /// `NAME.vol.xml` of the ESRF.
  case xml
  /// `NAME.yml` with shape, dtype and byte_encoding.
  case yaml
  /// `NAME.metadata.yml` with dimensions and dtype.
  case metadata
  /// `NAME.ini` of the Core Imaging Library.
  case cil

  /// The name of a volume so described, for people.
  var formatName: String {
    switch self {
    case .pyHST: "raw (PyHST)"
    case .xml: "raw (ESRF)"
    case .yaml, .metadata: "raw (YAML)"
    case .cil: "raw (CIL)"
    }
  }

  /// The extent as such a file spells it.
  func spelling(of shape: Shape3) -> String {
    switch self {
    case .pyHST: "NUM_X = \(shape.x), NUM_Y = \(shape.y), NUM_Z = \(shape.z)"
    case .xml: "SIZEX = \(shape.x), SIZEY = \(shape.y), SIZEZ = \(shape.z)"
    case .yaml: "shape [\(shape.x), \(shape.y), \(shape.z)] (x, y, z)"
    case .metadata: "dimensions [\(shape.x), \(shape.y), \(shape.z)] (x, y, z)"
    case .cil: "shape (\(shape.z), \(shape.y), \(shape.x)) (z, y, x)"
    }
  }
}

extension RawClaim.Source {
  /// "the sidecar scan.raw.info says".
  var saying: String {
    switch self {
    case .sidecar(let name, _): "the sidecar \(name) says"
    case .name: "the file name says"
    case .options: "the options say"
    }
  }
}

extension RawClaim: CustomStringConvertible {
  /// One line with both orders of the axes spelled out.
  public var description: String {
    var parts: [String] = []
    if let shape {
      switch source {
      case .sidecar(_, let kind):
        parts.append("\(kind.spelling(of: shape)): \(shape.words)")
      case .name: parts.append("\(shape.x)x\(shape.y)x\(shape.z) (x, y, z): \(shape.words)")
      case .options: parts.append("--shape \(shape) (z, y, x): \(shape.words)")
      }
    }
    if let type { parts.append(type.name) }
    if let byteOrder { parts.append("byte order \(byteOrder.rawValue)") }
    if let offset { parts.append("offset \(offset)") }
    if isColumnMajor == true { parts.append("the first axis fastest (Fortran's order)") }
    if let shape, let type, let voxelType = type.voxelType,
      let bytes = bytesNeeded(
        by: shape, of: voxelType, isPacked: type == .packedBits, after: offset ?? 0)
    {
      parts.append("which makes \(bytes) bytes")
    }
    if let spacing {
      parts.append("a voxel of \(spacing.z) x \(spacing.y) x \(spacing.x) um (z, y, x)")
    }
    return "\(source.saying) \(parts.isEmpty ? "nothing" : parts.joined(separator: ", "))"
  }
}
