import SystemIO
import TIFFFormat
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A TIFF of a painted layer` {
  static let colours = (0..<256).map { (value: Int) -> [UInt8] in
    [UInt8(value), UInt8(255 - value), UInt8(value / 2)]
  }
  static let values: [UInt8] = (0..<35).map { UInt8($0 * 7) }

  private static func file() -> [UInt8] {
    TIFFPalettePicture(width: 7, height: 5, values: values, colours: colours).encoded()
  }

  /// A little-endian page of `width` pixels in two rows, in chunky samples.
  private static func page(
    width: Int = 3, samples: Int, photometric: Int, bits: Int = 8, next: Int = 0, pixels: [UInt8]
  ) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let entries: [(Int, Int, Int, Int)] = [
      (256, 4, 1, width), (257, 4, 1, 2), (258, 3, 1, bits), (259, 3, 1, 1),
      (262, 3, 1, photometric), (273, 4, 1, 122), (277, 3, 1, samples), (278, 4, 1, 2),
      (279, 4, 1, pixels.count),
    ]
    var bytes: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0] + number(entries.count, 2)
    for (tag, type, count, value) in entries {
      bytes += number(tag, 2) + number(type, 2) + number(count, 4) + number(value, 4)
    }
    return bytes + number(next, 4) + pixels
  }

  private func picture(_ bytes: [UInt8], limit: Int = 100) throws -> TIFFColourPicture {
    let folder = try TemporaryFolder()
    let path = folder.path + "/p.tif"
    try writeFileAtomically(path, bytes)
    return try TIFFColourPicture(reading: path, limit: limit)
  }

  @Test func `has the colours that it was written with`() throws {
    let picture = try picture(Self.file())
    #expect(picture.width == 7 && picture.height == 5)
    #expect(picture.rgba == Self.values.flatMap { Self.colours[Int($0)] + [255] })
  }

  @Test func `is read with and without colour and opacity`() throws {
    let grey = try picture(Self.page(samples: 1, photometric: 1, pixels: [0, 9, 255, 4, 5, 6]))
    #expect(grey.rgba.prefix(8) == [0, 0, 0, 255, 9, 9, 9, 255])
    let opaque = try picture(
      Self.page(samples: 2, photometric: 1, pixels: (0..<12).map { UInt8($0) }))
    #expect(opaque.rgba.prefix(8) == [0, 0, 0, 1, 2, 2, 2, 3])
    let colour = try picture(
      Self.page(samples: 3, photometric: 2, pixels: (0..<18).map { UInt8($0) }))
    #expect(colour.rgba.prefix(8) == [0, 1, 2, 255, 3, 4, 5, 255])
    let both = try picture(
      Self.page(samples: 4, photometric: 2, pixels: (0..<24).map { UInt8($0) }))
    #expect(both.rgba == (0..<24).map { UInt8($0) })
  }

  @Test func `is refused where it is no flat picture of bytes`() throws {
    let pixels = [UInt8](repeating: 1, count: 60)
    #expect(throws: TIFFError.pictureHasOddSamples(file: "p.tif", samples: 5, colours: 3)) {
      try picture(Self.page(samples: 5, photometric: 2, pixels: pixels))
    }
    #expect(throws: TIFFError.pictureIsNotOfBytes(file: "p.tif", type: .uint16)) {
      try picture(Self.page(samples: 1, photometric: 1, bits: 16, pixels: pixels))
    }
    #expect(throws: TIFFError.pictureIsTooLarge(file: "p.tif", width: 3, height: 2, limit: 5)) {
      try picture(Self.page(samples: 1, photometric: 1, pixels: pixels), limit: 5)
    }
    #expect(throws: TIFFError.pagesLoop(file: "p.tif", page: 1)) {
      try picture(Self.page(samples: 1, photometric: 1, next: 8, pixels: pixels))
    }
    // A second page that begins where the first one's pixels lie.
    let one = Self.page(samples: 1, photometric: 1, next: 182, pixels: pixels)
    #expect(throws: TIFFError.pictureHasPages(file: "p.tif")) {
      try picture(one + one.dropFirst(8))
    }
  }

  @Test func `throws, and never traps, whatever its bytes are`() throws {
    let file = Self.file()
    let folder = try TemporaryFolder()
    let path = folder.path + "/p.tif"
    func read(_ bytes: [UInt8]) throws {
      // As it is, without waiting for the disk.
      let handle = try FileHandle(creating: path)
      try handle.write(unsafe bytes.span.bytes, at: 0)
      _ = try TIFFColourPicture(reading: path, limit: 100)
    }
    let end = file.count - Self.values.count
    for count in Array(stride(from: 0, to: end, by: 97)) + Array(end..<file.count) {
      #expect(throws: TIFFError.self) { try read(Array(file.prefix(count))) }
    }
    // The header, the first directory and the beginning of the colour table.
    for place in 0..<400 {
      for bits: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = file
        changed[place] ^= bits
        try? read(changed)
      }
    }
  }
}
