import VolumeCore
import VoxelFiles

/// The `.info` file that PyHST, pymicro and tomoscan lay beside a raw volume.
///
/// Lines are `KEY = value` with any spacing; `#` begins a comment; a first line that names PyHST
/// and begins with `!`, `:` or `%!` may be there. `NUM_X` is the fastest axis.
public struct PyHSTSidecar: Hashable, Sendable {
  /// The extent, or `nil` where no axis is given.
  public var shape: Shape3?
  /// `DATA_TYPE`, which only pymicro and we write.
  public var type: RawTypeName?
  /// `BYTEORDER`.
  public var byteOrder: ByteOrder?
  /// `voxelSize`, in micrometres.
  public var spacing: VoxelSpacing?

  /// Parses the text of the sidecar `name`.
  public init(parsing text: String, name: String) throws(RawError) {
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      guard let first = line.first(where: { !$0.isWhitespace }), !"!:%".contains(first) else {
        continue
      }
      let statement = line.prefix { $0 != "#" }
      guard let equals = statement.firstIndex(of: "=") else { continue }
      let key = trimmed(statement[..<equals])
      let value = trimmed(statement[statement.index(after: equals)...])
      if let earlier = values[key], earlier != value {
        throw .sidecarIsMalformed(sidecar: name, line: "\(key) = \(earlier), and again \(value)")
      }
      values[key] = value
    }

    func extent(_ key: String) throws(RawError) -> Int? {
      guard let text = values[key] else { return nil }
      guard let extent = Int(text), extent > 0 else {
        throw .sidecarIsMalformed(sidecar: name, line: "\(key) = \(text)")
      }
      return extent
    }
    let extents = (z: try extent("NUM_Z"), y: try extent("NUM_Y"), x: try extent("NUM_X"))
    switch extents {
    case (let z?, let y?, let x?): shape = Shape3(z: z, y: y, x: x)
    case (nil, nil, nil): shape = nil
    default: throw .sidecarLacks(sidecar: name, what: "all of NUM_X, NUM_Y and NUM_Z")
    }

    if let text = values["DATA_TYPE"] {
      type = RawTypeName(text) ?? .foreign(text)
      byteOrder = RawTypeName.byteOrder(in: text)
    }
    if let text = values["BYTEORDER"] {
      switch text.uppercased() {
      case "LOWBYTEFIRST": byteOrder = .little
      case "HIGHBYTEFIRST": byteOrder = .big
      default: throw .sidecarIsMalformed(sidecar: name, line: "BYTEORDER = \(text)")
      }
    }
    func edge(_ key: String) -> Double? {
      guard let edge = values[key].flatMap({ Double($0) }), edge > 0, edge.isFinite else {
        return nil
      }
      return edge
    }
    if let z = edge("voxelSizeZ"), let y = edge("voxelSizeY"), let x = edge("voxelSizeX") {
      spacing = VoxelSpacing(z: z, y: y, x: x)
    } else if let edge = edge("voxelSize") {
      spacing = VoxelSpacing(cube: edge)
    }
  }

  /// A sidecar that describes `layout`.
  public init(describing layout: RawLayout, spacing: VoxelSpacing?) {
    shape = layout.shape
    type = .known(layout.voxelType)
    byteOrder = layout.byteOrder
    self.spacing = spacing
  }

  /// The sidecar's text.
  public var text: String {
    var lines = ["! PyHST_SLAVE VOLUME INFO FILE"]
    if let shape {
      lines += ["NUM_X = \(shape.x)", "NUM_Y = \(shape.y)", "NUM_Z = \(shape.z)"]
    }
    if let type { lines.append("DATA_TYPE = \(type.name)") }
    if let byteOrder {
      lines.append("BYTEORDER = \(byteOrder == .little ? "LOWBYTEFIRST" : "HIGHBYTEFIRST")")
    }
    if let spacing {
      if spacing.z == spacing.y, spacing.y == spacing.x {
        lines.append("voxelSize = \(spacing.x)")
      } else {
        lines += [
          "voxelSizeX = \(spacing.x)", "voxelSizeY = \(spacing.y)", "voxelSizeZ = \(spacing.z)",
        ]
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What the sidecar `name` says about the bytes.
  func claim(name: String) -> RawClaim {
    var claim = RawClaim(source: .sidecar(name, .pyHST))
    claim.shape = shape
    claim.type = type
    claim.byteOrder = byteOrder
    claim.spacing = spacing
    return claim
  }
}
