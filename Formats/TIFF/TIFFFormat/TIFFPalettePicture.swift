import VolumeCore

/// A picture of bytes with a colour for each value, as it lies in a TIFF that paint programs open.
public struct TIFFPalettePicture: Hashable, Sendable {
  /// Pixels in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// The value of each pixel, row by row from the top.
  public var values: [UInt8]
  /// Red, green and blue of the values from 0 on; values beyond have their own grey.
  public var colours: [[UInt8]]

  /// A picture of `height` rows of `width` pixels.
  public init(width: Int, height: Int, values: [UInt8], colours: [[UInt8]]) {
    self.width = width
    self.height = height
    self.values = values
    self.colours = colours
  }

  /// The bytes of a TIFF file of one page, uncompressed; equal pictures make equal bytes.
  public func encoded() -> [UInt8] {
    precondition(values.count == width * height && colours.count <= 256)
    var volume = VolumeDescription(
      shape: Shape3(z: 1, y: height, x: width), voxelType: .uint8, format: "TIFF")
    volume.classes = colours.enumerated().map { value, colour in
      LabelClass(value: value, name: "", colour: colour.map { Int($0) } + [255])
    }
    let layout = TIFFLayout(volume, isBig: values.count > 3_900_000_000)
    let head = layout.head
    let gap = layout.voxels(ofPage: 0) - head.count
    return head + [UInt8](repeating: 0, count: gap) + values
  }
}
