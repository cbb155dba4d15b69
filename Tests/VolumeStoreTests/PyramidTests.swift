import Halving
import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting
import ZarrFormat

@Suite struct `A store's pyramid` {
  /// Small chunks and a small top, so that small volumes have several levels of several shards.
  static func small(_ shape: Shape3, _ type: VoxelType = .uint8, isLabels: Bool = false)
    -> StoreCase
  {
    StoreCase(
      shape: shape, type: type, seed: UInt64(shape.x), shard: Shape3(z: 8, y: 32, x: 32),
      chunk: Shape3(z: 8, y: 8, x: 8), top: 8, isLabels: isLabels)
  }

  static let shapes = [
    Shape3(z: 1, y: 1, x: 1), Shape3(z: 9, y: 9, x: 9), Shape3(z: 1, y: 70, x: 33),
    Shape3(z: 37, y: 51, x: 65), Shape3(z: 64, y: 64, x: 32), Shape3(z: 17, y: 3, x: 101),
  ]
  static let cases =
    shapes.map { small($0) } + shapes.map { small($0, isLabels: true) }
    + VoxelType.allCases.map { small(shapes[3], $0) }
    + VoxelType.allCases.filter { !$0.isFloatingPoint }
    .map { small(shapes[3], $0, isLabels: true) }

  /// The levels as the plain loops make them.
  static func expected(_ one: StoreCase) -> [(shape: Shape3, voxels: [UInt8])] {
    let reference = ReferenceHalving(one.isLabels ? .mode : .mean, of: one.type)
    var levels = [(one.shape, one.voxels)]
    while let (shape, voxels) = levels.last, max(shape.z, shape.y, shape.x) > one.top {
      levels.append((shape.halved, reference.halve(voxels, of: shape)))
    }
    return levels
  }

