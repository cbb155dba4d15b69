import VolumeCore
import VoxelFiles

/// Which of a file's axes are z, y and x, and which one, if any, counts a voxel's values.
struct NRRDAxes: Hashable {
  /// All extents, the fastest axis first.
  var sizes: [Int]
  /// The axes that are x, y and, unless there is but one layer, z: indices into `sizes`.
  var spatial: [Int]
  /// The axis that counts values, and where it lies.
  var channels: Channels
  /// What it counts, for people.
  var kind: String

  enum Channels: Hashable {
    case none
    /// Values of a voxel lie beside each other.
    case beside(Int)
    /// Whole volumes lie behind each other.
    case behind(Int)
  }

  /// The kinds of axes that are places; others count something.
  private static let places = ["domain", "space", "???", "none"]

  init(_ header: NRRDHeader, file: String) throws(NRRDError) {
    guard let dimension = try header.integer("dimension", file: file) else {
      throw .isNotSaid(file: file, field: "dimension")
    }
    guard let sizes = try header.integers("sizes", file: file) else {
      throw .isNotSaid(file: file, field: "sizes")
    }
    guard sizes.count == dimension else {
      throw .valueIsMalformed(file: file, field: "sizes", value: header.fields["sizes"] ?? "")
    }
    guard sizes.allSatisfy({ $0 > 0 }), (2...16).contains(dimension) else {
      throw .extentIsImpossible(file: file, sizes: sizes)
    }
    self.sizes = sizes
    let kinds = header.fields["kinds"]?.split(whereSeparator: \.isWhitespace).map {
      $0.lowercased()
    }
    if let kinds, kinds.count != dimension {
      throw .valueIsMalformed(file: file, field: "kinds", value: header.fields["kinds"] ?? "")
    }
    let directions = try header.vectors("space directions", count: dimension, file: file)
    let counting = sizes.indices.filter { axis in
      if let kinds, !Self.places.contains(kinds[axis]) { return true }
      if let directions, directions[axis] == nil { return true }
      return false
    }
    spatial = sizes.indices.filter { !counting.contains($0) }
    while spatial.count > 3, let single = spatial.lastIndex(where: { sizes[$0] == 1 }) {
      spatial.remove(at: single)
    }
    let several = counting.filter { sizes[$0] > 1 }
    guard (2...3).contains(spatial.count), several.count <= 1 else {
      throw .hasOtherAxes(file: file, sizes: sizes, kinds: kinds ?? [])
    }
    guard let axis = several.first else {
      channels = .none
      kind = ""
      return
    }
    kind = kinds?[axis] ?? "an axis without a direction"
    if spatial.allSatisfy({ $0 > axis }) {
      channels = .beside(sizes[axis])
    } else if spatial.allSatisfy({ $0 < axis }) {
      channels = .behind(sizes[axis])
    } else {
      throw .channelsLieBetween(file: file, sizes: sizes, axis: axis)
    }
  }

  /// The extent of one volume.
  var shape: Shape3 {
    Shape3(z: spatial.count > 2 ? sizes[spatial[2]] : 1, y: sizes[spatial[1]], x: sizes[spatial[0]])
  }
  /// Volumes that lie behind each other.
  var volumes: Int { if case .behind(let count) = channels { count } else { 1 } }
  /// Values of a voxel that lie beside each other.
  var valuesPerVoxel: Int { if case .beside(let count) = channels { count } else { 1 } }
}
