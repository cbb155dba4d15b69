import Phantom
import Testing
import VolumeCore

/// A phantom of `shape`.
func phantom(_ shape: Shape3, seed: UInt64 = 1) throws -> PhantomVolume {
  var options = PhantomOptions()
  options.shape = shape
  options.seed = seed
  return try options.prepare()
}

@Suite struct `A phantom` {
  static let shape = Shape3(z: 9, y: 70, x: 90)

  @Test(arguments: [
    Region(z: 0..<1, y: 0..<70, x: 0..<90), Region(z: 3..<9, y: 0..<70, x: 0..<90),
    Region(z: 8..<9, y: 69..<70, x: 89..<90), Region(z: 2..<5, y: 17..<40, x: 33..<34),
    Region(z: 1..<8, y: 5..<68, x: 16..<90), Region(z: 4..<4, y: 0..<1, x: 0..<1),
  ])
  func `has the same voxels however it is cut`(part: Region) throws {
    let phantom = try phantom(Self.shape)
    for reader: any VolumeReader in [PhantomGrey(phantom), PhantomLabels(phantom)] {
      let whole = try reader.bytes(of: Region(Self.shape))
      var expected: [UInt8] = []
      for index in part.indices {
        expected.append(whole[(index.z * Self.shape.y + index.y) * Self.shape.x + index.x])
      }
      #expect(try reader.bytes(of: part) == expected)
    }
  }

  @Test func `gives grey and labels together as it does apart`() throws {
    let phantom = try phantom(Self.shape)
    let part = Region(z: 2..<6, y: 3..<60, x: 0..<80)
    var grey = [UInt8](repeating: 0, count: part.voxelCount)
    var labels = grey
    do {
      var greySpan = grey.mutableSpan
      var labelSpan = labels.mutableSpan
      var greyBytes = unsafe greySpan.mutableBytes
      var labelBytes = unsafe labelSpan.mutableBytes
      phantom.fill(part, grey: &greyBytes, labels: &labelBytes)
    }
    #expect(try grey == PhantomGrey(phantom).bytes(of: part))
    #expect(try labels == PhantomLabels(phantom).bytes(of: part))
  }

  @Test func `is the same for the same seed and another for another`() throws {
    let all = Region(Self.shape)
    let first = try phantom(Self.shape, seed: 5)
    let again = try phantom(Self.shape, seed: 5)
    let other = try phantom(Self.shape, seed: 6)
    #expect(try PhantomGrey(first).bytes(of: all) == PhantomGrey(again).bytes(of: all))
    #expect(try PhantomLabels(first).bytes(of: all) == PhantomLabels(again).bytes(of: all))
    #expect(try PhantomGrey(first).bytes(of: all) != PhantomGrey(other).bytes(of: all))
    #expect(try PhantomLabels(first).bytes(of: all) != PhantomLabels(other).bytes(of: all))
    #expect(PhantomGrey(first).fingerprint == PhantomGrey(again).fingerprint)
    #expect(PhantomGrey(first).fingerprint != PhantomGrey(other).fingerprint)
  }

  /// The voxels are part of what `--seed` promises: a change of them is a change of behaviour, and
  /// of what the default model was trained on.
  @Test func `has the voxels that it has always had`() throws {
    let phantom = try phantom(Self.shape)
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    for reader: any VolumeReader in [PhantomGrey(phantom), PhantomLabels(phantom)] {
      for byte in try reader.bytes(of: Region(Self.shape)) {
        sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3
      }
    }
    #expect(sum == 8_556_201_802_304_326_604)
  }

  @Test func `is another where counts are drawn, with about the same shares`() throws {
    func phantom(_ counts: PhantomOptions.Counts) throws -> (PhantomVolume, [UInt8]) {
      var options = PhantomOptions()
      options.shape = Shape3(z: 32, y: 48, x: 48)
      options.seed = 4
      options.counts = counts
      let phantom = try options.prepare()
      var labels = [UInt8](repeating: 0, count: options.shape.voxelCount)
      var span = labels.mutableSpan
      var bytes = unsafe span.mutableBytes
      phantom.fillLabels(Region(options.shape), &bytes)
      return (phantom, labels)
    }
    let (fixed, drawn) = (try phantom(.share), try phantom(.random))
    #expect(drawn.1 != fixed.1)
    #expect(PhantomLabels(drawn.0).fingerprint != PhantomLabels(fixed.0).fingerprint)
    let share = Double(drawn.1.count { $0 == 1 }) / Double(drawn.1.count)
    #expect(share > 0.08 && share < 0.26, "\(share)")
  }

  @Test func `says what it is`() throws {
    let phantom = try phantom(Self.shape)
    let grey = PhantomGrey(phantom).volume
    #expect(grey.shape == Self.shape)
    #expect(grey.voxelType == .uint8)
    #expect(grey.spacing == VoxelSpacing(cube: 1.3))
    #expect(grey.classes == nil)
    let names = PhantomLabels(phantom).volume.classes?.map(\.name)
    #expect(names == ["matrix", "fibre", "porosity"])
    let found = Set(try PhantomLabels(phantom).bytes(of: Region(Self.shape)))
    #expect(found == [0, 1, 2])
  }

  @Test(arguments: [
    Shape3(z: 0, y: 10, x: 10), Shape3(z: 10, y: -1, x: 10), Shape3(z: 1, y: 1, x: .min),
  ])
  func `refuses a shape without voxels`(shape: Shape3) {
    #expect(throws: PhantomError.isEmpty(shape)) { try phantom(shape) }
  }

  @Test(arguments: [Shape3(z: 1, y: 16385, x: 1), Shape3(z: .max, y: .max, x: .max)])
  func `refuses an axis that is too long`(shape: Shape3) {
    #expect(throws: PhantomError.isTooLarge(shape)) { try phantom(shape) }
    #expect(PhantomError.isTooLarge(shape).explanation.kind == .input)
  }

  @Test(arguments: [Shape3(z: 1, y: 1, x: 1), Shape3(z: 3, y: 2, x: 1), Shape3(z: 1, y: 1, x: 300)])
  func `may be tiny`(shape: Shape3) throws {
    let phantom = try phantom(shape)
    #expect(try PhantomGrey(phantom).bytes(of: Region(shape)).count == shape.voxelCount)
  }
}
