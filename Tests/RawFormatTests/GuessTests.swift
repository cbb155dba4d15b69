import RawFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Guessing a raw file` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Grains of random grey that are some voxels long, with noise: 0 to 1.
  static func grains(_ shape: Shape3, seed: UInt64) -> [Double] {
    var random = SeededRandom(seed: seed)
    // Borders at irregular places, or the grains themselves would look like rows.
    func places(_ extent: Int) -> [Int] {
      var places: [Int] = []
      while places.count < extent {
        let grain = (places.last ?? -1) + 1
        places += [Int](repeating: grain, count: Int.random(in: 2...6, using: &random))
      }
      return Array(places.prefix(extent))
    }
    let (z, y, x) = (places(shape.z), places(shape.y), places(shape.x))
    let greys = (0..<8192).map { _ in Double.random(in: 0.1...0.8, using: &random) }
    var values: [Double] = []
    values.reserveCapacity(shape.voxelCount)
    for layer in z {
      for row in y {
        for column in x {
          let grain = (layer &* 73_856 ^ row &* 19_349 ^ column &* 83_492) & 8191
          let noise = Double(random.next() >> 40) * 0x1p-24
          values.append(greys[grain] + 0.2 * noise)
        }
      }
    }
    return values
  }

  /// `values` as voxels.
  static func bytes(_ values: [Double], _ type: VoxelType, _ order: ByteOrder) -> [UInt8] {
    func parts<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
      let little = (0..<(Value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return order == .little ? little : little.reversed()
    }
    return values.flatMap { value -> [UInt8] in
      switch type {
      case .uint8: [UInt8(value * 200)]
      case .int8: [UInt8(bitPattern: Int8(value * 200 - 100))]
      case .uint16: parts(UInt16(value * 50_000))
      case .int16: parts(Int16(value * 3000 - 1200))
      case .uint32: parts(UInt32(value * 3e9))
      case .int32: parts(Int32(value * 4e6 - 2e6))
      case .uint64: parts(UInt64(value * 1e9))
      case .int64: parts(Int64(value * 1e9 - 5e8))
      case .float32: parts((Float(value) * 0.02 - 0.004).bitPattern)
      case .float64: parts((value * 0.02 - 0.004).bitPattern)
      }
    }
  }

  func guesses(
    _ bytes: [UInt8], _ hints: OpeningHints = .init(), count: Int = 3
  ) throws -> [VolumeGuess] {
    try write(bytes, to: folder.file("x.dat"))
    return try RawFormat().guesses(folder.file("x.dat"), hints: hints, count: count)
  }

  static let cases: [(Shape3, VoxelType, ByteOrder, Int)] = [
    (Shape3(z: 31, y: 53, x: 61), .uint8, .little, 0),
    (Shape3(z: 23, y: 71, x: 59), .uint16, .big, 0),
    (Shape3(z: 29, y: 48, x: 67), .float32, .little, 0),
    (Shape3(z: 37, y: 41, x: 83), .int16, .little, 0),
    (Shape3(z: 19, y: 61, x: 73), .float64, .big, 0),
    (Shape3(z: 1, y: 311, x: 293), .uint8, .little, 0),
    (Shape3(z: 27, y: 50, x: 70), .uint8, .little, 512),
    (Shape3(z: 17, y: 79, x: 63), .int32, .little, 1024),
  ]

  @Test(arguments: cases)
  func `puts the truth first`(
    shape: Shape3, type: VoxelType, order: ByteOrder, offset: Int
  ) throws {
    let header = [UInt8](repeating: 0, count: offset)
    let voxels = Self.bytes(Self.grains(shape, seed: 11), type, order)
    let guesses = try guesses(header + voxels)
    let first = try #require(guesses.first)
    #expect(first.shape == shape)
    #expect(first.voxelType == type)
    #expect(first.offset == offset)
    if type.byteCount > 1 { #expect(first.byteOrder == order) }
    #expect(first.rowCorrelation > 0.2)
    #expect((first.layerCorrelation ?? 1) > 0.2)
    #expect(first.entropy > 0 && first.entropy < 1)
    #expect(guesses.count <= 3)
    #expect(zip(guesses, guesses.dropFirst()).allSatisfy { $0.score >= $1.score })

    let reader = try RawFormat().open(folder.file("x.dat"), as: first)
    var expected = voxels
    if type.byteCount > 1, order != .native {
      for voxel in 0..<shape.voxelCount {
        expected[(voxel * type.byteCount)..<((voxel + 1) * type.byteCount)].reverse()
      }
    }
    #expect(try reader.bytes(of: Region(shape)) == expected)
  }

  @Test func `keeps to what is known`() throws {
    let shape = Shape3(z: 31, y: 53, x: 61)
    let voxels = Self.bytes(Self.grains(shape, seed: 5), .uint16, .little)
    let swapped = try guesses(voxels, hints(order: .big), count: 9)
    #expect(swapped.allSatisfy { $0.voxelType.byteCount == 1 || $0.byteOrder == .big })
    let floats = try guesses(voxels, hints(type: .float32), count: 9)
    #expect(floats.allSatisfy { $0.voxelType == .float32 })
    // A header of any size is found where the extent is known.
    let behind = try guesses(
      [UInt8](repeating: 7, count: 1234) + voxels, hints(shape: shape, type: .uint16))
    #expect(behind.first?.offset == 1234)
    #expect(behind.first?.byteOrder == .little)
    #expect(behind.allSatisfy { $0.shape == shape && $0.voxelType == .uint16 })
    let given = try guesses([UInt8](repeating: 7, count: 100) + voxels, hints(offset: 100))
    #expect(given.first?.shape == shape)
    #expect(given.allSatisfy { $0.offset == 100 })
  }

  @Test func `has nothing to say of what has no rows`() throws {
    #expect(try guesses([UInt8](repeating: 0, count: 100_000)) == [])
    #expect(try guesses([UInt8](repeating: 255, count: 4096)) == [])
    for count in [1, 2, 3, 7, 8, 63, 64, 65, 127, 128] {
      #expect(try guesses(RawSamples.counting(count)) == [])
    }
    #expect(throws: Explanation.self) { try guesses([]) }
    #expect(throws: Explanation.self) {
      try RawFormat().guesses(folder.path, hints: .init(), count: 3)
    }
    // Nobody's file is so short, and nothing overflows.
    #expect(try guesses([1, 2, 3], hints(offset: .max)) == [])
    #expect(try guesses([1, 2, 3], hints(shape: Shape3(z: .max, y: .max, x: 2))) == [])
  }

  @Test func `looks at a small part of a large file`() throws {
    let path = folder.file("large.raw")
    do {
      let file = try FileHandle(creating: path)
      // A hole of eight gibibytes.
      try file.resize(to: 8 << 30)
    }
    let start = ContinuousClock.now
    #expect(try RawFormat().guesses(path, hints: .init(), count: 3) == [])
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func `does not open a suggestion that is longer than its file`() throws {
    try write(RawSamples.counting(100), to: folder.file("x.dat"))
    let guess = VolumeGuess(
      shape: Shape3(z: 10, y: 10, x: 10), voxelType: .uint16, byteOrder: .little, offset: 0)
    let error = #expect(throws: Explanation.self) {
      try RawFormat().open(folder.file("x.dat"), as: guess)
    }
    #expect(try #require(error).what.contains("2000"))
  }

  @Test func `survives damage`() throws {
    let shape = Shape3(z: 5, y: 17, x: 19)
    let seed = Self.bytes(Self.grains(shape, seed: 3), .uint16, .little)
    let path = folder.file("damaged.dat")
    Mutations(of: [seed], count: 100, divisor: 20).expectSurvival { bytes in
      try write(bytes, to: path)
      for guess in try RawFormat().guesses(path, hints: .init(), count: 2) {
        _ = try RawFormat().open(path, as: guess).bytes(of: Region(guess.shape))
      }
    }
  }
}
