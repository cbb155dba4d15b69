import Testing
import VolumeCommands
import VolumeCore

@Suite struct `Numbers in words` {
  @Test(arguments: [
    (0.0, 2, "0.00"), (0.005, 2, "0.01"), (1.999, 2, "2.00"), (-1.5, 1, "-1.5"), (12.34, 0, "12"),
    (-0.001, 2, "0.00"), (1.05, 4, "1.0500"), (99.99999, 3, "100.000"),
  ])
  func `have as many digits as asked for`(value: Double, digits: Int, text: String) {
    #expect(Words.fixed(value, digits) == text)
  }

  @Test func `are a dash where there is none`() {
    #expect(Words.fixed(.nan, 2) == "-")
    #expect(Words.percent(nil) == "-")
    #expect(Words.duration(.infinity) == "unknown")
  }

  @Test(arguments: [
    (0, "0 bytes"), (999, "999 bytes"), (1500, "1.50 kB"), (2_569_840_000, "2.57 GB"),
    (131_072, "131 kB"),
  ])
  func `are bytes of disks`(count: Int, text: String) { #expect(Words.bytes(count) == text) }

  @Test func `are bytes of memory`() {
    #expect(Words.memory(400 << 20) == "400 MiB")
    #expect(Words.memory(3 << 29) == "1.50 GiB")
  }

  @Test(arguments: [
    (0.04, "0.0 s"), (9.96, "10 s"), (45.4, "45 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"),
  ])
  func `are times`(seconds: Double, text: String) { #expect(Words.duration(seconds) == text) }

  @Test func `have groups of three digits`() {
    #expect(Words.grouped(1_234_567) == "1,234,567")
    #expect(Words.grouped(999) == "999")
    #expect(Words.grouped(-1000) == "-1,000")
    #expect(Words.grouped(0) == "0")
  }

  @Test func `are a voxel's edges, one where all are equal`() {
    #expect(Words.spacing(nil) == "unknown voxel size")
    #expect(Words.spacing(VoxelSpacing(cube: 1.3)) == "voxels of 1.3 µm")
    #expect(Words.spacing(VoxelSpacing(z: 1.3, y: 1.2999999, x: 1.3)) == "voxels of 1.3 µm")
    #expect(
      Words.spacing(VoxelSpacing(z: 2, y: 1.25, x: 1.25))
        == "voxels of 2 x 1.25 x 1.25 µm (z, y, x)")
  }
}
