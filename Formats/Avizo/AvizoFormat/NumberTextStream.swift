import Compression
import VolumeCore

/// Numbers written as text, handed on as the machine's own.
final class NumberTextStream: ByteStream {
  private static let inputByteCount = 64 << 10
  /// No number has more digits than this.
  private static let longest = 400

  private let type: VoxelType
  private let source: CompressedSource
  private var input = [UInt8](repeating: 0, count: inputByteCount)
  private var next = 0
  private var end = 0

  /// Reads numbers of `type` in what `source` delivers.
  init(_ type: VoxelType, _ source: @escaping CompressedSource) {
    self.type = type
    self.source = source
  }

  /// Fills `destination`, whose size is one of whole numbers, as far as there are any.
  func read(into destination: inout MutableRawSpan) throws(StreamError) -> Int {
    let width = type.byteCount
    precondition(destination.byteCount % width == 0)
    var done = 0
    while done < destination.byteCount, let word = try word() {
      guard let bits = Self.bits(of: word, type) else {
        throw .damaged("\(word.prefix(40)) is no \(type.rawValue)")
      }
      unsafe destination.withUnsafeMutableBytes { bytes in
        unsafe withUnsafeBytes(of: bits.littleEndian) { value in
          for byte in 0..<width {
            let place = ByteOrder.native == .little ? byte : width - 1 - byte
            unsafe bytes[done + place] = value[byte]
          }
        }
      }
      done += width
    }
    return done
  }

  /// The next word; `nil` at the end, or where the next array begins.
  private func word() throws(StreamError) -> String? {
    var word: [UInt8] = []
    while true {
      if next == end {
        end = try filled(&input, from: source)
        next = 0
        if end == 0 { break }
      }
      let byte = input[next]
      if AmiraTokens.isBlank(byte) {
        next += 1
        if word.isEmpty { continue }
        break
      }
      // What begins here is another's: it stays where it is.
      if word.isEmpty, byte == UInt8(ascii: "@") { return nil }
      next += 1
      word.append(byte)
      guard word.count <= Self.longest else { throw .damaged("a number of endless digits") }
    }
    return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
  }

  private static func bits(of word: String, _ type: VoxelType) -> UInt64? {
    switch type {
    case .uint8: UInt8(word).map { UInt64($0) }
    case .int8: Int8(word).map { UInt64(UInt8(bitPattern: $0)) }
    case .uint16: UInt16(word).map { UInt64($0) }
    case .int16: Int16(word).map { UInt64(UInt16(bitPattern: $0)) }
    case .uint32: UInt32(word).map { UInt64($0) }
    case .int32: Int32(word).map { UInt64(UInt32(bitPattern: $0)) }
    case .uint64: UInt64(word)
    case .int64: Int64(word).map { UInt64(bitPattern: $0) }
    case .float32: Float(word).map { UInt64($0.bitPattern) }
    case .float64: Double(word).map { $0.bitPattern }
    }
  }
}
