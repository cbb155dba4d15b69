import Rendering
import Testing
import VolumeCore
import VolumePasses
import VolumeTesting

@Suite struct `A projection` {
  private func projected(
    _ projection: Projection, _ reader: any VolumeReader, block: Int, threads: Int
  ) throws -> [Float] {
    var pass = projection.pass(reader)
    pass.block = Shape3(z: block, y: block + 1, x: block + 2)
    return try projection.values(pass.prepared(memory: 1 << 26, threads: threads))
  }

  @Test(arguments: Projection.Axis.allCases, Projection.Kind.allCases)
  func `is that of a plain loop, whatever the blocks and threads`(
    axis: Projection.Axis, kind: Projection.Kind
  ) throws {
    let shape = Shape3(z: 7, y: 11, x: 14)
    let scan = MemoryVolume.scan(shape, seed: 5)
    let region = Region(z: 1..<6, y: 2..<11, x: 3..<14)
    let bytes = try scan.bytes(of: region)
    for longest in [100, 4] {
      let projection = Projection(kind, along: axis, of: region, longestEdge: longest)
      var behind = [[UInt8]](repeating: [], count: projection.width * projection.height)
      for (index, at) in region.indices.enumerated() {
        let (z, y, x) = (at.z - 1, at.y - 2, at.x - 3)
        let (down, right) = axis == .z ? (y, x) : axis == .y ? (z, x) : (z, y)
        behind[down / projection.step * projection.width + right / projection.step]
          .append(bytes[index])
      }
      let expected = behind.map { values -> Float in
        switch kind {
        case .max: Float(values.max() ?? 0)
        case .min: Float(values.min() ?? 0)
        case .mean: Float(Double(values.reduce(0) { $0 + Int($1) }) / Double(values.count))
        }
      }
      for (block, threads) in [(100, 1), (3, 2), (2, 4), (1, 3)] {
        #expect(try projected(projection, scan, block: block, threads: threads) == expected)
      }
    }
  }

  @Test func `passes over what is no finite number`() throws {
    let values: [Float] = [.nan, 3, .infinity, -.infinity, -2, .nan, .nan, .infinity]
    let scan = MemoryVolume(
      Shape3(z: 2, y: 2, x: 2), .float32,
      values.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 255) } })
    let region = Region(scan.volume.shape)
    // Behind the pixels: (nan, -2), (3, nan), (inf, nan), (-inf, inf).
    for (kind, expected) in [(Projection.Kind.max, [Float(-2), 3, 0, 0]), (.min, [-2, 3, 0, 0])] {
      let projection = Projection(kind, along: .z, of: region)
      #expect(try projected(projection, scan, block: 4, threads: 1) == expected)
    }
  }

  @Test func `is no larger than was asked for`() {
    let region = Region(Shape3(z: 3, y: 500, x: 1001))
    let projection = Projection(.max, along: .z, of: region, longestEdge: 500)
    #expect((projection.step, projection.height, projection.width) == (3, 167, 334))
  }
}
