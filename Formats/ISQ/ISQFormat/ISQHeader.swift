import VolumeCore
import VoxelFiles

/// What the first block of an ISQ file says, decoded and checked.
struct ISQHeader: Hashable {
  /// Bytes of the block, and the unit in which the header counts.
  static let byteCount = 512
  /// What every such file begins with.
  static let signature = "CTDATA-HEADER_V1"
  /// What voxels of a reconstruction are called in `data_type`.
  static let volumeType = 3
  /// What a scout view is called there.
  static let scoutViewType = 9

  /// The extent.
  let shape: Shape3
  /// Where the first voxel lies.
  let dataOffset: Int
  /// The voxel, where all lengths are given.
  let spacing: VoxelSpacing?
  /// What is worth telling.
  let remarks: [String]

  /// Decodes the first bytes of the file called `file`.
  init(decoding bytes: [UInt8], file: String) throws(ISQError) {
    let signature = Array(Self.signature.utf8)
    guard Array(bytes.prefix(signature.count)) == signature else {
      throw .hasNoSignature(file: file)
    }
    guard bytes.count >= Self.byteCount else {
      throw .headerIsCut(file: file, byteCount: bytes.count)
    }
    func word(_ offset: Int) -> Int {
      let value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
      return Int(Int32(bitPattern: value))
    }
    let dataType = word(16)
    let shape = Shape3(z: word(52), y: word(48), x: word(44))
    let lengths = VoxelSpacing(z: Double(word(64)), y: Double(word(60)), x: Double(word(56)))
    // The scanner's own library tells them so: by type, or by a length of 0 along the scan.
    guard dataType != Self.scoutViewType, lengths.z != 0 else { throw .isScoutView(file: file) }
    guard let voxels = FlatLayout.checkedByteCount(shape, .int16) else {
      throw .extentIsImpossible(file: file, shape: shape)
    }
    let blocks = word(508)
    guard blocks >= 0 else { throw .offsetIsImpossible(file: file, blocks: blocks) }
    dataOffset = (blocks + 1) * Self.byteCount
    self.shape = shape

    var remarks: [String] = []
    if dataType != Self.volumeType {
      remarks.append(
        "the header's data_type is \(dataType), not \(Self.volumeType); "
          + "\(voxels) bytes of voxels are int16")
    }
    let spacing = VoxelSpacing(
      z: lengths.z / Double(shape.z), y: lengths.y / Double(shape.y),
      x: lengths.x / Double(shape.x))
    self.spacing = spacing.isPossible ? spacing : nil
    if self.spacing == nil {
      remarks.append(
        "the header gives no voxel size: its lengths are \(Int(lengths.z)), \(Int(lengths.y)) "
          + "and \(Int(lengths.x)) um (z, y, x)")
    }
    let scaling = word(88)
    if scaling > 1 {
      remarks.append(
        "a value of \(scaling) is an attenuation of 1 per cm (the header's mu_scaling)")
    }
    self.remarks = remarks
  }

  /// Bytes behind the last voxel of a file of `byteCount`: fewer than a block, in a file of whole
  /// blocks, since its system knew no other length.
  func padding(inFileOf byteCount: Int, file: String) throws(ISQError) -> Int {
    let needed = dataOffset + shape.voxelCount * VoxelType.int16.byteCount
    let rest = byteCount - needed
    let isPadding = rest < Self.byteCount && byteCount % Self.byteCount == 0
    guard rest == 0 || (rest > 0 && isPadding) else {
      throw .sizeDisagrees(file: file, shape: shape, needed: needed, found: byteCount)
    }
    return rest
  }
}
