/// A box of voxels: one half-open range for each axis.
///
/// Axes are named, and listed slowest first, so that no call depends on remembering an order.
public struct Region: Hashable, Sendable, Codable {
  /// The layers.
  public var z: Range<Int>
  /// The rows.
  public var y: Range<Int>
  /// The columns.
  public var x: Range<Int>

  /// The box of these ranges.
  public init(z: Range<Int>, y: Range<Int>, x: Range<Int>) {
    self.z = z
    self.y = y
    self.x = x
  }

  /// All of a volume of `shape`.
  public init(_ shape: Shape3) {
    self.init(z: 0..<shape.z, y: 0..<shape.y, x: 0..<shape.x)
  }

  /// The box of `shape` whose first voxel is `origin`.
  public init(origin: Index3, shape: Shape3) {
    self.init(
      z: origin.z..<(origin.z + shape.z), y: origin.y..<(origin.y + shape.y),
      x: origin.x..<(origin.x + shape.x))
  }

  /// The extent.
  public var shape: Shape3 { Shape3(z: z.count, y: y.count, x: x.count) }
  /// The first voxel.
  public var origin: Index3 { Index3(z: z.lowerBound, y: y.lowerBound, x: x.lowerBound) }
  /// The number of voxels.
  public var voxelCount: Int { shape.voxelCount }
  /// Whether it holds no voxel.
  public var isEmpty: Bool { z.isEmpty || y.isEmpty || x.isEmpty }

  /// The part that lies in `other` too; empty where they do not meet.
  public func clamped(to other: Region) -> Region {
    Region(z: z.clamped(to: other.z), y: y.clamped(to: other.y), x: x.clamped(to: other.x))
  }

  /// Whether at least one voxel lies in both.
  public func overlaps(_ other: Region) -> Bool { !clamped(to: other).isEmpty }

  /// Whether `other` lies inside.
  public func contains(_ other: Region) -> Bool { clamped(to: other) == other }

  /// The same box, counted from `origin`.
  public func relative(to origin: Index3) -> Region {
    Region(
      z: (z.lowerBound - origin.z)..<(z.upperBound - origin.z),
      y: (y.lowerBound - origin.y)..<(y.upperBound - origin.y),
      x: (x.lowerBound - origin.x)..<(x.upperBound - origin.x))
  }

  /// The same box moved by `offset`.
  public func moved(by offset: Index3) -> Region {
    relative(to: Index3(z: -offset.z, y: -offset.y, x: -offset.x))
  }
}

extension Region: CustomStringConvertible {
  /// `z0:z1,y0:y1,x0:x1`, as `--region` takes it.
  public var description: String {
    "\(z.lowerBound):\(z.upperBound),\(y.lowerBound):\(y.upperBound),"
      + "\(x.lowerBound):\(x.upperBound)"
  }
}

extension Region {
  /// The box that `description` writes: "z0:z1,y0:y1,x0:x1".
  public init?(text: some StringProtocol) {
    let ranges = text.split(separator: ",").map { part -> Range<Int>? in
      let ends = part.split(separator: ":").compactMap { Int($0) }
      return ends.count == 2 && ends[0] <= ends[1] ? ends[0]..<ends[1] : nil
    }
    guard ranges.count == 3, let z = ranges[0], let y = ranges[1], let x = ranges[2] else {
      return nil
    }
    self.init(z: z, y: y, x: x)
  }
}
