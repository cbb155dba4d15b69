import VolumeCore

extension ZarrArray {
  /// The largest chunk that is decoded.
  static let largestChunkByteCount = 1 << 31
  /// The most dimensions that an array of volumes has: t, c, z, y, x.
  static let mostDimensions = 5

  /// Reads the `zarr.json` of an array, and refuses by name whatever it does not know.
  public init(zarr3 bytes: [UInt8]) throws(MetadataError) {
    let (array, large) = try nodeDocument(decoding: bytes, type: "array")
    try array.refuseUnknown(except: [
      "zarr_format", "node_type", "shape", "data_type", "chunk_grid", "chunk_key_encoding",
      "fill_value", "codecs", "attributes", "storage_transformers", "dimension_names",
    ])
    zarrVersion = 3
    shape = try array.extents("shape")
    (voxelType, isBool) = try Self.type3(array)
    let grid = try NamedConfiguration(array.required("chunk_grid"), at: "chunk_grid")
    guard grid.name == "regular" else {
      throw .unsupported(member: "chunk_grid.name", found: grid.name, supported: "regular")
    }
    try grid.configuration.refuseUnknown(except: ["chunk_shape"])
    fileChunk = try grid.configuration.extents("chunk_shape", count: shape.count)
    (codecs, sharding) = try Self.codecs3(array, fileChunk, voxelType)

    let fill = try array.required("fill_value")
    guard
      let value = FillValue(
        fill, of: voxelType, isBool: isBool, large: large["fill_value"])
    else { throw array.invalid("fill_value", fill) }
    fillValue = value
    saysFillValue = true
    keyEncoding = try Self.keyEncoding3(array)
    if let transformers = array.optional("storage_transformers"), transformers != [] {
      throw .unsupported(
        member: "storage_transformers", found: transformers.text(), supported: "none")
    }
    if let names = array.optional("dimension_names"), names != .null {
      guard let list = names.array, list.count == shape.count,
        list.allSatisfy({ $0 == .null || $0.string != nil })
      else { throw array.invalid("dimension_names", names) }
      dimensionNames = list.map(\.string)
    }
    attributes = [:]
    if let value = array.optional("attributes") {
      guard let members = value.object else { throw array.invalid("attributes", value) }
      attributes = members
    }
    try check()
  }

  private static func type3(_ array: MetadataMembers) throws(MetadataError) -> (VoxelType, Bool) {
    let value = try array.required("data_type")
    if value == "bool" { return (.uint8, true) }
    guard let type = value.string.flatMap(VoxelType.init(rawValue:)) else {
      throw .unsupported(
        member: "data_type", found: value.text(), supported: "bool, " + VoxelType.namesForPeople)
    }
    return (type, false)
  }

  private static func keyEncoding3(
    _ array: MetadataMembers
  ) throws(MetadataError) -> KeyEncoding {
    let place = "chunk_key_encoding"
    let encoding = try NamedConfiguration(array.required(place), at: place)
    try encoding.configuration.refuseUnknown(except: ["separator"])
    let separator = try encoding.configuration.separator("separator")
    switch encoding.name {
    case "default": return .standard(separator: separator ?? "/")
    case "v2": return .zarr2(separator: separator ?? ".")
    default:
      throw .unsupported(member: "\(place).name", found: encoding.name, supported: "default, v2")
    }
  }

  private static func codecs3(
    _ array: MetadataMembers, _ fileChunk: [Int], _ type: VoxelType
  ) throws(MetadataError) -> (CodecChain, Sharding?) {
    let list = try ArrayMetadata.codecList(array, "codecs")
    guard let place = list.firstIndex(where: { $0.name == "sharding_indexed" }) else {
      return (try chain3(list, at: "codecs", dimensions: fileChunk.count, type), nil)
    }
    guard list.count == 1 else {
      throw .unsupported(
        member: "codecs", found: list.map(\.name).joined(separator: ", "),
        supported: "sharding_indexed alone, with other codecs inside it")
    }
    let settings = list[place].configuration
    try settings.refuseUnknown(except: [
      "chunk_shape", "codecs", "index_codecs", "index_location",
    ])
    let chunk = try settings.extents("chunk_shape", count: fileChunk.count)
    guard zip(fileChunk, chunk).allSatisfy({ $0 % $1 == 0 }) else {
      throw .invalid(
        member: settings.name("chunk_shape"),
        found: "\(chunk), which does not divide \(fileChunk)")
    }
    var chunks = 1
    for (file, inner) in zip(fileChunk, chunk) {
      let (product, overflowed) = chunks.multipliedReportingOverflow(by: file / inner)
      guard !overflowed, product <= ArrayMetadata.mostChunksPerShard else {
        throw .unsupported(
          member: settings.name("chunk_shape"), found: "\(chunk) in shards of \(fileChunk)",
          supported: "at most \(ArrayMetadata.mostChunksPerShard) chunks in a shard")
      }
      chunks = product
    }
    let inner = try ArrayMetadata.codecList(settings, "codecs")
    return (
      try chain3(inner, at: settings.name("codecs"), dimensions: chunk.count, type),
      Sharding(chunk: chunk, index: try indexForm(settings))
    )
  }

