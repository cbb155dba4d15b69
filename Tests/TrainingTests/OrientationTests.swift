import Testing
import Training
import VolumeCore

@Suite struct `Ways to lay a crop` {
  /// Numbers that tell every voxel from every other.
  static func numbers(_ shape: Shape3) -> [Int] { Array(0..<shape.voxelCount) }

  @Test func `are eight in the plane, all different`() {
    let shape = Shape3(z: 1, y: 3, x: 3)
    let laid = CropOrientation.plane.map { $0.apply(Self.numbers(shape), to: shape) }
    #expect(laid.count == 8)
    #expect(Set(laid).count == 8)
    #expect(laid.contains(Self.numbers(shape)))
    // The two that the original never drew: a turn by 270 degrees, and the other diagonal.
    #expect(laid.contains([6, 3, 0, 7, 4, 1, 8, 5, 2]))
    #expect(laid.contains([8, 5, 2, 7, 4, 1, 6, 3, 0]))
  }

  @Test func `are forty-eight of the cube, all different`() {
    let shape = Shape3(z: 3, y: 3, x: 3)
    let laid = CropOrientation.all.map { $0.apply(Self.numbers(shape), to: shape) }
    #expect(laid.count == 48)
    #expect(Set(laid).count == 48)
    #expect(laid.allSatisfy { $0.sorted() == Self.numbers(shape) })
  }

  @Test func `make a group`() {
    let shape = Shape3(z: 2, y: 2, x: 2)
    let laid = Set(CropOrientation.all.map { $0.apply(Self.numbers(shape), to: shape) })
    for first in CropOrientation.all {
      for second in CropOrientation.all {
        let both = second.apply(first.apply(Self.numbers(shape), to: shape), to: shape)
        #expect(laid.contains(both))
      }
    }
  }

  @Test func `lay boxes, too`() {
    let shape = Shape3(z: 1, y: 2, x: 3)
    for way in CropOrientation.plane {
      let laid = way.apply(Self.numbers(shape), to: shape)
      #expect(laid.sorted() == Self.numbers(shape))
    }
  }
}
