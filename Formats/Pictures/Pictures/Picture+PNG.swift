import PNGLibrary
import SystemIO
import VolumeCore

/// Why a picture cannot be written or read.
public enum PictureError: Error, Hashable, Sendable {
  /// libpng refused.
  case encoding(width: Int, height: Int, message: String)
  /// The file cannot be written.
  case writing(SystemError)
  /// Bytes that are no PNG.
  case isNoPNG
}

extension PictureError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .encoding(let width, let height, let message):
      Explanation(
        .failed, "a picture of \(height) rows x \(width) columns cannot be made: \(message)",
        remedy: "show a smaller part")
    case .writing(let error): error.explanation
    case .isNoPNG:
      Explanation(.input, "this is no PNG picture", remedy: "check the file")
    }
  }
}

extension Picture {
  /// The picture as a PNG file's bytes; equal pictures make equal bytes.
  public func png() throws(PictureError) -> [UInt8] {
    do {
      return try PNGPicture(width: width, height: height, rgb: rgb).encoded()
    } catch {
      throw .encoding(width: width, height: height, message: error.message)
    }
  }

  /// Writes the picture to `path` so that it is either whole or not there.
  public func writePNG(to path: String) throws(PictureError) {
    let bytes = try png()
    do {
      try writeFileAtomically(path, bytes)
    } catch {
      throw .writing(error)
    }
  }

  /// The picture in a PNG file's bytes, for comparisons.
  public init(decodingPNG bytes: [UInt8]) throws(PictureError) {
    guard let picture = PNGPicture(decoding: bytes) else { throw .isNoPNG }
    self.init(width: picture.width, height: picture.height, rgb: picture.rgb)
  }
}

/// Writes `rgb`, `height` rows of `width` red, green and blue bytes, as a PNG to `path`.
public func writePNG(
  _ path: String, width: Int, height: Int, rgb: [UInt8]
) throws(PictureError) {
  try Picture(width: width, height: height, rgb: rgb).writePNG(to: path)
}
