import PNGLibrary
import SystemIO
import VolumeCore

/// Writes a picture of few colours as a PNG with a palette to `path`, whole or not at all.
public func writePalettePNG(
  _ path: String, width: Int, height: Int, places: [UInt8], colours: [[UInt8]]
) throws(PictureError) {
  let bytes = try palettePNG(width: width, height: height, places: places, colours: colours)
  do throws(SystemError) {
    try writeFileAtomically(path, bytes)
  } catch {
    throw .writing(error)
  }
}

/// The bytes of a PNG with a palette.
public func palettePNG(
  width: Int, height: Int, places: [UInt8], colours: [[UInt8]]
) throws(PictureError) -> [UInt8] {
  do throws(PNGError) {
    return try PNGPalettePicture(width: width, height: height, places: places, colours: colours)
      .encoded()
  } catch {
    throw .encoding(width: width, height: height, message: error.message)
  }
}

/// Reads the PNG at `path` as red, green, blue and opacity; one of more than `limit` pixels is refused
/// before it is decoded.
public func readPNG(
  _ path: String, limit: Int
) throws(Explanation) -> (width: Int, height: Int, rgba: [UInt8]) {
  let bytes: [UInt8]
  do throws(SystemError) {
    bytes = try contents(ofFile: path, limit: 1 << 30)
  } catch {
    throw error.explanation
  }
  let header: PNGHeader
  do throws(PNGHeaderError) {
    header = try PNGHeader(parsing: bytes)
  } catch {
    throw Explanation(
      .input, "\(path) is no whole PNG picture (\(error))", remedy: "save it as PNG again")
  }
  guard header.width * header.height <= limit, header.bitDepth <= 8 else {
    throw Explanation(
      .input,
      "\(path) has \(header.height) rows x \(header.width) columns of \(header.bitDepth) bits a sample",
      remedy: "save the picture in its own size, with 8 bits for each colour")
  }
  guard let picture = PNGOpacityPicture(decoding: bytes) else {
    throw Explanation(.damaged, "\(path) cannot be decoded", remedy: "save it as PNG again")
  }
  return (picture.width, picture.height, picture.rgba)
}
