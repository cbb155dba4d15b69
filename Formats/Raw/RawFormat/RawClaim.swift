import VolumeCore

/// What one source says about the bytes of a raw file; all that speak must agree.
public struct RawClaim: Hashable, Sendable {
  /// Who says so.
  public enum Source: Hashable, Sendable {
    /// A PyHST sidecar, by its file name.
    case sidecar(String)
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
  /// The voxel's edges, or `nil` where they are not said.
  public var spacing: VoxelSpacing?

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
    shape == nil && type == nil && byteOrder == nil && offset == nil
  }
}

extension RawClaim.Source {
  /// "the sidecar scan.raw.info says".
  var saying: String {
    switch self {
    case .sidecar(let name): "the sidecar \(name) says"
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
      case .sidecar:
        parts.append("NUM_X = \(shape.x), NUM_Y = \(shape.y), NUM_Z = \(shape.z): \(shape.words)")
      case .name: parts.append("\(shape.x)x\(shape.y)x\(shape.z) (x, y, z): \(shape.words)")
      case .options: parts.append("--shape \(shape) (z, y, x): \(shape.words)")
      }
    }
    if let type { parts.append(type.name) }
    if let byteOrder { parts.append("byte order \(byteOrder.rawValue)") }
    if let offset { parts.append("offset \(offset)") }
    if let shape, let type = type?.voxelType,
      let bytes = bytesNeeded(by: shape, of: type, after: offset ?? 0)
    {
      parts.append("which makes \(bytes) bytes")
    }
    return "\(source.saying) \(parts.isEmpty ? "nothing" : parts.joined(separator: ", "))"
  }
}
