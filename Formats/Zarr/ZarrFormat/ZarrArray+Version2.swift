import VolumeCore

extension ZarrArray {
  /// Reads the `.zarray` of an array of version 2, and refuses by name what it does not know.
  ///
  /// - Parameter attributes: what its `.zattrs` holds.
  public init(zarr2 bytes: [UInt8], attributes: [String: JSONValue]) throws(MetadataError) {
    guard let document = BoundedJSON(bytes), document.value.object != nil else { throw .notJSON }
    let array = try MetadataMembers(document.value, at: "")
    let version = try array.required("zarr_format")
    guard version == 2 else { throw .wrongZarrFormat(found: version.text(), expected: 2) }
    zarrVersion = 2
    self.attributes = attributes
    shape = try array.extents("shape")
    fileChunk = try array.extents("chunks", count: shape.count)
    sharding = nil
    let (type, isBool, byteOrder) = try Self.type2(array)
    voxelType = type
    self.isBool = isBool

    var order = Array(shape.indices)
    switch try array.required("order") {
    case "C": break
    case "F": order.reverse()
    case let other: throw array.invalid("order", other)
    }
    codecs = CodecChain(order: order, byteOrder: byteOrder, byteCodecs: [])
    for (place, filter) in (array.optional("filters")?.array ?? []).enumerated() {
      let filter = try MetadataMembers(filter, at: "filters[\(place)]")
      let id = try filter.string("id")
      guard id == "shuffle" else {
        throw .unsupported(member: filter.name("id"), found: id, supported: "no filter but shuffle")
      }
      codecs.byteCodecs.append(
        .shuffle(elementByteCount: try filter.elementByteCount(else: 4)))
    }
    let compressor = try array.required("compressor")
    if compressor != .null {
      codecs.byteCodecs.append(
        try ByteCodec(zarr2: MetadataMembers(compressor, at: "compressor")))
    }
    try codecs.refuseTwoCompressors(at: "compressor")

    let fill = try array.required("fill_value")
    saysFillValue = fill != .null
    guard
      let value = FillValue(
        zarr2: fill, of: type, isBool: isBool, byteOrder, large: document.largeMembers["fill_value"]
      )
    else { throw array.invalid("fill_value", fill) }
    fillValue = value
    keyEncoding = .zarr2(separator: try array.separator("dimension_separator") ?? ".")
    if let names = attributes["_ARRAY_DIMENSIONS"]?.array, names.count == shape.count {
      // How xarray names dimensions in version 2.
      dimensionNames = names.map(\.string)
    }
    try check()
  }

  /// `<u2` and its like, as numpy spells types.
  private static func type2(
    _ array: MetadataMembers
  ) throws(MetadataError) -> (VoxelType, isBool: Bool, ByteOrder) {
    let value = try array.required("dtype")
    let unsupported = MetadataError.unsupported(
      member: "dtype", found: value.text(), supported: "bool, " + VoxelType.namesForPeople)
    guard let text = value.string, let mark = text.first, let letter = text.dropFirst().first,
      let byteCount = Int(text.dropFirst(2))
    else { throw unsupported }
    let type: VoxelType? =
      switch letter {
      case "u": .integer(byteCount: byteCount, isSigned: false)
      case "i": .integer(byteCount: byteCount, isSigned: true)
      case "f": .float(byteCount: byteCount)
      case "b": byteCount == 1 ? .uint8 : nil
      default: nil
      }
    guard let type else { throw unsupported }
    switch mark {
    case "<": return (type, letter == "b", .little)
    case ">": return (type, letter == "b", .big)
    case "|" where byteCount == 1: return (type, letter == "b", .little)
    default: throw unsupported
    }
  }
}

extension ByteCodec {
  fileprivate init(zarr2 compressor: MetadataMembers) throws(MetadataError) {
    let id = try compressor.string("id")
    switch id {
    case "zlib": self = .zlib
    case "gzip": self = .gzip
    case "zstd": self = .zstd
    case "blosc": self = .blosc
    case "lz4": self = .lz4
    case "bz2": self = .bzip2
    default:
      throw .unsupported(
        member: compressor.name("id"), found: id,
        supported: "zlib, gzip, zstd, blosc, lz4, bz2 and null")
    }
  }
}