  @Test(arguments: cases)
  func `holds at every level what the plain loops compute`(one: StoreCase) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zarr")
    try one.write(path, threads: 2)
    let levels = Self.expected(one)
    for (level, (shape, voxels)) in levels.enumerated() {
      let reader = try one.format().open("\(path)/\(level)", hints: OpeningHints())
      #expect(reader.volume.shape == shape)
      #expect(reader.volume.voxelType == one.type)
      #expect(try reader.bytes(of: Region(shape)) == voxels, "level \(level)")
    }
    #expect(kind(ofPath: "\(path)/\(levels.count)") == .missing)
  }

  @Test func `averages numbers that are none to one that is none`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zarr")
    let one = Self.small(Shape3(z: 2, y: 2, x: 12), .float32)
    var voxels = [Float](repeating: 1.5, count: 48)
    voxels[3] = Float(bitPattern: 0xFFC0_1234)
    voxels[40] = .infinity
    let bytes = unsafe voxels.withUnsafeBytes { unsafe Array($0) }
    let writer = try one.format().create(path, one.output())
    try writer.commit(Index3(z: 0, y: 0, x: 0), unsafe bytes.span.bytes)
    try writer.finish(record: [:])
    let reader = try one.format().open(path + "/1", hints: OpeningHints())
    let half = try reader.bytes(of: Region(reader.volume.shape))
    let found = VoxelType.float32.values(unsafe half.span.bytes, count: 6)
    let expected: [Float] = [1.5, .nan, .infinity, 1.5, 1.5, 1.5]
    #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
  }

  static let one = small(Shape3(z: 37, y: 71, x: 65))
  static let orders: [@Sendable ([Index3]) -> [Index3]] = [
    { $0 }, { $0.reversed() }, { $0.sorted { ($0.x, $0.z, $0.y) < ($1.x, $1.z, $1.y) } },
    { indices in
      var random = SeededRandom(seed: 3)
      return indices.shuffled(using: &random)
    },
  ]

  /// Every file but the lock, with what this tool keeps beside the arrays.
  static func everything(_ path: String) throws -> [String: [UInt8]] {
    try files(below: path).merging(
      files(below: path + "/.t2s").filter { $0.key != "lock" }.map { (".t2s/" + $0.key, $0.value) }
    ) { $1 }
  }

  @Test(arguments: orders.indices, [0, 1000, 1 << 20])
  func `is the same in any order, with any memory and any number of threads`(
    order: Int, memory: Int
  ) throws {
    let folder = try TemporaryFolder()
    try withFileOperations(UnsynchronisedFiles(), below: folder.path) {
      let (first, second) = (folder.file("a.zarr"), folder.file("b.zarr"))
      try Self.one.write(first)
      let writer = try Self.one.format(threads: 3).create(second, Self.one.output())
      writer.limitCache(to: memory)
      try Self.one.commit(writer, blocks: Self.orders[order](writer.grid.indices))
      try writer.finish(record: [:])
      let found = try Self.everything(second)
      #expect(found.keys.contains(".t2s/ledger/1.log"))
      #expect(try found == Self.everything(first))
    }
  }

  @Test(arguments: [0, 1, 7, 20, 44, 45])
  func `is the same when a run was interrupted`(count: Int) throws {
    let folder = try TemporaryFolder()
    try withFileOperations(UnsynchronisedFiles(), below: folder.path) {
      let (first, second) = (folder.file("a.zarr"), folder.file("b.zarr"))
      try Self.one.write(first)
      do {
        let writer = try Self.one.format().create(second, Self.one.output())
        let order = Self.orders[3](writer.grid.indices)
        #expect(order.count == 45)
        try Self.one.commit(writer, blocks: Array(order.prefix(count)))
      }
      let writer = try Self.one.format().create(second, Self.one.output())
      #expect(writer.grid.indices.filter(writer.isCommitted).count == count)
      try Self.one.commit(writer)
      try writer.finish(record: [:])
      #expect(try Self.everything(second) == Self.everything(first))
    }
  }

  @Test func `is made again where a run was interrupted before it was noted`() throws {
    let folder = try TemporaryFolder()
    let (first, second) = (folder.file("a.zarr"), folder.file("b.zarr"))
    try Self.one.write(first)
    do {
      let writer = try Self.one.format().create(second, Self.one.output())
      try Self.one.commit(writer)
    }
    try FileHandle(appendingTo: second + "/.t2s/ledger/1.log").resize(to: 0)
    try removeFile(second + "/2/c/0/0/0")
    let writer = try Self.one.format().create(second, Self.one.output())
    try writer.finish(record: [:])
    #expect(try Self.everything(second) == Self.everything(first))
  }

  @Test func `is written by several threads at once`() throws {
    let folder = try TemporaryFolder()
    try withFileOperations(UnsynchronisedFiles(), below: folder.path) {
      let (first, second) = (folder.file("a.zarr"), folder.file("b.zarr"))
      try Self.one.write(first)
      let writer = try Self.one.format(threads: 2).create(second, Self.one.output())
      let voxels = Self.one.voxels
      runSideBySide(writer.grid.indices) { block in
        let part = Self.one.slice(writer.grid.region(of: block), of: voxels)
        _ = try? writer.commit(block, unsafe part.span.bytes)
      }
      try writer.finish(record: [:])
      #expect(try Self.everything(second) == Self.everything(first))
    }
  }

  @Test(arguments: shapes + [one.shape])
  func `reads nothing back in the memory that it asks for`(shape: Shape3) throws {
    let folder = try TemporaryFolder()
    try withFileOperations(UnsynchronisedFiles(), below: folder.path) {
      let one = Self.small(shape)
      let writer = try #require(
        try one.format().create(folder.file("a.zarr"), one.output()) as? StoreWriter)
      #expect(writer.cacheByteCount == one.format().cacheByteCount(of: one.output()))
      writer.limitCache(to: writer.cacheByteCount)
      try one.commit(writer)
      try writer.finish(record: [:])
      #expect(writer.readBackCount == 0)
    }
  }

  @Test(arguments: shapes + [one.shape, Shape3(z: 40, y: 128, x: 256)])
  func `needs less, and reads nothing back, where layers come in pairs`(shape: Shape3) throws {
    let folder = try TemporaryFolder()
    try withFileOperations(UnsynchronisedFiles(), below: folder.path) {
      let one = Self.small(shape)
      let (first, second) = (folder.file("a.zarr"), folder.file("b.zarr"))
      try one.write(first)
      let writer = try #require(
        try one.format().create(second, one.output()) as? StoreWriter)
      #expect(writer.cacheByteCount(forPairsOn: 1) <= writer.cacheByteCount)
      writer.limitCache(to: writer.cacheByteCount(forPairsOn: 1))
      try one.commit(writer, blocks: writer.grid.indices(layersAtOnce: 2))
      try writer.finish(record: [:])
      #expect(writer.readBackCount == 0)
      #expect(try Self.everything(second) == Self.everything(first))
    }
  }

  @Test func `keeps a block for each thread, not a layer, where layers come in pairs`() throws {
    let folder = try TemporaryFolder()
    let volume = VolumeDescription(
      shape: Shape3(z: 1024, y: 8192, x: 8192), voxelType: .uint8, format: "test")
    let writer = try StoreFormat().create(
      folder.file("a.zarr"), OutputDescription(volume: volume, plan: [:], overwrites: false))
    // A layer of halves is 537 MB, that of a block 8.4 MB; the levels above wait as always.
    #expect(writer.cacheByteCount > 650 << 20)
    #expect(writer.cacheByteCount(forPairsOn: 3) < 210 << 20)
  }

  @Test func `reads back what it could not keep`() throws {
    let folder = try TemporaryFolder()
    try withFileOperations(UnsynchronisedFiles(), below: folder.path) {
      let writer = try #require(
        try Self.one.format().create(folder.file("a.zarr"), Self.one.output()) as? StoreWriter)
      writer.limitCache(to: 0)
      try Self.one.commit(writer)
      try writer.finish(record: [:])
      #expect(writer.readBackCount > 10)
    }
  }

  @Test(arguments: [Shape3(z: 2048, y: 2048, x: 2048), Shape3(z: 100_000, y: 2048, x: 2048)])
  func `asks for less than a fifth of a slab, however deep the volume`(shape: Shape3) {
    let volume = VolumeDescription(shape: shape, voxelType: .uint16, format: "test")
    let output = OutputDescription(volume: volume, plan: [:], overwrites: false)
    #expect(StoreFormat().cacheByteCount(of: output) < 64 * 2048 * 2048 * 2 / 5)
  }

  @Test func `is left out where that is asked for`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zarr")
    var output = Self.one.output()
    output.hasPyramid = false
    let writer = try Self.one.format().create(path, output)
    #expect(writer.cacheByteCount == 0)
    try Self.one.commit(writer)
    try writer.finish(record: [:])
    #expect(try names(inFolder: path) == [".t2s", "0", "zarr.json"])
  }

  @Test func `says where the centre of each level's first voxel lies`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zarr")
    let one = Self.small(Shape3(z: 20, y: 9, x: 30))
    var output = one.output()
    output.volume.spacing = VoxelSpacing(z: 2, y: 1, x: 0.5)
    output.volume.position = PhysicalPosition(z: 100, y: -7, x: 0.25)
    let writer = try one.format().create(path, output)
    try one.commit(writer)
    try writer.finish(record: [:])
    let group = try GroupMetadata(decoding: contents(ofFile: path + "/zarr.json"))
    let image = group.attributes["ome"]?["multiscales"]?.array?.first
    #expect(image?["type"] == "mean")
    let levels = image?["datasets"]?.array ?? []
    #expect(levels.map { $0["path"] } == ["0", "1", "2"])
    func numbers(_ level: Int, _ place: Int, _ kind: String) -> [Double]? {
      levels[level]["coordinateTransformations"]?.array?[place][kind]?.array?.compactMap(\.number)
    }
    #expect(numbers(0, 0, "scale") == [2, 1, 0.5])
    #expect(numbers(0, 1, "translation") == [100, -7, 0.25])
    #expect(numbers(1, 0, "scale") == [4, 2, 1])
    #expect(numbers(1, 1, "translation") == [101, -6.5, 0.5])
    #expect(numbers(2, 0, "scale") == [8, 4, 2])
    #expect(numbers(2, 1, "translation") == [103, -5.5, 1])
    let reader = try one.format().open(path, hints: OpeningHints())
    #expect(reader.volume.position == output.volume.position)
  }
}
