import Phantom
import Testing
import VolumeCore

@Suite struct `A fractured phantom` {
  static func make(_ shape: Shape3, seed: UInt64 = 3) throws -> PhantomVolume {
    var options = PhantomOptions()
    options.shape = shape
    options.seed = seed
    options.kind = .fracture
    return try options.prepare()
  }

  static let small = Shape3(z: 24, y: 90, x: 110)

  @Test(arguments: [
    Region(z: 3..<9, y: 0..<90, x: 0..<110), Region(z: 23..<24, y: 89..<90, x: 109..<110),
    Region(z: 2..<5, y: 17..<60, x: 83..<84),
  ])
  func `has the same voxels however it is cut`(part: Region) throws {
    let phantom = try Self.make(Self.small)
    for reader: any VolumeReader in [PhantomGrey(phantom), PhantomLabels(phantom)] {
      let size = reader.volume.voxelType.byteCount
      let whole = try reader.bytes(of: Region(Self.small))
      let expected = part.indices.flatMap { at in
        let place = ((at.z * Self.small.y + at.y) * Self.small.x + at.x) * size
        return Array(whole[place..<(place + size)])
      }
      #expect(try reader.bytes(of: part) == expected)
    }
  }

  @Test func `has the five classes of the scan that it imitates, in their shares`() throws {
    let shape = Shape3(z: 100, y: 301, x: 200)
    let phantom = try Self.make(shape)
    let grey = PhantomGrey(phantom)
    let labels = PhantomLabels(phantom)
    #expect(grey.volume.voxelType == .uint16 && labels.volume.voxelType == .uint8)
    #expect(
      labels.volume.classes?.map { "\($0.value) \($0.name)" }
        == ["0 exterior", "1 inside", "2 defect", "3 porosity", "4 crack"])
    var counts = [Int](repeating: 0, count: 5)
    for label in try labels.bytes(of: Region(shape)) { counts[Int(label)] += 1 }
    let shares = counts.map { 100 * Double($0) / Double(shape.voxelCount) }
    #expect(abs(shares[0] - 26) < 2)
    #expect(abs(shares[1] - 71) < 2)
    #expect(abs(shares[2] - 2.2) < 0.6)
    #expect(abs(shares[3] - 0.016) < 0.01)
    #expect(abs(shares[4] - 0.42) < 0.12)
  }

  @Test func `has a crack in the left and in the right half`() throws {
    let shape = Shape3(z: 60, y: 150, x: 160)
    let labels = try PhantomLabels(try Self.make(shape)).bytes(of: Region(shape))
    var halves = [0, 0]
    for (place, label) in labels.enumerated() where label == 4 {
      halves[place % shape.x < 80 ? 0 : 1] += 1
    }
    #expect(halves.allSatisfy { $0 > 1000 })
  }

  @Test func `is bright where there is metal and dark where there is none`() throws {
    let phantom = try Self.make(Self.small)
    let bytes = try PhantomGrey(phantom).bytes(of: Region(Self.small))
    let labels = try PhantomLabels(phantom).bytes(of: Region(Self.small))
    func mean(_ label: UInt8) -> Double {
      let places = labels.indices.filter { labels[$0] == label }
      return places.reduce(0.0) { $0 + Double(bytes[2 * $1]) + 256 * Double(bytes[2 * $1 + 1]) }
        / Double(places.count)
    }
    #expect(abs(mean(1) - 39_500) < 1500)
    #expect(mean(0) < 11_500)
    #expect(mean(2) > 18_000 && mean(2) < 30_000)
    // So thin that its voxels are mixed with metal.
    #expect(mean(4) > 10_000 && mean(4) < 24_000)
  }
}
