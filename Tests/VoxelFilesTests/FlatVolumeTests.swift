import Compression
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `Plain voxels` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try writeFileAtomically(folder.file(name), bytes)
    return folder.file(name)
  }

  private func reader(_ layout: FlatLayout) throws -> FlatVolumeReader {
    try layout.checkFiles(exactly: true)
    return FlatVolumeReader(
      layout,
      VolumeDescription(shape: layout.shape, voxelType: layout.voxelType, format: "plain"),
      fingerprint: "plain")
  }

  @Test(arguments: VoxelType.allCases, [ByteOrder.little, .big])
  func `are read from behind a header in either byte order`(
    type: VoxelType, order: ByteOrder
  ) throws {
    var bytes = CasePhantom.bytes(type)
    if order != .native {
      var span = bytes.mutableSpan
      var raw = unsafe span.mutableBytes
      swapBytes(of: &raw, width: type.byteCount)
    }
    let path = try write("a", Array(repeating: 9, count: 13) + bytes)
    expectConformance(
      of: try reader(
        FlatLayout(
          shape: CasePhantom.shape, voxelType: type, byteOrder: order, path: path, offset: 13)),
      type: type)
  }

  @Test(arguments: [VoxelType.uint8, .int16, .float64])
  func `may lie in any order of the axes`(type: VoxelType) throws {
    let shape = CasePhantom.shape
    let width = type.byteCount
    let bytes = CasePhantom.bytes(type)
    let counts = [shape.z, shape.y, shape.x]
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      // `order` lists the axes as they lie in the file, slowest first.
      var strides = [0, 0, 0]
      var stride = width
      for axis in order.reversed() {
        strides[axis] = stride
        stride *= counts[axis]
      }
      var file = [UInt8](repeating: 0, count: bytes.count)
      for (i, at) in Region(shape).indices.enumerated() {
        let place = at.z * strides[0] + at.y * strides[1] + at.x * strides[2]
        for byte in 0..<width { file[place + byte] = bytes[i * width + byte] }
      }
      var layout = FlatLayout(
        shape: shape, voxelType: type, byteOrder: .native, path: try write("b", file), offset: 0)
      layout.strides = .init(z: strides[0], y: strides[1], x: strides[2])
      expectConformance(of: try reader(layout), type: type, "\(order)")
    }
  }

  @Test func `may lie in several files`() throws {
    let bytes = CasePhantom.bytes(.uint16)
    let layer = 7 * 11 * 2
    var segments: [FlatLayout.Segment] = []
    for (i, range) in [0..<1, 1..<4, 4..<5].enumerated() {
      let part = Array(bytes[(range.lowerBound * layer)..<(range.upperBound * layer)])
      let path = try write("c\(i)", Array(repeating: 0, count: i) + part)
      segments.append(.init(path: path, offset: i, layers: range.count))
    }
    let layout = FlatLayout(
      shape: CasePhantom.shape, voxelType: .uint16, byteOrder: .native, segments: segments)
    expectConformance(of: try reader(layout), type: .uint16)
  }

  @Test(arguments: [-1, 1])
  func `are refused where the file has another size`(by difference: Int) throws {
    var bytes = CasePhantom.bytes(.uint8)
    if difference < 0 { bytes.removeLast() } else { bytes.append(0) }
    let path = try write("d", bytes)
    let layout = FlatLayout(
      shape: CasePhantom.shape, voxelType: .uint8, byteOrder: .native, path: path, offset: 0)
    #expect(
      throws: FlatFileError.sizeDisagrees(path: path, needed: 385, found: 385 + difference)
    ) { try layout.checkFiles(exactly: true) }
  }

  @Test(arguments: [
    Shape3(z: 0, y: 1, x: 1), Shape3(z: -1, y: -1, x: 1), Shape3(z: .max, y: 2, x: 1),
    Shape3(z: 1 << 31, y: 1 << 31, x: 1),
  ])
  func `have no size that cannot be`(shape: Shape3) {
    #expect(FlatLayout.checkedByteCount(shape, .float64) == nil)
  }

  @Test func `in a stream are read once from front to back`() throws {
    let bytes = CasePhantom.bytes(.uint16)
    let reader = StreamVolumeReader(
      VolumeDescription(shape: CasePhantom.shape, voxelType: .uint16, format: "stream"),
      byteOrder: .native, path: "stream", offset: 3, fingerprint: "stream"
    ) { MemoryStream([1, 2, 3] + bytes) }
    for z in 0..<5 {
      let layer = Region(z: z..<(z + 1), y: 0..<7, x: 0..<11)
      #expect(try reader.bytes(of: layer) == Array(bytes[(z * 154)..<(z * 154 + 154)]))
    }
    #expect(reader.openings == 1)
    expectConformance(of: reader, type: .uint16)
  }

  @Test func `in a stream that ends early are an error`() throws {
    let reader = StreamVolumeReader(
      VolumeDescription(shape: CasePhantom.shape, voxelType: .uint16, format: "stream"),
      byteOrder: .native, path: "stream", offset: 0, fingerprint: "stream"
    ) { MemoryStream(Array(CasePhantom.bytes(.uint16).dropLast())) }
    #expect(throws: VolumeReadError.self) { try reader.bytes(of: Region(CasePhantom.shape)) }
  }

  @Test(arguments: [
    "/etc/passwd", "../a.raw", "a/../../b", "..\\b.raw", "C:\\data\\a.raw", "", ".",
  ])
  func `are not looked for outside the header's folder`(name: String) {
    #expect(insidePath(name, besideHeader: folder.file("a.mhd")) == nil)
  }

  @Test(arguments: ["a.raw", "./a.raw", "sub/a.raw", "sub\\a.raw"])
  func `may be looked for beside the header and below`(name: String) {
    let path = insidePath(name, besideHeader: folder.file("a.mhd"))
    #expect(path?.hasPrefix(folder.path + "/") == true && path?.hasSuffix("a.raw") == true)
  }
}

/// A stream of bytes in memory.
private final class MemoryStream: ByteStream {
  private let bytes: [UInt8]
  private var place = 0
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func read(into destination: inout MutableRawSpan) throws(StreamError) -> Int {
    let count = min(destination.byteCount, bytes.count - place)
    for i in 0..<count {
      destination.storeBytes(of: bytes[place + i], toByteOffset: i, as: UInt8.self)
    }
    place += count
    return count
  }
}
