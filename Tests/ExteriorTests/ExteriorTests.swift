import Exterior
import Halving
import Phantom
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `The exterior of a specimen` {
  static let shape = Shape3(z: 30, y: 131, x: 150)
  static let phantom = Self.make(.biaxial, shape)
  static let labels = phantom.1
  static let scan = phantom.0

  static func make(_ kind: PhantomOptions.Kind, _ shape: Shape3) -> (MemoryVolume, [UInt8]) {
    var options = PhantomOptions()
    options.shape = shape
    options.kind = kind
    options.seed = 5
    guard let phantom = try? options.prepare(),
      let grey = try? PhantomGrey(phantom).bytes(of: Region(shape)),
      let labels = try? PhantomLabels(phantom).bytes(of: Region(shape))
    else { return (MemoryVolume(shape, .uint8, []), []) }
    return (MemoryVolume(shape, .uint8, grey), labels)
  }

  static var options: ExteriorOptions {
    var options = ExteriorOptions()
    // A small phantom has 10 voxels of air beside its ends, and a crack of 7.
    options.closing = 8
    return options
  }

  static func painted(_ exterior: Exterior, _ region: Region) -> [UInt8] {
    var labels = [UInt8](repeating: 0, count: region.voxelCount)
    var span = labels.mutableSpan
    var raw = unsafe span.mutableBytes
    exterior.paint(&raw, of: region)
    return labels
  }

  @Test func `is the air around it, and nothing of what is in it`() throws {
    let found = try ExteriorSearch(Self.scan, Self.options).run()
    #expect(found.hasFineEdge)
    #expect((30...50).contains(found.below), "between air and matrix: \(found.below)")
    let outside = Self.painted(found.exterior, Region(Self.shape))
    #expect(found.exterior.voxelCount == outside.count { $0 == 254 })
    var voxels: [UInt8: (all: Int, outside: Int)] = [:]
    for (label, painted) in zip(Self.labels, outside) {
      voxels[label, default: (0, 0)].all += 1
      if painted == 254 { voxels[label, default: (0, 0)].outside += 1 }
    }
    func share(_ label: UInt8) -> Double {
      let (all, outside) = voxels[label] ?? (0, 0)
      return Double(outside) / Double(all)
    }
    #expect(share(254) > 0.93, "air that was found: \(share(254))")
    #expect(share(0) < 0.001, "matrix called outside: \(share(0))")
    #expect(share(1) < 0.001, "fibre called outside: \(share(1))")
    #expect(share(2) < 0.05, "pores called outside: \(share(2))")
    #expect(share(3) < 0.001, "of the crack called outside: \(share(3))")
  }

  @Test func `is found of a few layers of a large specimen as it is of many`() throws {
    let shape = Shape3(z: 12, y: 150, x: 161)
    let (scan, labels) = Self.make(.biaxial, shape)
    let outside = Self.painted(
      try ExteriorSearch(scan, Self.options).run().exterior, Region(shape))
    let air = labels.indices.filter { labels[$0] == 254 }
    let found = air.count { outside[$0] == 254 }
    #expect(Double(found) > 0.93 * Double(air.count), "\(found) of \(air.count)")
    let wrong = labels.indices.count { outside[$0] == 254 && labels[$0] != 254 }
    #expect(Double(wrong) < 0.001 * Double(labels.count))
  }

  /// A block that fills the lower half, with a slot of `width` rows that opens upwards.
  static func slotted(width: Int) -> MemoryVolume {
    let shape = Shape3(z: 24, y: 96, x: 96)
    let slot = (48 - width / 2)..<(48 + width / 2)
    return MemoryVolume(
      shape, .uint8, Region(shape).indices.map { $0.x < 48 || slot.contains($0.y) ? 3 : 90 })
  }

  @Test(arguments: [4, 8, 16, 28]) func `does not reach into an opening that is closed`(width: Int)
    throws
  {
    for closing in [4, 8, 16] {
      var options = ExteriorOptions()
      options.below = 50
      options.closing = closing
      let exterior = try ExteriorSearch(Self.slotted(width: width), options).run().exterior
      let inSlot = Region(z: 0..<24, y: (48 - width / 2)..<(48 + width / 2), x: 52..<96)
      let painted = Self.painted(exterior, inSlot).count { $0 == 254 }
      // A ball of the radius, rounded up to cells and a half, rolls in or does not.
      if width <= 2 * closing { #expect(painted == 0, "closing \(closing)") }
      if width >= 2 * closing + 12 {
        #expect(painted > inSlot.voxelCount / 3, "closing \(closing)")
      }
    }
  }

  @Test func `does not depend on how it is read`() throws {
    let first = try ExteriorSearch(Self.scan, Self.options).run()
    var options = Self.options
    options.threads = 3
    options.readingByteCount = 200_000
    #expect(try ExteriorSearch(Self.scan, options).run().exterior == first.exterior)
    #expect(
      try ExteriorSearch(Self.scan, options).run().exterior.fingerprint
        == first.exterior.fingerprint)
    options.below = 20
    let other = try ExteriorSearch(Self.scan, options).run()
    #expect(other.exterior.fingerprint != first.exterior.fingerprint)
  }

  @Test func `is the same where a store has the scan at half its size`() throws {
    let half = Halved.scan(Self.scan)
    let search = ExteriorSearch(Self.scan, half: half, Self.options)
    #expect(search.byteCountRead == half.volume.byteCount)
    let found = try search.run()
    let plain = try ExteriorSearch(Self.scan, Self.options).run()
    #expect(found.exterior == plain.exterior)
    // A level of another extent is not it.
    #expect(
      ExteriorSearch(Self.scan, half: Self.scan, Self.options).byteCountRead
        == Self.scan.volume.byteCount)
  }

  @Test func `is the same of wider voxels`() throws {
    let bytes = try Self.scan.bytes(of: Region(Self.shape))
    let wide = MemoryVolume(Self.shape, .uint16, bytes.flatMap { [0, $0] })
    var options = Self.options
    options.below = 40
    let plain = try ExteriorSearch(Self.scan, options).run()
    options.below = 40 * 256
    #expect(
      abs(try ExteriorSearch(wide, options).run().exterior.voxelCount - plain.exterior.voxelCount)
        < plain.exterior.voxelCount / 50)
    let real = MemoryVolume(
      Self.shape, .float32,
      bytes.flatMap { value in unsafe withUnsafeBytes(of: Float(value)) { unsafe [UInt8]($0) } })
    options.below = 40
    let found = try ExteriorSearch(real, options).run()
    #expect(
      abs(found.exterior.voxelCount - plain.exterior.voxelCount) < plain.exterior.voxelCount / 50)
  }

  @Test func `covers a box where it paints all of it, as far as cells tell`() throws {
    let exterior = try ExteriorSearch(Self.scan, Self.options).run().exterior
    var covered = 0
    var wholly = 0
    let grid = ChunkGrid(volume: Self.shape, chunk: Shape3(z: 1, y: 16, x: 16))
    for index in grid.indices {
      let box = grid.region(of: index)
      let isWhole = Self.painted(exterior, box).allSatisfy { $0 == 254 }
      if exterior.covers(box) {
        covered += 1
        #expect(isWhole)
      }
      if isWhole { wholly += 1 }
    }
    #expect(covered > 500 && 10 * covered > 8 * wholly, "\(covered) of \(wholly)")
  }

  @Test func `is not found where there is no air`() {
    let (scan, _) = Self.make(.composite, Shape3(z: 16, y: 64, x: 96))
    let error = #expect(throws: ExteriorError.self) { try ExteriorSearch(scan, Self.options).run() }
    #expect(error?.explanation.what.contains("no air was found") == true)
    #expect(error?.explanation.remedy.contains("--outside-below") == true)
  }

  @Test func `is not found where nothing dark reaches a face`() {
    var voxels = [UInt8](repeating: 100, count: 40 * 40 * 40)
    for at in Region(z: 10..<30, y: 10..<30, x: 10..<30).indices {
      voxels[(at.z * 40 + at.y) * 40 + at.x] = 3
    }
    let scan = MemoryVolume(Shape3(z: 40, y: 40, x: 40), .uint8, voxels)
    #expect(throws: ExteriorError.nothingOutside(below: 50, closing: 4)) {
      var options = ExteriorOptions()
      options.below = 50
      options.closing = 4
      return try ExteriorSearch(scan, options).run()
    }
  }

  @Test func `is what a mask says, voxel by voxel`() throws {
    let mask = Self.labels.map { $0 == 254 ? UInt8(7) : 0 }
    for type in [VoxelType.uint8, .uint16] {
      let bytes = type == .uint8 ? mask : mask.flatMap { [0, $0] }
      let exterior = try Exterior(
        mask: MemoryVolume(Self.shape, type, bytes), of: Self.shape, Self.options)
      #expect(
        Self.painted(exterior, Region(Self.shape)) == mask.map { $0 == 0 ? 0 : 254 })
      #expect(exterior.voxelCount == mask.count { $0 != 0 })
      let part = Region(z: 3..<8, y: 5..<130, x: 17..<150)
      #expect(
        Self.painted(exterior, part)
          == part.indices.map {
            mask[($0.z * Self.shape.y + $0.y) * Self.shape.x + $0.x] == 0 ? 0 : 254
          })
    }
  }

  @Test func `refuses a mask of another extent, with both`() {
    let error = #expect(throws: ExteriorError.self) {
      try Exterior(mask: Self.scan, of: Shape3(z: 30, y: 131, x: 151), Self.options)
    }
    #expect(
      error
        == .maskHasOtherShape(mask: Self.shape, scan: Shape3(z: 30, y: 131, x: 151)))
    #expect(error?.explanation.what.contains("150") == true)
    #expect(error?.explanation.what.contains("151") == true)
  }

  @Test func `stops when it is to`() {
    #expect(throws: ExteriorError.stopped) {
      try ExteriorSearch(Self.scan, Self.options, isStopped: { true }).run()
    }
  }
}

