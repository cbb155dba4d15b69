import CFilm
import Glibc
import SystemIO
import VolumeCore

/// How a film is written.
public enum FilmFormat: String, CaseIterable, Sendable {
  /// H.264 in MP4, in the form that every player knows (8 bits, 4:2:0).
  case mp4
  /// GIF: for pages that take pictures only; 256 colours to a picture.
  case gif
}

/// Why a film cannot be made.
public enum FilmError: Error, Hashable, Sendable {
  /// A library of FFmpeg is missing.
  case libraryIsMissing(String)
  /// It failed.
  case failed(path: String, message: String)
  /// The file cannot be put in its place.
  case writing(SystemError)
}

extension FilmError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .libraryIsMissing(let message):
      Explanation(
        .failed, "films are made by FFmpeg's libraries, and \(message)",
        remedy: "apt-get install libavformat-dev libavcodec-dev libswscale-dev, or Tools/setup")
    case .failed(let path, let message):
      Explanation(
        .failed, "the film \(path) cannot be made: \(message)",
        remedy: "check that the disk has room, and that the folder may be written to")
    case .writing(let error): error.explanation
    }
  }
}

/// A film that is being written: pictures of one size, one after the other.
///
/// It grows under a temporary name, and has its own only when it is whole.
@safe public final class FilmFile {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// "libx264", "mpeg4" or "gif".
  public let encoder: String
  /// Pictures so far.
  public private(set) var count = 0

  private let path: String
  private let folder: String
  private let temporary: String
  private let format: FilmFormat
  private var film: OpaquePointer?

  /// Begins a film at `path` of pictures of `width` x `height` pixels.
  ///
  /// - Precondition: `width` and `height` are even, as 4:2:0 needs them.
  public init(
    at path: String, as format: FilmFormat, width: Int, height: Int, picturesPerSecond: Int
  ) throws(FilmError) {
    precondition(width > 0 && height > 0 && width % 2 == 0 && height % 2 == 0)
    precondition(picturesPerSecond > 0)
    (self.path, self.format, self.width, self.height) = (path, format, width, height)
    let slash = path.lastIndex(of: "/")
    folder = slash.map { String(path[...$0]) } ?? "./"
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let temporary = "\(folder).\(name).tmp.\(getpid())"
    self.temporary = temporary
    if let missing = unsafe Self.message({ unsafe cfilm_load($0) }) {
      throw .libraryIsMissing(missing)
    }
    var opened: OpaquePointer?
    let kind = format == .gif ? CFILM_GIF : CFILM_MP4
    let failure = unsafe Self.message { message in
      unsafe opened = cfilm_begin(
        temporary, kind, Int32(width), Int32(height), Int32(picturesPerSecond), message)
      return unsafe opened == nil ? 1 : 0
    }
    guard let film = unsafe opened else {
      encoder = ""
      try? removeFile(temporary)
      throw .failed(path: path, message: failure ?? "no reason is known")
    }
    unsafe self.film = film
    encoder = unsafe String(cString: cfilm_encoder(film))
  }

  deinit { discard() }

  /// Adds a picture of red, green and blue bytes, row by row.
  public func add(_ rgb: [UInt8]) throws(FilmError) {
    precondition(rgb.count == width * height * 3)
    guard let film = unsafe film else { preconditionFailure("the film has ended") }
    let failure: String?
    if format == .gif {
      let reduced = ReducedPicture(rgb)
      failure = unsafe Self.message {
        unsafe cfilm_add_palette(film, reduced.places, reduced.palette, $0)
      }
    } else {
      failure = unsafe Self.message { unsafe cfilm_add_rgb(film, rgb, $0) }
    }
    if let failure { throw .failed(path: path, message: failure) }
    count += 1
  }

  /// Writes what is left, and gives the film its name.
  public func finish() throws(FilmError) {
    guard let film = unsafe film else { preconditionFailure("the film has ended") }
    let failure = unsafe Self.message { unsafe cfilm_finish(film, $0) }
    unsafe cfilm_free(film)
    unsafe self.film = nil
    if let failure {
      try? removeFile(temporary)
      throw .failed(path: path, message: failure)
    }
    do throws(SystemError) {
      try FileHandle(appendingTo: temporary).synchronise()
      try rename(temporary, to: path)
      try synchroniseFolder(folder)
    } catch {
      try? removeFile(temporary)
      throw .writing(error)
    }
  }

  /// Removes what there is of a film that was not finished.
  public func discard() {
    guard let film = unsafe film else { return }
    unsafe cfilm_free(film)
    unsafe self.film = nil
    try? removeFile(temporary)
  }

  /// What `call` says in its message, where it fails.
  private static func message(_ call: (UnsafeMutablePointer<CChar>) -> Int32) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(CFILM_MESSAGE))
    return unsafe buffer.withUnsafeMutableBufferPointer { buffer -> String? in
      guard let start = buffer.baseAddress, unsafe call(start) != 0 else { return nil }
      return unsafe String(cString: start)
    }
  }
}
