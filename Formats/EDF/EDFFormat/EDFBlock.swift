import VolumeCore
import VoxelFiles

/// The values of one header, asked for by name.
struct EDFFields {
  let values: [String: String]
  let file: String
  let block: Int

  /// The whole number called `key`, where there is one.
  func integer(_ key: String) throws(EDFError) -> Int? {
    guard let text = values[key.uppercased()] else { return nil }
    guard let value = Int(text) else {
      throw .valueIsMalformed(file: file, block: block, key: key, value: text)
    }
    return value
  }

  /// Bytes that the block's data take up in the file, where the header says so.
  func storedByteCount() throws(EDFError) -> Int? {
    let binary = try integer("EDF_BinarySize")
    let size = try integer("Size")
    if let binary, let size, binary != size {
      throw .sizesDisagree(file: file, block: block, binary: binary, size: size)
    }
    guard let stored = binary ?? size else { return nil }
    guard stored >= 0 else {
      throw .valueIsMalformed(
        file: file, block: block, key: binary == nil ? "Size" : "EDF_BinarySize",
        value: "\(stored)")
    }
    return stored
  }
}

/// One block: what it holds, and where.
struct EDFBlock {
  /// Which it is, from 1.
  let number: Int
  /// Layers, rows, columns.
  let extent: Shape3
  let voxelType: VoxelType
  let byteOrder: ByteOrder
  /// Bytes of its voxels.
  let voxelByteCount: Int
  /// Bytes that it takes up behind its header.
  let storedByteCount: Int
  /// The file that holds its voxels, where it is another.
  let externalFile: String?
  /// Whether its values say how exact those of another block are.
  let isErrorEstimate: Bool
  /// Where its voxels lie.
  let segment: FlatLayout.Segment
  private let pixel: EDFPixel

  /// What all layers of a volume have alike.
  var form: EDFError.Form {
    EDFError.Form(rows: extent.y, columns: extent.x, voxelType: voxelType, byteOrder: byteOrder)
  }

  /// Decodes a header whose voxels begin at byte `start` of the file at `path`.
  init(
    _ fields: EDFFields, headerAt path: String, dataAt start: Int, hints: OpeningHints
  ) throws(EDFError) {
    let (file, number) = (fields.file, fields.block)
    self.number = number
    extent = try Self.extent(fields)
    voxelType = try Self.voxelType(fields, hints)
    byteOrder = try Self.byteOrder(fields, voxelType, hints)
    if let kind = fields.values["COMPRESSION"], !kind.isEmpty,
      !kind.uppercased().hasPrefix("NO")
    {
      throw .isCompressed(file: file, block: number, kind: kind)
    }
    guard let needed = FlatLayout.checkedByteCount(extent, voxelType) else {
      throw .extentIsImpossible(file: file, block: number, extent: extent)
    }
    voxelByteCount = needed
    isErrorEstimate =
      fields.values["EDF_DATABLOCKID"].map { $0.lowercased().hasSuffix(".error") } ?? false
    pixel = EDFPixel(fields.values)

    let stored = try fields.storedByteCount()
    guard let external = fields.values["EDF_BINARYFILENAME"] else {
      externalFile = nil
      storedByteCount = stored ?? needed
      guard storedByteCount >= needed else {
        throw .sizeIsSmall(file: file, block: number, size: storedByteCount, needed: needed)
      }
      segment = FlatLayout.Segment(path: path, offset: start, layers: extent.z)
      return
    }
    guard let inside = insidePath(external, besideHeader: path) else {
      throw .dataIsOutside(file: file, block: number, data: external)
    }
    let place = try fields.integer("EDF_BinaryFilePosition") ?? 0
    guard (0..<(1 << 60)).contains(place) else {
      throw .valueIsMalformed(
        file: file, block: number, key: "EDF_BinaryFilePosition", value: "\(place)")
    }
    if let size = try fields.integer("EDF_BinaryFileSize"), size < needed {
      throw .sizeIsSmall(file: file, block: number, size: size, needed: needed)
    }
    externalFile = inside
    storedByteCount = stored ?? 0
    segment = FlatLayout.Segment(path: inside, offset: place, layers: extent.z)
  }

  /// Adds what is known of the voxel's size.
  func describePixel(in volume: inout VolumeDescription) {
    volume.spacing = pixel.spacing
    if let remark = pixel.remark { volume.remarks.append(remark) }
  }

  private static func extent(_ fields: EDFFields) throws(EDFError) -> Shape3 {
    let ranks = fields.values.keys.compactMap { key -> Int? in
      key.hasPrefix("DIM_") ? Int(key.dropFirst(4)) : nil
    }
    guard let columns = try fields.integer("Dim_1") else {
      throw .lacksExtent(file: fields.file, block: fields.block)
    }
    let extent = Shape3(
      z: try fields.integer("Dim_3") ?? 1, y: try fields.integer("Dim_2") ?? 1, x: columns)
    for rank in ranks.sorted() where rank > 3 {
      guard let further = try fields.integer("Dim_\(rank)"), further != 1 else { continue }
      throw .hasFurtherAxes(
        file: fields.file, block: fields.block, axis: rank, extent: further)
    }
    return extent
  }

  private static func voxelType(
    _ fields: EDFFields, _ hints: OpeningHints
  ) throws(EDFError) -> VoxelType {
    guard let name = fields.values["DATATYPE"] else {
      guard let said = hints.voxelType else {
        throw .typeIsUnknown(file: fields.file, block: fields.block)
      }
      return said
    }
    guard let type = types[name.lowercased()] else {
      throw .typeIsNotRead(file: fields.file, block: fields.block, type: name)
    }
    return type
  }

  private static func byteOrder(
    _ fields: EDFFields, _ type: VoxelType, _ hints: OpeningHints
  ) throws(EDFError) -> ByteOrder {
    let name = fields.values["BYTEORDER"] ?? ""
    switch name.lowercased() {
    case "lowbytefirst": return .little
    case "highbytefirst": return .big
    case "" where type.byteCount == 1: return .native
    case "":
      guard let said = hints.byteOrder else {
        throw .byteOrderIsUnknown(file: fields.file, block: fields.block)
      }
      return said
    default:
      throw .valueIsMalformed(
        file: fields.file, block: fields.block, key: "ByteOrder", value: name)
    }
  }

  /// All names in use, as fabio and the format's own library know them.
  private static let types: [String: VoxelType] = [
    "signedbyte": .int8, "signed8": .int8, "unsignedbyte": .uint8, "unsigned8": .uint8,
    "signedshort": .int16, "signed16": .int16, "unsignedshort": .uint16, "unsigned16": .uint16,
    "unsignedshortinteger": .uint16, "signedinteger": .int32, "signed32": .int32,
    "signedlong": .int32, "unsignedinteger": .uint32, "unsigned32": .uint32,
    "unsignedlong": .uint32, "signed64": .int64, "unsigned64": .uint64, "floatvalue": .float32,
    "float": .float32, "floatieee32": .float32, "float32": .float32, "double": .float64,
    "doublevalue": .float64, "floatieee64": .float64, "doubleieee64": .float64,
  ]
}
