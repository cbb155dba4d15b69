import VolumeCore

/// The pixel's edges, `PSize_1` to `PSize_3`: metres, unless a unit stands behind (`5.1_um`).
struct EDFPixel: Hashable {
  /// Along x, y and z in micrometres, where the header says them.
  private let edges: [Double?]

  init(_ values: [String: String]) {
    edges = (1...3).map { axis in values["PSIZE_\(axis)"].flatMap { Self.micrometres($0) } }
  }

  /// The voxel, where all three edges are given.
  var spacing: VoxelSpacing? {
    guard let x = edges[0], let y = edges[1], let z = edges[2] else { return nil }
    let spacing = VoxelSpacing(z: z, y: y, x: x)
    return spacing.isPossible ? spacing : nil
  }

  /// What is known where that is not enough.
  var remark: String? {
    guard let x = edges[0], let y = edges[1], edges[2] == nil else { return nil }
    return "the header gives a pixel of \(y) x \(x) um (y, x) and no distance of layers: "
      + "give --voxel-size"
  }

  private static func micrometres(_ text: String) -> Double? {
    let parts = text.split { $0 == "_" || $0 == " " }
    guard let first = parts.first, let value = Double(first), value > 0, value.isFinite,
      parts.count <= 2
    else { return nil }
    guard parts.count == 2 else { return rounded(value * 1e6) }
    return LengthUnit.micrometres(in: String(parts[1])).map { rounded(value * $0) }
  }

  /// Without what multiplying by a power of ten adds behind the fifteenth digit.
  private static func rounded(_ value: Double) -> Double {
    guard value > 1e-6, value < 1e9 else { return value }
    return (value * 1e9).rounded() / 1e9
  }
}
