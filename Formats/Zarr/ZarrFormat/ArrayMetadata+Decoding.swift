import VolumeCore

extension ArrayMetadata {
  /// The largest inner chunk that is read, so that no document can ask for all memory.
  static let largestChunkByteCount = 1 << 28
  /// The most chunks in a shard, for the same reason: an index of 16 MiB.
  static let mostChunksPerShard = 1 << 20

  /// Reads a document, and refuses whatever it does not know.
  public init(decoding bytes: [UInt8]) throws(MetadataError) {
    try self.init(try nodeMembers(decoding: bytes, type: "array"))
  }

  init(_ array: MetadataMembers) throws(MetadataError) {
    try array.refuseUnknown(except: [
      "zarr_format", "node_type", "shape", "data_type", "chunk_grid", "chunk_key_encoding",
      "fill_value", "codecs", "attributes", "storage_transformers", "dimension_names",
    ])
    let shape = try array.shape("shape")
    let typeName = try array.required("data_type")
    guard let type = typeName.string.flatMap(VoxelType.init(rawValue:)) else {
      throw .unsupported(
        member: "data_type", found: typeName.text(), supported: VoxelType.namesForPeople)
    }
    guard let voxels = shape.checkedVoxelCount, voxels < 1 << 58 else {
      throw .invalid(member: "shape", found: shape.json.text())
    }
    let shard = try Self.shardShape(array)
    let sharding = try Self.sharding(array)
    let chunk = try sharding.configuration.shape("chunk_shape")
    try Self.check(chunk: chunk, shard: shard, type: type, at: sharding.place)
    self.init(
      voxelType: type, layout: ShardLayout(volume: shape, shard: shard, chunk: chunk),
      codecs: try Self.chunkCodecs(sharding, voxelByteCount: type.byteCount))

    let fill = try array.required("fill_value")
    guard let fillValue = FillValue(fill, of: type) else { throw array.invalid("fill_value", fill) }
    self.fillValue = fillValue
    keySeparator = try Self.keySeparator(array)
    if let transformers = array.optional("storage_transformers"), transformers != [] {
      throw .unsupported(
        member: "storage_transformers", found: transformers.text(), supported: "none")
    }
    if let names = array.optional("dimension_names"), names != .null {
      guard names.array?.count == 3 else { throw array.invalid("dimension_names", names) }
    }
    if let attributes = array.optional("attributes") {
      guard let members = attributes.object else { throw array.invalid("attributes", attributes) }
      self.attributes = members
    }
  }

  private static func shardShape(_ array: MetadataMembers) throws(MetadataError) -> Shape3 {
    let grid = try NamedConfiguration(array.required("chunk_grid"), at: "chunk_grid")
    guard grid.name == "regular" else {
      throw .unsupported(member: "chunk_grid.name", found: grid.name, supported: "regular")
    }
    try grid.configuration.refuseUnknown(except: ["chunk_shape"])
    return try grid.configuration.shape("chunk_shape")
  }

  private static func keySeparator(_ array: MetadataMembers) throws(MetadataError) -> String {
    let place = "chunk_key_encoding"
    let encoding = try NamedConfiguration(array.required(place), at: place)
    guard encoding.name == "default" else {
      throw .unsupported(member: "\(place).name", found: encoding.name, supported: "default")
    }
    try encoding.configuration.refuseUnknown(except: ["separator"])
    guard let separator = encoding.configuration.optional("separator") else { return "/" }
    guard let text = separator.string, text == "/" || text == "." else {
      throw encoding.configuration.invalid("separator", separator)
    }
    return text
  }

  private static func sharding(_ array: MetadataMembers) throws(MetadataError) -> NamedConfiguration
  {
    let codecs = try array.array("codecs")
    guard codecs.count == 1, let only = codecs.first else {
      throw .unsupported(
        member: "codecs", found: JSONValue.array(codecs).text(), supported: "sharding_indexed alone"
      )
    }
    let sharding = try NamedConfiguration(only, at: "codecs[0]")
    guard sharding.name == "sharding_indexed" else {
      throw .unsupported(
        member: "codecs[0].name", found: sharding.name, supported: "sharding_indexed")
    }
    try sharding.configuration.refuseUnknown(except: [
      "chunk_shape", "codecs", "index_codecs", "index_location",
    ])
    if let location = sharding.configuration.optional("index_location"), location != "end" {
      throw .unsupported(
        member: sharding.configuration.name("index_location"), found: location.text(),
        supported: "end")
    }
    let indexCodecs = try codecList(sharding.configuration, "index_codecs")
    guard indexCodecs.map(\.name) == ["bytes", "crc32c"] else {
      throw .unsupported(
        member: sharding.configuration.name("index_codecs"),
        found: indexCodecs.map(\.name).joined(separator: ", "), supported: "bytes, crc32c")
    }
    try checkBytes(indexCodecs[0], voxelByteCount: 8)
    try indexCodecs[1].configuration.refuseUnknown(except: [])
    return sharding
  }

  private static func check(
    chunk: Shape3, shard: Shape3, type: VoxelType, at place: String
  ) throws(MetadataError) {
    let member = "\(place).configuration.chunk_shape"
    guard shard.z % chunk.z == 0, shard.y % chunk.y == 0, shard.x % chunk.x == 0 else {
      throw .invalid(
        member: member, found: "\(chunk.json.text()), which does not divide \(shard.json.text())")
    }
    guard let voxels = chunk.checkedVoxelCount,
      voxels <= largestChunkByteCount / type.byteCount
    else {
      throw .unsupported(
        member: member, found: chunk.json.text(),
        supported: "chunks of at most \(largestChunkByteCount) bytes")
    }
    let per = Shape3(z: shard.z / chunk.z, y: shard.y / chunk.y, x: shard.x / chunk.x)
    guard let count = per.checkedVoxelCount, count <= mostChunksPerShard else {
      throw .unsupported(
        member: member, found: "\(per) chunks in a shard",
        supported: "at most \(mostChunksPerShard)")
    }
  }
}
