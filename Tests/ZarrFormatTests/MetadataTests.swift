import Testing
import VolumeCore
import ZarrFormat

extension VoxelType {
  static let allNames =
    "float32, float64, int16, int32, int64, int8, uint16, uint32, uint64, uint8"
}

@Suite struct `Array metadata` {
  static let array = ArrayMetadata(
    voxelType: .uint16, layout: ShardLayout(volume: Shape3(z: 100, y: 2000, x: 3000)))

  static func text(_ array: ArrayMetadata) -> String {
    String(decoding: array.encoded(), as: UTF8.self)
  }

  @Test func `are the document that every reader knows`() throws {
    let expected = """
      {"zarr_format":3,"node_type":"array","shape":[100,2000,3000],"data_type":"uint16",
      "chunk_grid":{"name":"regular","configuration":{"chunk_shape":[64,1024,1024]}},
      "chunk_key_encoding":{"name":"default","configuration":{"separator":"/"}},"fill_value":0,
      "codecs":[{"name":"sharding_indexed","configuration":{"chunk_shape":[64,64,64],"codecs":[
      {"name":"bytes","configuration":{"endian":"little"}},
      {"name":"zstd","configuration":{"level":1,"checksum":false}},{"name":"crc32c"}],
      "index_codecs":[{"name":"bytes","configuration":{"endian":"little"}},{"name":"crc32c"}],
      "index_location":"end"}}],"dimension_names":["z","y","x"],"attributes":{}}
      """
    #expect(JSONValue(parsing: Self.array.encoded()) == JSONValue(parsing: expected))
  }

  @Test(arguments: VoxelType.allCases)
  func `come back from their bytes`(type: VoxelType) throws {
    for codecs in [
      ChunkCodecs.standard, ChunkCodecs(zstd: nil, hasChecksum: false),
      ChunkCodecs(zstd: .init(level: -3, hasChecksum: true), hasChecksum: false),
      ChunkCodecs(zstd: nil, hasChecksum: true),
    ] {
      var array = ArrayMetadata(
        voxelType: type, layout: ShardLayout(volume: Shape3(z: 1, y: 2, x: 3)), codecs: codecs)
      array.attributes = ["t2s": ["a": [1, 2.5, "b", true]]]
      #expect(try ArrayMetadata(decoding: array.encoded()) == array)
    }
  }

  @Test(arguments: [
    (
      "\"zarr_format\" : 3", "\"zarr_format\" : 2",
      MetadataError.wrongZarrFormat(found: "2", expected: 3)
    ),
    ("\"array\"", "\"group\"", .wrongNodeType(found: "group", expected: "array")),
    ("\"fill_value\" : 0,", "", .missing(member: "fill_value")),
    (
      "\"fill_value\" : 0", "\"fill_value\" : 70000", .invalid(member: "fill_value", found: "70000")
    ),
    ("\"fill_value\" : 0", "\"fill_value\" : 0, \"extra\" : {}", .unknown(member: "extra")),
    (
      "\"index_location\"", "\"index_place\"",
      .unknown(member: "codecs[0].configuration.index_place")
    ),
    (
      "\"uint16\"", "\"float16\"",
      .unsupported(
        member: "data_type", found: "\"float16\"", supported: VoxelType.allNames)
    ),
    (
      "\"zstd\"", "\"gzip\"",
      .unsupported(
        member: "codecs[0].configuration.codecs", found: "bytes, gzip, crc32c",
        supported: "bytes, then zstd, then crc32c, the last two if at all")
    ),
    (
      "\"level\" : 1", "\"level\" : 99",
      .invalid(member: "codecs[0].configuration.codecs[1].configuration.level", found: "99")
    ),
    (
      "\"end\"", "\"start\"",
      .unsupported(
        member: "codecs[0].configuration.index_location", found: "\"start\"", supported: "end")
    ),
    (
      "\"regular\"", "\"rectangular\"",
      .unsupported(member: "chunk_grid.name", found: "rectangular", supported: "regular")
    ),
  ])
  func `refuse what they do not know, by its name`(
    old: String, new: String, error: MetadataError
  ) throws {
    let text = Self.text(Self.array)
    let changed = text.replacing(old, with: new)
    #expect(changed != text)
    #expect(throws: error) { try ArrayMetadata(decoding: Array(changed.utf8)) }
  }

  @Test func `pass over what need not be understood`() throws {
    let text = Self.text(Self.array).replacing(
      "\"fill_value\" : 0", with: "\"fill_value\" : 0, \"extra\" : {\"must_understand\" : false}")
    #expect(try ArrayMetadata(decoding: Array(text.utf8)) == Self.array)
  }

  @Test(arguments: [
    "[]", "[1,2]", "[1,2,3,4]", "[1,2,0]", "[1,2,-3]", "[1,2,3.5]", "[1,2,1e30]",
    "[1000000000000,1000000000000,1000000000000]", "\"x\"", "null",
  ])
  func `refuse shapes that are none`(shape: String) throws {
    guard case .object(var members) = JSONValue(parsing: Self.array.encoded()) else { return }
    members["shape"] = JSONValue(parsing: shape)
    let text = JSONValue.object(members).text()
    #expect(throws: MetadataError.self) { try ArrayMetadata(decoding: Array(text.utf8)) }
  }

