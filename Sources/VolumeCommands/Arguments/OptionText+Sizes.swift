import VolumeCore

/// What a tile writes, as `--tile` says it; `z` is `nil` where only a layer's edges were given.
public struct TileSize: Hashable, Sendable {
  /// Layers, where they were given.
  public var z: Int?
  /// Rows.
  public var y: Int
  /// Columns.
  public var x: Int
  /// Whether one number was given: squares, of which those beside each other may be computed together.
  public var isEdge = false

  /// A tile of `y` rows by `x` columns.
  public init(z: Int?, y: Int, x: Int) {
    self.z = z
    self.y = y
    self.x = x
  }

  /// A tile of as many rows as columns, said with one number.
  public init(edge: Int) {
    self.init(z: nil, y: edge, x: edge)
    isEdge = true
  }

  /// Whether `tile` is what this asks for.
  public func isMet(by tile: TileSize) -> Bool {
    (z == nil || z == tile.z) && y == tile.y && (x == tile.x || isEdge && x < tile.x)
  }
}

extension TileSize: CustomStringConvertible {
  /// `64x256x256`, or `256x256` where layers were not given.
  public var description: String { (z.map { "\($0)x" } ?? "") + "\(y)x\(x)" }
}

extension OptionText {
  /// A tile: `256` (rows and columns; those beside each other may be computed together), `256x256`, `64x256x256`; `nil` for `auto`.
  public func tileSize() throws(UsageError) -> TileSize? {
    if text == "auto" { return nil }
    let form = "give voxels as 256, 256x256 (rows x columns) or 64x256x256 (layers first), or auto"
    let extents = try extents(form)
    switch extents.count {
    case 1: return TileSize(edge: extents[0])
    case 2: return TileSize(z: nil, y: extents[0], x: extents[1])
    case 3: return TileSize(z: extents[0], y: extents[1], x: extents[2])
    default: throw wrong("a tile has three axes", form)
    }
  }

  /// A volume's extent: `1900x1040x1300` (z, y, x), or named in any order: `x=1300,y=1040,z=1900`.
  public func shape() throws(UsageError) -> Shape3 {
    let form =
      "give layers x rows x columns, as in 1900x1040x1300, or name them: x=1300,y=1040,z=1900"
    var shape: Shape3
    if text.contains("=") {
      let extents = try namedParts(form)
      var numbers: [Int] = []
      for part in [extents.z, extents.y, extents.x] { numbers.append(try positive(part, form)) }
      shape = Shape3(z: numbers[0], y: numbers[1], x: numbers[2])
    } else {
      let extents = try extents(form)
      guard extents.count == 3 else { throw wrong("a volume has three axes", form) }
      shape = Shape3(z: extents[0], y: extents[1], x: extents[2])
    }
    guard let count = shape.checkedVoxelCount, count < 1 << 59 else {
      throw wrong("no disk holds that many voxels", form)
    }
    return shape
  }

  /// A box in a volume of `shape`: `z0:z1,y0:y1,x0:x1`, or named; a bound left out is the face.
  public func region(in shape: Shape3) throws(UsageError) -> Region {
    let form =
      "give first:last+1 for layers, rows and columns, as in 100:164,0:512,0:512; ':' stands for all"
    let parts: (z: Substring, y: Substring, x: Substring)
    if text.contains("=") {
      parts = try namedParts(form)
    } else {
      let fields = text.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 3 else { throw wrong("a region has three axes", form) }
      parts = (fields[0], fields[1], fields[2])
    }
    return Region(
      z: try range(parts.z, "layers", shape.z, form), y: try range(parts.y, "rows", shape.y, form),
      x: try range(parts.x, "columns", shape.x, form))
  }

  private func range(
    _ part: Substring, _ axis: String, _ extent: Int, _ form: String
  ) throws(UsageError) -> Range<Int> {
    let bounds = part.split(separator: ":", omittingEmptySubsequences: false)
    guard bounds.count == 2 else { throw wrong("'\(part)' is no range of \(axis)", form) }
    var numbers = [0, extent]
    for (i, bound) in bounds.enumerated() where !bound.isEmpty {
      guard let number = decimal(bound) else {
        throw wrong("'\(bound)' is no number of \(axis)", form)
      }
      numbers[i] = number
    }
    guard numbers[1] <= extent else {
      throw wrong("the volume has only \(extent) \(axis)", form)
    }
    guard numbers[0] < numbers[1] else { throw wrong("'\(part)' holds no \(axis)", form) }
    return numbers[0]..<numbers[1]
  }

  private func extents(_ form: String) throws(UsageError) -> [Int] {
    var extents: [Int] = []
    for part in text.split(separator: "x", omittingEmptySubsequences: false) {
      extents.append(try positive(part, form))
    }
    return extents
  }

  private func positive(_ part: Substring, _ form: String) throws(UsageError) -> Int {
    guard let number = decimal(part) else {
      throw wrong(part.isEmpty ? "a number is missing" : "'\(part)' is no number", form)
    }
    guard number > 0 else { throw wrong("an extent of 0 holds no voxel", form) }
    return number
  }

  private func namedParts(
    _ form: String
  ) throws(UsageError) -> (z: Substring, y: Substring, x: Substring) {
    var named: [Substring: Substring] = [:]
    for field in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = field.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, ["x", "y", "z"].contains(sides[0]), named[sides[0]] == nil else {
        throw wrong("'\(field)' names no axis, or one twice", form)
      }
      named[sides[0]] = sides[1]
    }
    guard let z = named["z"], let y = named["y"], let x = named["x"] else {
      throw wrong("an axis is missing", form)
    }
    return (z, y, x)
  }
}
