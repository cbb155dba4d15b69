import SystemIO
import TIFFFormat
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A damaged TIFF` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// One of each way to be stored, and of each description.
  static let names = [
    "strips-uint16.tif", "tiles-float64.tif", "lzw-predictor-uint8.tif",
    "deflate-predictor-big-endian-float32.tif", "zstd-tiles-int16.tif", "packbits-uint8.tif",
    "lzma-predictor-tiles-uint16.tif", "packed12-uint16.tif", "chunky-tiles-uint16.tif",
    "planar-lzw-uint8.tif", "fill-order-lzw-uint16.tif", "ome-backwards-uint16.tif",
    "imagej-zcyx.tif", "shaped-czyx.tif", "preview-uint16.tif",
  ]

  @Test func `throws or is read, and never traps, hangs or asks for much memory`() throws {
    let seeds = try Self.names.map {
      try contents(ofFile: TIFFSamples.path("case/\($0)"))
    }
    let path = folder.file("a.tif")
    Mutations(of: seeds).expectSurvival { bytes in
      try write(bytes, to: path)
      var hints = OpeningHints()
      // Every second one with a channel chosen, so that those with samples are read too.
      hints.channel = bytes.count % 2 == 0 ? 1 : nil
      let reader = try TIFFFormat().reader(path, hints: hints)
      let shape = reader.volume.shape
      let part = Region(
        z: 0..<min(shape.z, 6), y: 0..<min(shape.y, 64), x: (shape.x / 2)..<min(shape.x, 512))
      _ = try reader.bytes(of: part)
      guard reader.volume.byteCount < 1 << 22 else { return }
      _ = try reader.bytes(of: Region(shape))
    }
  }

  @Test(arguments: names)
  func `that ends anywhere throws, or is whole`(name: String) throws {
    let whole = try contents(ofFile: TIFFSamples.path("case/\(name)"))
    let path = folder.file(name)
    var hints = OpeningHints()
    hints.channel =
      ["chunky", "planar", "imagej", "shaped"].contains { name.hasPrefix($0) } ? 1 : nil
    try write(whole, to: path)
    let expected = try TIFFFormat().reader(path, hints: hints)
    let voxels = try expected.bytes(of: Region(expected.volume.shape))
    for count in stride(from: 0, to: whole.count, by: 7) {
      try write(Array(whole[..<count]), to: path)
      guard let reader = try? TIFFFormat().reader(path, hints: hints) else { continue }
      let found = try? reader.bytes(of: Region(reader.volume.shape))
      #expect(
        found == nil || found == voxels, "\(count) of \(whole.count) bytes of \(name) are read")
    }
  }
}