/// A volume at half its size, as a store has it.
enum Halved {
  static func scan(_ scan: MemoryVolume) -> MemoryVolume {
    let shape = scan.volume.shape
    guard let voxels = try? scan.bytes(of: Region(shape)) else { return scan }
    let half = ReferenceHalving(.mean, of: .uint8).halve(voxels, of: shape)
    return MemoryVolume(shape.halved, .uint8, half)
  }
}

@Suite struct `The box of a specimen` {
  @Test func `holds all that is not outside, in whole cells`() throws {
    let shape = Shape3(z: 21, y: 70, x: 301)
    for box in [
      Region(z: 5..<9, y: 33..<34, x: 100..<290), Region(Shape3(z: 21, y: 70, x: 301)),
      Region(z: 20..<21, y: 0..<70, x: 300..<301),
    ] {
      let one = Shape3(z: 1, y: 1, x: 1)
      let mask = Region(shape).indices.map {
        box.contains(Region(origin: $0, shape: one)) ? UInt8(0) : 1
      }
      let exterior = try Exterior(
        mask: MemoryVolume(shape, .uint8, mask), of: shape, ExteriorOptions())
      let specimen = exterior.specimen
      #expect(specimen.contains(box))
      #expect(box.z.lowerBound - specimen.z.lowerBound < 4)
      #expect(specimen.z.upperBound - box.z.upperBound < 4)
      #expect(specimen.y.count < box.y.count + 8 && specimen.x.count < box.x.count + 8)
    }
    let all = try Exterior(
      mask: MemoryVolume(shape, .uint8, Array(repeating: 1, count: shape.voxelCount)), of: shape,
      ExteriorOptions())
    #expect(all.specimen.isEmpty)
  }
}
