import VolumeCore
import VoxelFiles

/// The 1,024 bytes that an MRC file begins with, in the order of bytes that they are in.
public struct MRCHeader: Hashable, Sendable {
  /// Bytes of the header, without the extended one behind it.
  public static let byteCount = 1024

  /// The bytes, and their order.
  public let bytes: HeaderBytes
  /// What was noticed that is no error.
  public let remarks: [String]

  /// Decodes the first bytes of `file`.
  ///
  /// The order of the bytes is that of the machine stamp. It is in the numbers of the axes too, which
  /// are 1, 2 and 3 in one order only: a stamp that contradicts them, or none, is remarked.
  ///
  /// - Parameter said: the order of the options, which decides where the file does not say it.
  public init(
    decoding bytes: [UInt8], said: ByteOrder?, file: String
  ) throws(MRCError) {
    guard bytes.count >= Self.byteCount else {
      throw .endsInHeader(file: file, byteCount: bytes.count)
    }
    let bytes = Array(bytes[..<Self.byteCount])
    let stamp: ByteOrder? =
      switch (bytes[212], bytes[213]) {
      case (0x44, 0x44), (0x44, 0x41): .little
      case (0x11, 0x11): .big
      default: nil
      }
    let byAxes = [ByteOrder.little, .big].first { order in
      let header = HeaderBytes(bytes, isBigEndian: order == .big)
      return Set([64, 68, 72].map { header.int32(at: $0) }) == [1, 2, 3]
    }
    let hasName = Array(bytes[208..<211]) == Array("MAP".utf8)
    // Without the name, which older files lack, and without axes anything could be meant.
    guard hasName || byAxes != nil else { throw .isNoMRC(file: file) }
    guard let order = byAxes ?? stamp ?? said else {
      throw .byteOrderIsUnknown(file: file, stamp: Array(bytes[212..<216]))
    }
    var remarks: [String] = []
    if let byAxes, stamp != byAxes {
      remarks.append(
        stamp == nil
          ? "it has no machine stamp that is known; its header is in \(byAxes.rawValue)-endian order"
          : "its machine stamp does not say the order of bytes that its header is in: "
            + "\(byAxes.rawValue)-endian is taken")
    }
    self.bytes = HeaderBytes(bytes, isBigEndian: order == .big)
    self.remarks = remarks
  }

  /// The order of the bytes of numbers, and of voxels.
  public var byteOrder: ByteOrder { bytes.isBigEndian ? .big : .little }
  /// Columns, rows and sections: the fastest axis first.
  public var extents: [Int] { [0, 4, 8].map { bytes.int32(at: $0) } }
  /// What a voxel is, as a number.
  public var mode: Int { bytes.int32(at: 12) }
  /// The first column, row and section in the grid.
  public var starts: [Int] { [16, 20, 24].map { bytes.int32(at: $0) } }
  /// Steps of the grid along x, y and z of the cell.
  public var grid: [Int] { [28, 32, 36].map { bytes.int32(at: $0) } }
  /// The cell's edges along x, y and z in Angstrom, as they are stored.
  public var cell: [Float] {
    [40, 44, 48].map { Float(bitPattern: bytes.integer(at: $0, as: UInt32.self)) }
  }
  /// The cell's angles in degrees.
  public var angles: [Double] { [52, 56, 60].map { bytes.float32(at: $0) } }
  /// Which of x, y and z (1, 2, 3) columns, rows and sections are.
  public var axes: [Int] { [64, 68, 72].map { bytes.int32(at: $0) } }
  /// The space group: 0 for pictures, 1 for a volume, 401 to 630 for several volumes.
  public var spaceGroup: Int { bytes.int32(at: 88) }
  /// Bytes of the extended header.
  public var extendedByteCount: Int { bytes.int32(at: 92) }
  /// The version of the format, 20140 or 20141; what older files have there is anything.
  public var version: Int { bytes.int32(at: 108) }
  /// IMOD's flags, where its stamp says that they are some.
  public var imodFlags: Int? {
    bytes.int32(at: 152) == Self.imodStamp ? bytes.int32(at: 156) : nil
  }
  /// Where the first voxel lies, in Angstrom: x, y, z.
  public var origin: [Double] { [196, 200, 204].map { bytes.float32(at: $0) } }

  /// "IMOD".
  static let imodStamp = 1_146_047_817
}
