import Pictures
import SystemIO
import TIFFFormat
import VolumeCommands
import VolumeCore

/// Pictures for paint programs and back: PNG, or TIFF where the name ends in `.tif` or `.tiff`.
struct PaintFiles: PaintPictures {
  func write(_ picture: PalettePicture, to path: String) throws(Explanation) {
    guard TIFFFormat.isTIFF(path) else {
      do {
        return try writePalettePNG(
          path, width: picture.width, height: picture.height, places: picture.places,
          colours: picture.colours)
      } catch {
        throw error.explanation
      }
    }
    let file = TIFFPalettePicture(
      width: picture.width, height: picture.height, values: picture.places,
      colours: picture.colours)
    do throws(SystemError) {
      try writeFileAtomically(path, file.encoded())
    } catch {
      throw error.explanation
    }
  }

  func readPainted(_ path: String, limit: Int) throws(Explanation) -> PaintedPicture {
    guard TIFFFormat.isTIFF(path) else {
      let picture = try readPNG(path, limit: limit)
      return PaintedPicture(width: picture.width, height: picture.height, rgba: picture.rgba)
    }
    do throws(TIFFError) {
      let picture = try TIFFColourPicture(reading: path, limit: limit)
      return PaintedPicture(width: picture.width, height: picture.height, rgba: picture.rgba)
    } catch {
      throw error.explanation
    }
  }
}
