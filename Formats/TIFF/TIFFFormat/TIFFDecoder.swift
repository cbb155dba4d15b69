import CTIFF
import VolumeCore

/// Decodes strips and tiles of one kind with libtiff, from memory to memory; closed when its owner
/// goes. Not for two threads at once.
///
/// libtiff sees neither the file nor its directories, only a directory of our own that describes a
/// single strip: what a file claims has been checked before.
@safe final class TIFFDecoder: @unchecked Sendable {
  /// What libtiff must know of a block.
  struct Kind: Hashable {
    var compression: Int
    var predictor: Int
    /// Samples in a row: bytes, where no predictor needs to know more.
    var width: Int
    var samples: Int
    var bits: Int
    var isFloat: Bool
    var rows: Int
    var order: ByteOrder

    init(_ layout: PageLayout) {
      compression = layout.compression
      predictor = layout.predictor
      rows = layout.blockHeight
      let hasPredictor = layout.predictor != 1
      width = hasPredictor ? layout.blockWidth : layout.rowByteCount
      samples = hasPredictor ? layout.blockSamples : 1
      bits = hasPredictor ? layout.bits : 8
      isFloat = hasPredictor && layout.predictor == 3
      order = hasPredictor ? layout.order : .little
    }
  }

  /// The most samples of a pixel that a predictor is undone for.
  static let mostSamples = 128

  let kind: Kind
  private let memory: UnsafeMutablePointer<ctiff_memory>
  private let file: OpaquePointer

  /// Makes libtiff ready for blocks of `kind`; `nil` where it refuses.
  init?(_ kind: Kind) {
    let memory = UnsafeMutablePointer<ctiff_memory>.allocate(capacity: 1)
    unsafe memory.initialize(to: ctiff_memory())
    let head = Self.head(kind)
    let opened = unsafe head.withUnsafeBufferPointer { bytes in
      unsafe ctiff_open(
        memory, bytes.baseAddress, bytes.count, tmsize_t(2 * TIFFPage.mostBlockBytes))
    }
    guard let file = unsafe opened else {
      unsafe memory.deallocate()
      return nil
    }
    unsafe self.memory = memory
    unsafe self.file = file
    self.kind = kind
  }

  deinit {
    unsafe TIFFClose(file)
    unsafe memory.deallocate()
  }

  /// Decodes `source` into exactly `destination`, in the machine's byte order where there is a
  /// predictor, else in the file's. Returns what libtiff complains of.
  func decode(
    _ source: UnsafeMutableRawBufferPointer, into destination: UnsafeMutableRawBufferPointer
  ) -> String? {
    unsafe memory.pointee.message.text.0 = 0
    let status = unsafe TIFFReadFromUserBuffer(
      file, 0, source.baseAddress, tmsize_t(source.count), destination.baseAddress,
      tmsize_t(destination.count))
    guard status != 1 else { return nil }
    let text = unsafe withUnsafeBytes(of: &memory.pointee.message.text) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return text.isEmpty ? "libtiff does not say why" : text
  }

  /// Whether this libtiff can decode compression `number`.
  static func decodes(_ number: Int) -> Bool {
    guard let number = UInt16(exactly: number) else { return false }
    return TIFFIsCODECConfigured(number) == 1
  }

  /// A classic TIFF with one page of one strip, whose bytes lie nowhere.
  private static func head(_ kind: Kind) -> [UInt8] {
    var entries: [(tag: Int, type: Int, values: [Int])] = [
      (TIFFTag.width, 4, [kind.width]), (TIFFTag.height, 4, [kind.rows]),
      (TIFFTag.bitsPerSample, 3, Array(repeating: kind.bits, count: kind.samples)),
      (TIFFTag.compression, 3, [kind.compression]), (TIFFTag.photometric, 3, [1]),
      (TIFFTag.stripOffsets, 4, [8]), (TIFFTag.samplesPerPixel, 3, [kind.samples]),
      (TIFFTag.rowsPerStrip, 4, [kind.rows]), (TIFFTag.stripByteCounts, 4, [1 << 20]),
    ]
    if kind.predictor != 1 { entries.append((TIFFTag.predictor, 3, [kind.predictor])) }
    let format = kind.isFloat ? 3 : 1
    entries.append(
      (TIFFTag.sampleFormat, 3, Array(repeating: format, count: kind.samples)))

    func bytes(_ value: Int, _ count: Int) -> [UInt8] {
      let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return kind.order == .little ? little : little.reversed()
    }
    var head: [UInt8] = kind.order == .little ? [0x49, 0x49] : [0x4D, 0x4D]
    head += bytes(42, 2) + bytes(8, 4) + bytes(entries.count, 2)
    var extra: [UInt8] = []
    let extraOffset = 8 + 2 + 12 * entries.count + 4
    for entry in entries {
      head += bytes(entry.tag, 2) + bytes(entry.type, 2) + bytes(entry.values.count, 4)
      let values = entry.values.flatMap { bytes($0, entry.type == 3 ? 2 : 4) }
      if values.count <= 4 {
        head += values + [UInt8](repeating: 0, count: 4 - values.count)
      } else {
        head += bytes(extraOffset + extra.count, 4)
        extra += values
      }
    }
    return head + bytes(0, 4) + extra
  }
}
