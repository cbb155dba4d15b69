import Components
import Morphometry
import Phantom
import Testing
import VolumeCore
import VolumePasses
import VolumeTesting

@Suite struct `A crack's sheet` {
  /// A wavy plate three voxels thick across y, and a ball of radius 3 that touches it.
  private static let shape = Shape3(z: 40, y: 40, x: 44)

  private func middle(_ at: Index3) -> Int { 16 + at.z / 14 + at.x / 18 }

  private func isBall(_ at: Index3) -> Bool {
    let (z, y, x) = (at.z - 20, at.y - 22, at.x - 20)
    return z * z + y * y + x * x <= 9
  }

  @Test func `holds the crack and not the pore that touches it, whatever the blocks`() throws {
    let labels = volume(Self.shape) { at in abs(at.y - middle(at)) <= 1 || isBall(at) ? 2 : 0 }
    var options = ComponentOptions(of: [2])
    options.keepsVoxels = true
    options.connectivity = .faces
    let found = try #require(try ComponentSearch(labels, options).run())
    #expect(found.count == 1)
    var components: [Component] = []
    try found.forEach { components.append($0) }
    let one = try #require(components.first)
    #expect(abs(one.normal[1]) > 0.95)
    let crack = CrackSheets.Crack(number: 1, box: one.box, axis: 1)
    let numbers = found.numberedVolume()
    for edge in [100, 9] {
      var pass = CrackSheets.pass(numbers)
      pass.block = Shape3(z: edge, y: edge, x: edge)
      let sheets = try CrackSheets(
        try pass.prepared(memory: 1 << 26, threads: 2), [crack], isStopped: noStop,
        progress: noProgress)
      #expect(sheets.thickness(of: 0).median == 3)
      #expect(sheets.thickness(of: 0).columns == 40 * 44)
      var (right, pore) = (0, 0)
      let relabelled = RelabelledVolume(
        labels, numbers, origin: Index3(z: 0, y: 0, x: 0), sheets, value: 3, classes: nil)
      let bytes = try relabelled.bytes(of: Region(Self.shape))
      for (i, at) in Region(Self.shape).indices.enumerated() where bytes[i] == 3 {
        if abs(at.y - middle(at)) <= 1 { right += 1 } else { pore += 1 }
      }
      #expect(Double(right) > 0.97 * Double(3 * 40 * 44))
      // Of the ball's 123 voxels some lie right at the plate.
      #expect(pore < 30)
      #expect(!sheets.holds(2, 0, 0, 0))
    }
  }

  /// The first component of class 2, its sheet across `axis`, and how many voxels of the crack and of
  /// what is none it holds.
  private func held(
    _ labels: MemoryVolume, axis: Int, isCrack: (Index3) -> Bool
  ) throws -> (right: Double, wrong: Double, thickness: Double) {
    var options = ComponentOptions(of: [2])
    options.keepsVoxels = true
    options.connectivity = .faces
    let found = try #require(try ComponentSearch(labels, options).run())
    var components: [Component] = []
    try found.forEach { components.append($0) }
    let one = try #require(components.max { $0.voxels < $1.voxels })
    let numbers = found.numberedVolume()
    let crack = CrackSheets.Crack(number: one.number, box: one.box, axis: axis)
    let sheets = try CrackSheets(
      try CrackSheets.pass(numbers).prepared(memory: 1 << 26, threads: 2), [crack],
      isStopped: noStop, progress: noProgress)
    let shape = labels.volume.shape
    let relabelled = RelabelledVolume(
      labels, numbers, origin: Index3(z: 0, y: 0, x: 0), sheets, value: 3, classes: nil)
    let (before, after) = (
      try labels.bytes(of: Region(shape)), try relabelled.bytes(of: Region(shape))
    )
    var (cracks, pores, right, wrong) = (0, 0, 0, 0)
    for (i, at) in Region(shape).indices.enumerated() where before[i] == 2 {
      if isCrack(at) {
        cracks += 1
        right += after[i] == 3 ? 1 : 0
      } else {
        pores += 1
        wrong += after[i] == 3 ? 1 : 0
      }
    }
    return (
      Double(right) / Double(cracks), Double(wrong) / Double(max(pores, 1)),
      sheets.thickness(of: 0).median
    )
  }

  @Test(arguments: [6, 9, 13])
  func `parts a pore that is wider than the crack's opening`(radius: Int) throws {
    let shape = Shape3(z: 90, y: 50, x: 90)
    func middle(_ at: Index3) -> Int { 24 + at.z / 17 - at.x / 23 }
    func isCrack(_ at: Index3) -> Bool { abs(at.y - middle(at)) <= 1 }
    let labels = volume(shape) { at in
      let (z, y, x) = (at.z - 44, at.y - 26, at.x - 47)
      return isCrack(at) || z * z + y * y + x * x <= radius * radius ? 2 : 0
    }
    let found = try held(labels, axis: 1, isCrack: isCrack)
    #expect(found.right > 0.97, "\(found)")
    #expect(found.wrong < 0.08, "\(found)")
    #expect(found.thickness == 3)
  }

  @Test(arguments: [(1, 40, 128), (2, 32, 144)] as [(UInt64, Int, Int)])
  func `of a strained bar is found with its opening`(
    seed: UInt64, layers: Int, edge: Int
  ) throws {
    var options = PhantomOptions()
    (options.kind, options.seed) = (.biaxial, seed)
    options.shape = Shape3(z: layers, y: edge, x: edge)
    let truth = PhantomLabels(try options.prepare())
    var voxels: [UInt8] = []
    let bytes = try truth.bytes(of: Region(options.shape))
    for value in bytes { voxels.append(value == 3 ? 2 : value) }
    let labels = MemoryVolume(options.shape, .uint8, voxels)
    let places = Array(Region(options.shape).indices)
    var isCrack = Set<Index3>()
    var thickness: [Int: Int] = [:]
    for (i, at) in places.enumerated() where bytes[i] == 3 {
      isCrack.insert(at)
      thickness[at.z * edge + at.x, default: 0] += 1
    }
    let found = try held(labels, axis: 1) { isCrack.contains($0) }
    #expect(found.right > 0.95, "\(found)")
    #expect(found.wrong < 0.005, "\(found)")
    let opening = thickness.values.sorted()[thickness.count / 2]
    #expect(abs(found.thickness - Double(opening)) <= 1)
  }
}
