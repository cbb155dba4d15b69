import CTIFF
import VolumeCore

/// A TIFF that libtiff has open, for decoding; closed when its owner goes. Not for two threads at
/// once.
@safe final class TIFFDecoder: @unchecked Sendable {
  /// Which file of the volume it has open.
  let fileIndex: Int
  private let file: OpaquePointer
  private let message: UnsafeMutablePointer<ctiff_message>
  private let name: String
  private var directory = 0

  /// Opens `path` without mapping it, without cutting its strips up, and without reading a
  /// directory yet.
  init(_ path: String, name: String, fileIndex: Int, page: Int) throws(TIFFError) {
    let message = UnsafeMutablePointer<ctiff_message>.allocate(capacity: 1)
    unsafe message.initialize(to: ctiff_message())
    guard let file = unsafe ctiff_open(path, "rmhc", message, tmsize_t(TIFFPage.mostBlockBytes))
    else {
      let words = unsafe Self.words(message)
      unsafe message.deallocate()
      throw .cannotDecode(file: name, page: page, message: words)
    }
    unsafe self.file = file
    unsafe self.message = message
    self.name = name
    self.fileIndex = fileIndex
  }

  deinit {
    unsafe TIFFClose(file)
    unsafe message.deallocate()
  }

  /// Decodes strip or tile `block` of the page whose directory lies at `offset` into
  /// `destination`, which has exactly its bytes, in the machine's byte order.
  func decode(
    block: Int, isTiled: Bool, directoryAt offset: Int, page: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) throws(TIFFError) {
    unsafe message.pointee.text.0 = 0
    if directory != offset {
      guard unsafe TIFFSetSubDirectory(file, toff_t(offset)) == 1 else {
        throw .cannotDecode(file: name, page: page, message: unsafe Self.words(message))
      }
      directory = offset
    }
    let count = tmsize_t(destination.count)
    let decoded =
      unsafe isTiled
      ? TIFFReadEncodedTile(file, UInt32(block), destination.baseAddress, count)
      : TIFFReadEncodedStrip(file, UInt32(block), destination.baseAddress, count)
    guard decoded == count else {
      var words = unsafe Self.words(message)
      if decoded >= 0 { words = "\(decoded) of \(count) bytes in strip or tile \(block)" }
      throw .cannotDecode(file: name, page: page, message: words)
    }
  }

  /// Whether this libtiff can decode compression `number`.
  static func decodes(_ number: Int) -> Bool {
    guard let number = UInt16(exactly: number) else { return false }
    return TIFFIsCODECConfigured(number) == 1
  }

  private static func words(_ message: UnsafeMutablePointer<ctiff_message>) -> String {
    let text = unsafe withUnsafeBytes(of: &message.pointee.text) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return text.isEmpty ? "libtiff does not say why" : text
  }
}
