import PNGLibrary
import VolumeCore

/// Which value of each pixel is a voxel, and what slices have in common.
struct PictureSamples: Hashable {
  let width: Int
  let height: Int
  /// Bits of a stored sample.
  let bits: Int
  /// What the pixels are, where they are no plain grey.
  let channels: PictureChannels?
  /// Which of them is read.
  let channel: Int
  /// Red, green and blue of a table that is no scale of greys.
  let palette: [UInt8]

  /// What `header` describes, of which `chosen` is to be read; throws where there are several and
  /// none was chosen.
  init(_ header: PictureHeader, channel chosen: Int?, file: String) throws(PictureError) {
    width = header.width
    height = header.height
    bits = header.bitDepth
    var table: [UInt8] = []
    switch header {
    case .png(let png):
      table = png.palette
      channels =
        switch png.kind {
        case .grey: nil
        case .greyAlpha: .greyAlpha
        case .colour: .colour
        case .colourAlpha: .colourAlpha
        case .palette: Self.isGreyScale(table, bits: bits) ? nil : .palette
        }
    case .bmp(let bmp):
      table = bmp.palette
      channels =
        switch bmp.kind {
        case .colour(let bytes): bytes == 3 ? .colour : .colourAlpha
        case .indexed: Self.isGreyScale(table, bits: bits) ? nil : .palette
        }
    }
    palette = channels == .palette ? table : []
    if let channels, chosen == nil { throw .hasChannels(file: file, channels: channels) }
    channel = chosen ?? 0
    let count = channels?.count ?? 1
    guard channel >= 0, channel < count else {
      throw .channelIsMissing(file: file, channel: channel, channels: count)
    }
  }

  /// Whether colour i of a table is the i-th of equally spaced greys from black to white, so that the
  /// stored numbers are grey values.
  static func isGreyScale(_ table: [UInt8], bits: Int) -> Bool {
    let most = 1 << bits - 1
    return (0..<(table.count / 3)).allSatisfy { colour in
      let grey = UInt8(colour * 255 / most)
      return table[(3 * colour)..<(3 * colour + 3)].allSatisfy { $0 == grey }
    }
  }

  /// What a voxel is.
  var voxelType: VoxelType { bits == 16 ? .uint16 : .uint8 }

  /// The value of each stored number, where a colour of the table was chosen.
  var values: [UInt8]? {
    guard channels == .palette, channel < 3 else { return nil }
    return stride(from: channel, to: palette.count, by: 3).map { palette[$0] }
  }

  /// "7 rows x 11 columns of 8-bit grey".
  var words: String {
    let kind =
      switch channels {
      case nil: "grey"
      case .greyAlpha: "grey with opacity"
      case .colour: "colour"
      case .colourAlpha: "colour with a fourth value"
      case .palette: "numbers of a table of \(palette.count / 3) colours"
      }
    return "\(height) rows x \(width) columns of \(bits)-bit \(kind)"
  }

  /// What people should know who expect other values.
  var remarks: [String] {
    var remarks: [String] = []
    if bits < 8 {
      remarks.append(
        "its values are \(bits)-bit, 0 to \(1 << bits - 1), and stay as they are stored")
    }
    if let channels {
      remarks.append("channel \(channel) is read of \(channels.words.what)")
    }
    return remarks
  }
}
