import VolumeCore

extension ArrayMetadata {
  /// The codecs of inner chunks: `bytes`, then `zstd`, then `crc32c`, the last two if at all.
  static func chunkCodecs(
    _ sharding: NamedConfiguration, voxelByteCount: Int
  ) throws(MetadataError) -> ChunkCodecs {
    let list = try codecList(sharding.configuration, "codecs")
    let names = list.map(\.name)
    let supported = [
      ["bytes"], ["bytes", "zstd"], ["bytes", "crc32c"], ["bytes", "zstd", "crc32c"],
    ]
    guard supported.contains(names) else {
      throw .unsupported(
        member: sharding.configuration.name("codecs"), found: names.joined(separator: ", "),
        supported: "bytes, then zstd, then crc32c, the last two if at all")
    }
    var codecs = ChunkCodecs(zstd: nil, hasChecksum: false)
    for codec in list {
      switch codec.name {
      case "bytes": try checkBytes(codec, voxelByteCount: voxelByteCount)
      case "zstd": codecs.zstd = try zstd(codec)
      default:
        try codec.configuration.refuseUnknown(except: [])
        codecs.hasChecksum = true
      }
    }
    return codecs
  }

  static func codecList(
    _ members: MetadataMembers, _ member: String
  ) throws(MetadataError) -> [NamedConfiguration] {
    var list: [NamedConfiguration] = []
    for (place, codec) in try members.array(member).enumerated() {
      list.append(try NamedConfiguration(codec, at: "\(members.name(member))[\(place)]"))
    }
    return list
  }

  /// Refuses another byte order than little, where there is an order at all.
  static func checkBytes(
    _ codec: NamedConfiguration, voxelByteCount: Int
  ) throws(MetadataError) {
    try codec.configuration.refuseUnknown(except: ["endian"])
    guard voxelByteCount > 1 else { return }
    let order = try codec.configuration.string("endian")
    guard order == "little" else {
      throw .unsupported(
        member: codec.configuration.name("endian"), found: order, supported: "little")
    }
  }

  private static func zstd(_ codec: NamedConfiguration) throws(MetadataError) -> ChunkCodecs.Zstd {
    let settings = codec.configuration
    try settings.refuseUnknown(except: ["level", "checksum"])
    let level = try settings.required("level")
    guard let number = level.integer, (-131_072...22).contains(number) else {
      throw settings.invalid("level", level)
    }
    let checksum = settings.optional("checksum") ?? false
    guard let hasChecksum = checksum.bool else { throw settings.invalid("checksum", checksum) }
    return ChunkCodecs.Zstd(level: number, hasChecksum: hasChecksum)
  }
}
