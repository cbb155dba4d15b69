import SystemIO
import VolumeCore
import VoxelFiles

/// How the pixels of a file are stored: checked against its size.
struct DICOMPixels: Hashable {
  var rows: Int
  var columns: Int
  var samples: Int
  var isPlanar: Bool
  var photometric: String
  /// Bytes of a sample.
  var width: Int
  /// The bits of a sample that count, and the lowest of them.
  var bits: Int
  var lowest: Int
  var voxelType: VoxelType
  var isBigEndian: Bool
  var isRunLength: Bool

  /// Bytes of a frame that is not compressed.
  var frameByteCount: Int { rows * columns * samples * width }

  /// The pixels that `header` describes.
  init(_ header: DICOMHeader) throws(DICOMError) {
    let file = header.file
    switch header.syntax {
    case "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2": isRunLength = false
    case "1.2.840.10008.1.2.5": isRunLength = true
    case "": throw .lacks(file: file, element: "transfer syntax")
    default:
      throw .isCompressed(
        file: file, syntax: header.syntax, name: Self.names[header.syntax] ?? "unknown")
    }
    func needed(_ value: Int?, _ name: String, _ range: ClosedRange<Int>) throws(DICOMError) -> Int
    {
      guard let value else { throw .lacks(file: file, element: name) }
      guard range.contains(value) else {
        throw .valueIsUnclear(file: file, element: name, value: "\(value)")
      }
      return value
    }
    rows = try needed(header.rows, "Rows", 1...65535)
    columns = try needed(header.columns, "Columns", 1...65535)
    samples = try needed(header.samples, "SamplesPerPixel", 1...16)
    _ = try needed(header.frames, "NumberOfFrames", 1...10_000_000)
    isPlanar = header.isPlanar
    photometric = header.photometric
    isBigEndian = header.isBigEndian
    if photometric == "PALETTE COLOR" {
      throw .kindIsNotRead(file: file, kind: "numbers of colours, not grey values")
    }
    let allocated = try needed(header.allocated, "BitsAllocated", 1...64)
    switch (header.pixelTag, allocated) {
    case (DICOMTag.floatPixels, 32): voxelType = .float32
    case (DICOMTag.doublePixels, 64): voxelType = .float64
    case (DICOMTag.pixels, 8), (DICOMTag.pixels, 16), (DICOMTag.pixels, 32):
      voxelType =
        VoxelType.integer(byteCount: allocated / 8, isSigned: header.isSigned) ?? .uint8
    default: throw .kindIsNotRead(file: file, kind: "pixels of \(allocated) bits")
    }
    width = allocated / 8
    let isWhole = header.pixelTag == DICOMTag.pixels
    bits = isWhole ? try needed(header.stored ?? allocated, "BitsStored", 1...allocated) : allocated
    let high =
      isWhole
      ? try needed(header.highBit ?? bits - 1, "HighBit", (bits - 1)...(allocated - 1))
      : allocated - 1
    lowest = high + 1 - bits
  }

  /// What the two differ in; `nil` where they are alike.
  func difference(_ other: DICOMPixels) -> (what: String, mine: String, its: String)? {
    if (rows, columns) != (other.rows, other.columns) {
      return ("size", "\(rows) x \(columns)", "\(other.rows) x \(other.columns)")
    }
    if voxelType != other.voxelType {
      return ("type", voxelType.rawValue, other.voxelType.rawValue)
    }
    if (bits, lowest) != (other.bits, other.lowest) {
      return ("depth", "\(bits) bits", "\(other.bits) bits")
    }
    if (samples, photometric) != (other.samples, other.photometric) {
      return ("kind", "\(samples) \(photometric)", "\(other.samples) \(other.photometric)")
    }
    return nil
  }

  /// The compressions that are met most.
  private static let names = [
    "1.2.840.10008.1.2.1.99": "deflate", "1.2.840.10008.1.2.4.50": "JPEG baseline",
    "1.2.840.10008.1.2.4.51": "JPEG extended", "1.2.840.10008.1.2.4.57": "JPEG lossless",
    "1.2.840.10008.1.2.4.70": "JPEG lossless", "1.2.840.10008.1.2.4.80": "JPEG-LS lossless",
    "1.2.840.10008.1.2.4.81": "JPEG-LS", "1.2.840.10008.1.2.4.90": "JPEG 2000 lossless",
    "1.2.840.10008.1.2.4.91": "JPEG 2000", "1.2.840.10008.1.2.4.201": "HTJ2K lossless",
    "1.2.840.10008.1.2.4.202": "HTJ2K", "1.2.840.10008.1.2.4.203": "HTJ2K",
  ]
}
