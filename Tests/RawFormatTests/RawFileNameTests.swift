import RawFormat
import Testing
import VolumeCore

@Suite struct `The name of a raw file` {
  struct Sample: Sendable, CustomTestStringConvertible {
    var name: String
    var shape: Shape3?
    var type: RawTypeName?
    var order: ByteOrder?
    init(_ name: String, _ shape: Shape3?, _ type: RawTypeName?, _ order: ByteOrder? = nil) {
      self.name = name
      self.shape = shape
      self.type = type
      self.order = order
    }
    var testDescription: String { name }
  }

  static let pa66 = Shape3(z: 1900, y: 1040, x: 1300)
  static let cube = Shape3(z: 128, y: 128, x: 128)
  static let samples = [
    Sample("name_1300x1040x1900_8bit.raw", pa66, .known(.uint8)),
    Sample("polymer3d_8bit_128x128x128.raw", cube, .known(.uint8)),
    Sample("sand_200x200x100_uint8.raw", Shape3(z: 100, y: 200, x: 200), .known(.uint8)),
    Sample("a-1300X1040X1900-uint16-le.vol", pa66, .known(.uint16), .little),
    Sample("a_1300x1040x1900_16bit_be.raw", pa66, .known(.uint16), .big),
    Sample("a_1300x1040x1900_uint16be.raw", pa66, .known(.uint16), .big),
    Sample("a_1300x1040x1900_float32.raw", pa66, .known(.float32)),
    Sample("a_1300x1040x1900_32bit_float.raw", pa66, .known(.float32)),
    Sample("a_1300x1040x1900_8-bit.raw", pa66, .known(.uint8)),
    Sample("a_1300x1040x1900_16bit_signed.raw", pa66, .known(.int16)),
    Sample("a_1300x1040x1900_int16.raw", pa66, .known(.int16)),
    Sample("a_1300x1040x1900.bin", pa66, nil),
    Sample("zoom_5x5x5um_1300x1040x1900_8bit.raw", pa66, .known(.uint8)),
    Sample("big.raw", nil, nil),
    Sample("s16.raw", nil, nil),
    Sample("creep_s32.raw", nil, nil),
    Sample("creep_128x128x128_s16.raw", cube, .known(.int16)),
    Sample("scan_1300x1040.raw", nil, nil),
    Sample("a_10x20x30x40_8bit.raw", nil, .known(.uint8)),
    Sample("a_0x20x30.raw", nil, nil),
    Sample("a_99999999999999999999x20x30.raw", nil, nil),
    Sample("acier_le_creusot.raw", nil, nil),
    Sample("double_notch_128x128x128.raw", cube, nil),
  ]

  @Test(arguments: samples)
  func `gives size, type and byte order in the order x, y, z`(sample: Sample) {
    let name = RawFileName(parsing: sample.name)
    #expect(name.claim.shape == sample.shape)
    #expect(name.type == sample.type)
    #expect(name.byteOrder == sample.order)
  }

  @Test func `with two sizes says both and claims neither`() {
    let name = RawFileName(parsing: "crop_10x10x10_of_20x20x20.raw")
    #expect(name.shapes == [Shape3(z: 10, y: 10, x: 10), Shape3(z: 20, y: 20, x: 20)])
    #expect(name.claim.shape == nil)
  }
}
