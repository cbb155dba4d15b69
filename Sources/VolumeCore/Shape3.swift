/// The extent of a volume or of a part of it, slowest axis first.
public struct Shape3: Hashable, Sendable, Codable {
  /// Layers.
  public var z: Int
  /// Rows.
  public var y: Int
  /// Columns.
  public var x: Int

  /// A shape of `z` layers of `y` rows by `x` columns.
  public init(z: Int, y: Int, x: Int) {
    self.z = z
    self.y = y
    self.x = x
  }

  /// The number of voxels; traps on overflow, so check a hostile header with `checkedVoxelCount`.
  public var voxelCount: Int { z * y * x }

  /// The number of voxels, or `nil` where an extent is negative or the product does not fit.
  public var checkedVoxelCount: Int? {
    guard z >= 0, y >= 0, x >= 0 else { return nil }
    let (layer, first) = y.multipliedReportingOverflow(by: x)
    let (whole, second) = layer.multipliedReportingOverflow(by: z)
    return first || second ? nil : whole
  }

  /// "1900 layers of 1040 rows x 1300 columns": what every command echoes.
  public var words: String {
    "\(z) \(z == 1 ? "layer" : "layers") of \(y) rows x \(x) columns"
  }
}

extension Shape3: CustomStringConvertible {
  /// `1900x1040x1300` (z, y, x), as options take it.
  public var description: String { "\(z)x\(y)x\(x)" }
}

/// The position of a voxel, a chunk or a shard, slowest axis first.
public struct Index3: Hashable, Sendable, Codable, Comparable {
  /// Layer.
  public var z: Int
  /// Row.
  public var y: Int
  /// Column.
  public var x: Int

  /// The position (z, y, x).
  public init(z: Int, y: Int, x: Int) {
    self.z = z
    self.y = y
    self.x = x
  }

  /// Slowest axis first.
  public static func < (a: Index3, b: Index3) -> Bool { (a.z, a.y, a.x) < (b.z, b.y, b.x) }
}

extension Index3: CustomStringConvertible {
  /// `(z, y, x)`.
  public var description: String { "(\(z), \(y), \(x))" }
}
