import Phantom
import Testing
import VolumeCore

@Suite struct `A biaxial phantom` {
  static let shape = Shape3(z: 24, y: 130, x: 170)

  static func make(_ seed: UInt64 = 3) throws -> PhantomVolume {
    var options = PhantomOptions()
    options.shape = shape
    options.seed = seed
    options.kind = .biaxial
    return try options.prepare()
  }

  static func layer(_ bytes: [UInt8], _ z: Int) -> ArraySlice<UInt8> {
    bytes[(z * shape.y * shape.x)..<((z + 1) * shape.y * shape.x)]
  }

  @Test(arguments: [
    Region(z: 3..<9, y: 0..<130, x: 0..<170), Region(z: 23..<24, y: 129..<130, x: 169..<170),
    Region(z: 2..<5, y: 17..<90, x: 133..<134), Region(z: 1..<18, y: 45..<88, x: 16..<170),
  ])
  func `has the same voxels however it is cut`(part: Region) throws {
    let phantom = try Self.make()
    for reader: any VolumeReader in [PhantomGrey(phantom), PhantomLabels(phantom)] {
      let whole = try reader.bytes(of: Region(Self.shape))
      let expected = part.indices.map {
        whole[($0.z * Self.shape.y + $0.y) * Self.shape.x + $0.x]
      }
      #expect(try reader.bytes(of: part) == expected)
    }
  }

  @Test func `has air around it, and names it`() throws {
    let reader = PhantomLabels(try Self.make())
    #expect(
      reader.volume.classes?.map { "\($0.value) \($0.name)" }
        == ["0 matrix", "1 fibre", "2 porosity", "3 crack", "254 outside"])
    let labels = try reader.bytes(of: Region(Self.shape))
    #expect(Set(labels) == [0, 1, 2, 3, 254])
    func air(_ z: Int) -> Double {
      Double(Self.layer(labels, z).count { $0 == 254 }) / Double(Self.shape.y * Self.shape.x)
    }
    // A rounded rectangle of 0.6 of the edges in the middle.
    #expect(abs(air(12) - 0.65) < 0.02)
    // So few layers are the middle of a longer bar, whose section hardly changes.
    #expect(abs(air(0) - air(12)) < 0.02)
    // It stands free of the scan's sides.
    for (place, index) in Region(Self.shape).indices.enumerated()
    where index.y == 0 || index.x == 0 || index.y == 129 || index.x == 169 {
      #expect(labels[place] == 254)
    }
  }

  @Test func `is as much wider at its ends as it is long`() throws {
    var options = PhantomOptions()
    options.shape = Shape3(z: 97, y: 64, x: 128)
    options.kind = .biaxial
    let reader = PhantomLabels(try options.prepare())
    func air(_ z: Int) throws -> Double {
      let layer = try reader.bytes(of: Region(z: z..<(z + 1), y: 0..<64, x: 0..<128))
      return Double(layer.count { $0 == 254 }) / Double(layer.count)
    }
    // 0.6 of the edges in the middle, and 0.84 at the ends.
    #expect(abs(try air(48) - 0.65) < 0.03)
    #expect(abs(try air(0) - 0.313) < 0.03)
    #expect(abs(try air(96) - 0.313) < 0.03)
  }

  @Test func `has a crack that opens to the air, in every layer`() throws {
    let labels = try PhantomLabels(try Self.make()).bytes(of: Region(Self.shape))
    for z in 0..<Self.shape.z {
      let layer = Array(Self.layer(labels, z))
      let crack = layer.indices.filter { layer[$0] == 3 }
      let columns = crack.map { $0 % Self.shape.x }
      // From near its tip at 0.38 of the columns to the face.
      #expect((columns.min() ?? 0) > 60 && (columns.min() ?? 170) < 95)
      let opens = crack.contains { $0 % Self.shape.x < 169 && layer[$0 + 1] == 254 }
      #expect(opens)
      // It is wider where it opens: few voxels have it above and below near the tip.
      #expect(crack.count > 100 && crack.count < 900)
    }
  }

  @Test func `is dark where there is nothing`() throws {
    let phantom = try Self.make()
    let grey = try PhantomGrey(phantom).bytes(of: Region(Self.shape))
    let labels = try PhantomLabels(phantom).bytes(of: Region(Self.shape))
    func mean(_ label: UInt8) -> Double {
      let values = zip(grey, labels).filter { $0.1 == label }.map { Double($0.0) }
      return values.reduce(0, +) / Double(values.count)
    }
    #expect(mean(254) < 15)
    #expect(mean(3) < 35)
    #expect(abs(mean(0) - 75) < 4)
    #expect(mean(1) > 180)
  }

  @Test func `is another with another seed`() throws {
    let labels = try PhantomLabels(try Self.make(3)).bytes(of: Region(Self.shape))
    let other = try PhantomLabels(try Self.make(4)).bytes(of: Region(Self.shape))
    #expect(labels != other)
    #expect(labels.map { $0 == 3 } != other.map { $0 == 3 })
  }
}
