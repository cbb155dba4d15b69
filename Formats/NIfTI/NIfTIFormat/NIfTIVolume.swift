import VolumeCore
import VoxelFiles

/// Where the voxels of a NIfTI file lie, checked: extents, type, bytes.
struct NIfTIVolume {
  /// The extent of one volume.
  var shape: Shape3
  /// Whether the file counts layers at all.
  var hasLayers: Bool
  /// Volumes behind each other: times, or parts of vectors.
  var volumes: Int
  /// What a voxel is.
  var type: NIfTIType
  /// Bytes before the first voxel.
  var offset: Int
  /// Bytes of all values.
  var byteCount: Int

  init(_ header: NIfTIHeader, file: String) throws(NIfTIError) {
    guard let type = NIfTIType(header.dataType) else {
      throw .typeIsNotRead(file: file, number: header.dataType)
    }
    self.type = type
    let bits = 8 * type.stored.byteCount * type.count
    guard header.bitCount == bits else {
      throw .bitsDisagree(file: file, number: header.dataType, found: header.bitCount, wanted: bits)
    }
    let count = header.axisCount
    guard (2...7).contains(count) else { throw .hasOtherAxes(file: file, count: count) }
    let extents = header.extents(count)
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw .extentIsImpossible(file: file, extents: extents)
    }
    var bytes = type.stored.byteCount * type.count
    for extent in extents {
      let (product, overflows) = bytes.multipliedReportingOverflow(by: extent)
      guard !overflows, product < 1 << 59 else {
        throw .extentIsImpossible(file: file, extents: extents)
      }
      bytes = product
    }
    byteCount = bytes
    hasLayers = count > 2
    shape = Shape3(z: hasLayers ? extents[2] : 1, y: extents[1], x: extents[0])
    volumes = extents.dropFirst(3).reduce(1, *)

    // Four bytes behind the header of a single file say whether there is more of it.
    let least = header.isSingleFile ? header.version.byteCount + 4 : 0
    guard let offset = Int(exactly: header.offset), offset >= least, offset < 1 << 59 else {
      throw .offsetIsImpossible(file: file, offset: "\(header.offset)", least: least)
    }
    self.offset = offset
  }

  /// Bytes of one of the volumes.
  var volumeByteCount: Int { byteCount / volumes }
}

extension NIfTIHeader {
  /// Puts voxel size and place into `volume`, with remarks on what is not used.
  func describe(_ volume: inout VolumeDescription, hasLayers: Bool) {
    let isScaled = slope.isFinite && slope != 0 && (slope != 1 || (intercept != 0))
    if isScaled {
      volume.remarks.append(
        "its values are to be multiplied by \(slope), and \(intercept) added (scl_slope, scl_inter); "
          + "they are read as they are stored")
    }
    var edges = (1...3).map { edge($0).magnitude }
    // A single layer has a thickness where a pixel has an edge.
    if !hasLayers { edges[2] = edges[1] }
    let words = edges.map { "\($0)" }.joined(separator: " ")
    let known = [1: 1e6, 2: 1e3, 3: 1.0][unit]
    let areOnes = edges.allSatisfy { $0 == 1 }
    // Ones without a unit are what every writer puts there.
    if known == nil, areOnes { return }
    guard edges.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      volume.remarks.append("its voxel edges of \(words) (x, y, z) are no lengths, and not used")
      return
    }
    if known == nil {
      volume.remarks.append(
        "its voxel edges of \(words) (x, y, z) have no unit and are taken as millimetres, as most "
          + "programs do; --voxel-size says otherwise")
    } else if areOnes, unit == 2 {
      volume.remarks.append(
        "its voxel edges of 1 mm are what programs write that know no size, too; --voxel-size says "
          + "otherwise")
    }
    let factor = known ?? 1e3
    volume.spacing = VoxelSpacing(z: edges[2], y: edges[1], x: edges[0], unit: factor)
    place(&volume, edges: edges, factor: factor)
  }

  private func place(_ volume: inout VolumeDescription, edges: [Double], factor: Double) {
    let isStraight: Bool
    let origin: [Double]
    if matrixCode > 0 {
      let rows = (0..<3).map(matrixRow)
      origin = rows.map { $0[3] }
      isStraight = rows.indices.allSatisfy { (row: Int) -> Bool in
        (0..<3).allSatisfy { (column: Int) -> Bool in
          row == column ? rows[row][column] > 0 : rows[row][column] == 0
        }
      }
      let lengths = (0..<3).map { (column: Int) -> Double in
        let square: Double = rows.reduce(0) { $0 + $1[column] * $1[column] }
        return square.squareRoot()
      }
      if zip(lengths, edges).contains(where: { !(abs($0 - $1) <= 1e-4 * $1) }) {
        let words = lengths.map { "\($0)" }.joined(separator: " ")
        volume.remarks.append(
          "its matrix makes the voxel edges \(words) (x, y, z); pixdim says otherwise, and is taken"
        )
      }
    } else if rotationCode > 0 {
      origin = rotationOrigin
      // The sign of the third axis is in the place of the edge number 0.
      isStraight = quaternion.allSatisfy { $0 == 0 } && edge(0) >= 0
    } else {
      return
    }
    if !isStraight {
      volume.remarks.append(
        "its matrix turns or mirrors it; voxels are read as they are stored")
    }
    guard origin.allSatisfy(\.isFinite), origin.contains(where: { $0 != 0 }) else { return }
    volume.position = PhysicalPosition(z: origin[2], y: origin[1], x: origin[0], unit: factor)
  }
}
