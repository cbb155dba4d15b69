import Components
import Morphometry
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
}