  @Test(arguments: [
    ("[64,64,64]", "[64,64,60]"), ("[64,64,64]", "[0,64,64]"), ("[64,64,64]", "[1,1,1]"),
    ("[64,1024,1024]", "[1099511627775,1099511627775,1099511627775]"),
    ("[64,64,64]", "[64,1024,10240]"),
  ])
  func `refuse chunks that ask for all memory or do not fill a shard`(
    old: String, new: String
  ) throws {
    let text = JSONValue(parsing: Self.array.encoded())?.text() ?? ""
    let changed = text.replacing(old, with: new)
    #expect(changed != text)
    #expect(throws: MetadataError.self) { try ArrayMetadata(decoding: Array(changed.utf8)) }
  }

  @Test func `are refused, never trapped on, when cut short`() throws {
    let bytes = Self.array.encoded()
    for count in stride(from: 0, to: bytes.count - 1, by: 13) {
      #expect(throws: MetadataError.notJSON) {
        try ArrayMetadata(decoding: Array(bytes[..<count]))
      }
    }
  }

  @Test(
    arguments: [
      ("\"NaN\"", 0x7FC0_0000), ("\"-Infinity\"", 0xFF80_0000), ("0.5", 0x3F00_0000),
      ("\"0x7fc00001\"", 0x7FC0_0001), ("3", 0x4040_0000),
    ] as [(String, UInt32)])
  func `tell a fill value of float32`(spelling: String, bits: UInt32) throws {
    let array = ArrayMetadata(
      voxelType: .float32, layout: ShardLayout(volume: Shape3(z: 1, y: 1, x: 1)))
    let text = Self.text(array).replacing(
      "\"fill_value\" : 0", with: "\"fill_value\" : \(spelling)")
    let decoded = try ArrayMetadata(decoding: Array(text.utf8))
    let bytes: [UInt8] = (0..<4).map { (byte: UInt32) in UInt8(bits >> (8 * byte) & 0xFF) }
    #expect(decoded.fillValue.bytes == bytes)
    #expect(try ArrayMetadata(decoding: decoded.encoded()) == decoded)
  }
}

@Suite struct `Image metadata` {
  @Test func `come back from their document`() throws {
    let classes = [
      LabelClass(value: 0, name: "matrix", colour: [0, 0, 0, 255]),
      LabelClass(value: 255, name: "", colour: [255, 254, 253, 0]),
    ]
    for image in [
      ImageMetadata(spacing: nil, origin: Index3(z: 0, y: 0, x: 0), classes: nil),
      ImageMetadata(spacing: nil, origin: Index3(z: 5, y: 0, x: 7), classes: classes),
      ImageMetadata(
        name: "a", spacing: VoxelSpacing(z: 1.3, y: 0.1, x: 1e-3),
        origin: Index3(z: 123_456, y: 1, x: 0), classes: classes),
    ] {
      #expect(try ImageMetadata(decoding: image.json) == image)
    }
  }

  @Test func `name the same values in colours and properties`() throws {
    let image = ImageMetadata(
      spacing: nil, origin: Index3(z: 0, y: 0, x: 0), classes: LabelClass.unnamed(count: 3))
    let label = try #require(image.json["image-label"])
    for list in ["colors", "properties"] {
      #expect(label[list]?.array?.map { $0["label-value"] } == [0, 1, 2])
    }
  }

  @Test func `say no unit where nobody knows the voxel size`() {
    let image = ImageMetadata(spacing: nil, origin: Index3(z: 0, y: 0, x: 0), classes: nil)
    #expect(!image.json.text().contains("unit"))
  }

  @Test(arguments: [
    ("\"path\":\"0\"", "\"path\":\"../../secret\""), ("\"path\":\"0\"", "\"path\":\"/etc\""),
    ("\"path\":\"0\"", "\"path\":\"\""), ("\"0.5\"", "\"0.6\""),
    ("\"scale\":[1,1,1]", "\"scale\":[1,1]"), ("\"scale\":[1,1,1]", "\"scale\":[0,1,1]"),
    ("\"scale\":[1,1,1]", "\"scale\":[-1,1,1]"),
    ("\"name\":\"z\"", "\"name\":\"t\""), ("\"datasets\":[", "\"datasets\":[],\"x\":["),
    ("\"translation\":[3,0,0]", "\"translation\":[1e300,0,0]"),
  ])
  func `refuse what cannot be meant`(old: String, new: String) throws {
    let image = ImageMetadata(spacing: nil, origin: Index3(z: 3, y: 0, x: 0), classes: nil)
    let text = image.json.text()
    let changed = text.replacing(old, with: new)
    #expect(changed != text)
    let json = try #require(JSONValue(parsing: changed))
    #expect(throws: MetadataError.self) { try ImageMetadata(decoding: json) }
  }
}

@Suite struct `A shard layout` {
  @Test func `puts every chunk in one place, and finds its voxels again`() {
    let layout = ShardLayout(
      volume: Shape3(z: 5, y: 9, x: 13), shard: Shape3(z: 4, y: 4, x: 8),
      chunk: Shape3(z: 2, y: 4, x: 2))
    var places: Set<String> = []
    for index in layout.chunks.indices {
      let (shard, entry) = layout.place(ofChunk: index)
      #expect(places.insert("\(shard) \(entry)").inserted)
      let region = layout.region(ofEntry: entry, inShard: shard)
      #expect(region.clamped(to: Region(layout.volume)) == layout.chunks.region(of: index))
    }
    #expect(layout.indexByteCount == 16 * 8 + 4)
  }
}