  private static func indexForm(
    _ settings: MetadataMembers
  ) throws(MetadataError) -> ShardIndexForm {
    var form = ShardIndexForm()
    switch settings.optional("index_location") ?? "end" {
    case "end": break
    case "start": form.isAtStart = true
    case let other:
      throw .unsupported(
        member: settings.name("index_location"), found: other.text(), supported: "start, end")
    }
    let list = try ArrayMetadata.codecList(settings, "index_codecs")
    guard list.map(\.name) == ["bytes"] || list.map(\.name) == ["bytes", "crc32c"] else {
      throw .unsupported(
        member: settings.name("index_codecs"),
        found: list.map(\.name).joined(separator: ", "), supported: "bytes, then crc32c, if at all")
    }
    form.byteOrder = try byteOrder(list[0], byteCount: 8)
    form.hasChecksum = list.count == 2
    if form.hasChecksum { try list[1].configuration.refuseUnknown(except: []) }
    return form
  }

  /// The byte order that a `bytes` codec says; it may say none where a voxel is one byte.
  private static func byteOrder(
    _ codec: NamedConfiguration, byteCount: Int
  ) throws(MetadataError) -> ByteOrder {
    try codec.configuration.refuseUnknown(except: ["endian"])
    if byteCount == 1, codec.configuration.optional("endian") == nil { return .little }
    let text = try codec.configuration.string("endian")
    guard let order = ByteOrder(rawValue: text) else {
      throw codec.configuration.invalid("endian", .string(text))
    }
    return order
  }

  private static func chain3(
    _ list: [NamedConfiguration], at place: String, dimensions: Int, _ type: VoxelType
  ) throws(MetadataError) -> CodecChain {
    var chain = CodecChain(order: Array(0..<dimensions), byteOrder: .little, byteCodecs: [])
    var isBytes = false
    for codec in list {
      switch codec.name {
      case "transpose" where !isBytes:
        try codec.configuration.refuseUnknown(except: ["order"])
        let order = try codec.configuration.permutation("order", count: dimensions)
        chain.order = order.map { chain.order[$0] }
      case "bytes" where !isBytes:
        chain.byteOrder = try byteOrder(codec, byteCount: type.byteCount)
        isBytes = true
      case _ where isBytes: chain.byteCodecs.append(try ByteCodec(zarr3: codec, type))
      default:
        throw .unsupported(
          member: "\(codec.place).name", found: codec.name,
          supported: "transpose, then bytes, then compression")
      }
    }
    guard isBytes else { throw .missing(member: "\(place): bytes") }
    try chain.refuseTwoCompressors(at: place)
    return chain
  }
}

extension ByteCodec {
  fileprivate init(zarr3 codec: NamedConfiguration, _ type: VoxelType) throws(MetadataError) {
    let settings = codec.configuration
    switch codec.name {
    case "crc32c":
      try settings.refuseUnknown(except: [])
      self = .crc32c
    case "zstd", "numcodecs.zstd":
      try settings.refuseUnknown(except: ["level", "checksum"])
      self = .zstd
    case "gzip", "numcodecs.gzip":
      try settings.refuseUnknown(except: ["level"])
      self = .gzip
    case "blosc", "numcodecs.blosc":
      try settings.refuseUnknown(except: ["cname", "clevel", "shuffle", "typesize", "blocksize"])
      self = .blosc
    case "zlib", "numcodecs.zlib": self = .zlib
    case "bz2", "numcodecs.bz2": self = .bzip2
    case "lz4", "numcodecs.lz4": self = .lz4
    case "numcodecs.shuffle":
      self = .shuffle(elementByteCount: try settings.elementByteCount(else: type.byteCount))
    default:
      throw .unsupported(
        member: "\(codec.place).name", found: codec.name,
        supported: "zstd, gzip, zlib, bz2, lz4, blosc, shuffle, crc32c")
    }
  }
}

extension VoxelType {
  /// "float32, float64, int16 ...".
  static var namesForPeople: String { allCases.map(\.rawValue).sorted().joined(separator: ", ") }
}
