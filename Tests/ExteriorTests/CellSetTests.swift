import Exterior
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A set of cells` {
  static let shapes = [
    Shape3(z: 1, y: 1, x: 1), Shape3(z: 3, y: 5, x: 64), Shape3(z: 5, y: 4, x: 65),
    Shape3(z: 4, y: 7, x: 131), Shape3(z: 6, y: 1, x: 63),
  ]

  static func random(_ shape: Shape3, seed: UInt64, oneIn: Int) -> CellSet {
    var random = SeededRandom(seed: seed)
    var set = CellSet(shape)
    for cell in Region(shape).indices where Int.random(in: 0..<oneIn, using: &random) == 0 {
      set[cell] = true
    }
    return set
  }

  /// The same by looking at every pair.
  static func grown(_ set: CellSet, _ isNear: (Int, Int, Int) -> Bool) -> CellSet {
    var result = CellSet(set.shape)
    let all = Region(set.shape).indices
    let members = all.filter { set[$0] }
    for cell in all {
      result[cell] = members.contains { isNear($0.z - cell.z, $0.y - cell.y, $0.x - cell.x) }
    }
    return result
  }

  @Test(arguments: shapes) func `grows by balls, as looking at all pairs says`(shape: Shape3) {
    let set = Self.random(shape, seed: 1, oneIn: 60)
    for radius in 0...4 {
      let expected = Self.grown(set) { $0 * $0 + $1 * $1 + $2 * $2 <= radius * (radius + 1) }
      #expect(set.grown(by: radius) == expected, "radius \(radius)")
      #expect(set.complement.shrunk(by: radius) == expected.complement, "radius \(radius)")
    }
    #expect(
      set.withNeighbours == Self.grown(set) { abs($0) <= 1 && abs($1) <= 1 && abs($2) <= 1 })
  }

  @Test(arguments: shapes) func `knows what is joined to the faces`(shape: Shape3) {
    for seed in 1...4 as ClosedRange<UInt64> {
      // Two of three: winding ways.
      let set = Self.random(shape, seed: seed, oneIn: 3).complement
      var expected = CellSet(shape)
      var stack = Region(shape).indices.filter {
        set[$0]
          && ($0.z == 0 || $0.y == 0 || $0.x == 0 || $0.z == shape.z - 1 || $0.y == shape.y - 1
            || $0.x == shape.x - 1)
      }
      for cell in stack { expected[cell] = true }
      while let cell = stack.popLast() {
        for (z, y, x) in [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)] {
          let next = Index3(z: cell.z + z, y: cell.y + y, x: cell.x + x)
          guard Region(shape).contains(Region(origin: next, shape: Shape3(z: 1, y: 1, x: 1))),
            set[next], !expected[next]
          else { continue }
          expected[next] = true
          stack.append(next)
        }
      }
      #expect(set.joinedToFaces == expected)
    }
  }

  @Test func `follows a way that winds through it`() {
    // A corridor that turns at every row, so that one sweep is not enough.
    let shape = Shape3(z: 3, y: 41, x: 70)
    var set = CellSet(shape)
    for y in 0..<40 {
      if y % 2 == 0 {
        for x in 1..<69 { set[Index3(z: 1, y: y, x: x)] = true }
      } else {
        set[Index3(z: 1, y: y, x: y % 4 == 1 ? 68 : 1)] = true
      }
    }
    #expect(set.joinedToFaces == set)
    #expect(set.count > 1000)
  }

  @Test func `says whether it holds a box`() {
    let set = Self.random(Shape3(z: 4, y: 6, x: 150), seed: 5, oneIn: 300).complement
    for (z, y, x) in [(0..<4, 0..<6, 0..<150), (1..<3, 2..<5, 60..<70), (0..<1, 0..<1, 127..<129)] {
      let box = Region(z: z, y: y, x: x)
      #expect(set.contains(box) == box.indices.allSatisfy { set[$0] })
    }
    for cell in Region(set.shape).indices {
      #expect(
        set.contains(Region(origin: cell, shape: Shape3(z: 1, y: 1, x: 1))) == set[cell])
    }
  }
}
