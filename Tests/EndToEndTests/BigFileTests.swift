import SystemIO
import Testing
import VolumeCore

/// Files that are large and mostly holes: what opening and slicing them reads is counted by the
/// system, and the time is told but not held to, since others work on this machine too.
@Suite struct `A big file` {
  private func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func write(_ bytes: [UInt8], at offset: Int, of file: borrowing FileHandle) throws {
    try file.write(unsafe bytes.span.bytes, at: offset)
  }

  /// Cuts `region` out of `name`; returns its bytes and how many the tool has read for them.
  private func slice(
    _ tool: BuiltTool, _ name: String, _ region: String, of byteCount: Int
  ) throws -> (bytes: [UInt8], read: Int) {
    let clock = ContinuousClock()
    let start = clock.now
    let ending = try tool(
      "convert", name, "slice.raw", "--region", region, "--json", "--overwrite")
    let time = clock.now - start
    #expect(ending.code == 0, "\(ending.words)")
    let json = try #require(ending.json)
    print("\(name), \(byteCount) bytes: opened and sliced in \(time)")
    // Where the system does not count, a claim would be empty.
    let read = try #require(json["file_bytes_read"]?.integer)
    return (Array(try tool.bytes("slice.raw")), read)
  }

  @Test func `of 2048³ bytes without a header is sliced without reading the rest`() throws {
    let tool = try BuiltTool()
    let edge = 2048
    let name = "scan_\(edge)x\(edge)x\(edge)_uint8.raw"
    let row = (0..<edge).map { UInt8(truncatingIfNeeded: $0 * 7) }
    do {
      let file = try FileHandle(creating: tool.file(name))
      try file.resize(to: edge * edge * edge)
      try write(row, at: (1500 * edge + 3) * edge, of: file)
    }
    let whole = try slice(tool, name, "1500:1501,3:4,:", of: edge * edge * edge)
    #expect(whole.bytes == row)
    // The beginning for its fingerprint, samples that tell a permuted shape, and the row.
    #expect(whole.read < 64 << 20, "\(whole.read)")
    let layer = try slice(tool, name, "1500:1501,:,:", of: edge * edge * edge)
    #expect(Array(layer.bytes[(3 * edge)..<(4 * edge)]) == row)
    #expect(layer.read - whole.read < 2 * edge * edge, "\(layer.read)")
  }

  @Test func `by ImageJ of 5 GB with one directory is sliced without reading the rest`() throws {
    let tool = try BuiltTool()
    let (layers, edge, voxels) = (5000, 1024, 4096)
    let byteCount = voxels + layers * edge * edge
    let text = Array("ImageJ=1.54f\nimages=\(layers)\nslices=\(layers)\n".utf8) + [0]
    // Big-endian, as ImageJ writes it; the strip's length has wrapped.
    func big(_ value: Int, _ count: Int) -> [UInt8] { little(value, count).reversed() }
    let tags: [(Int, Int, Int, [UInt8])] = [
      (256, 4, 1, big(edge, 4)), (257, 4, 1, big(edge, 4)), (258, 3, 1, big(8, 2) + [0, 0]),
      (259, 3, 1, big(1, 2) + [0, 0]), (262, 3, 1, big(1, 2) + [0, 0]),
      (270, 2, text.count, big(1024, 4)), (273, 4, 1, big(voxels, 4)),
      (277, 3, 1, big(1, 2) + [0, 0]), (278, 4, 1, big(edge, 4)), (279, 4, 1, big(0, 4)),
    ]
    var head: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8] + big(tags.count, 2)
    for (tag, type, count, value) in tags {
      head += big(tag, 2) + big(type, 2) + big(count, 4) + value
    }
    let row = (0..<edge).map { UInt8(truncatingIfNeeded: $0 * 3 + 1) }
    do {
      let file = try FileHandle(creating: tool.file("hyperstack.tif"))
      try write(head, at: 0, of: file)
      try write(text, at: 1024, of: file)
      try file.resize(to: byteCount)
      try write(row, at: byteCount - edge, of: file)
    }
    let found = try slice(tool, "hyperstack.tif", "4999:5000,1023:1024,:", of: byteCount)
    #expect(found.bytes == row)
    #expect(found.read < 8 << 20, "\(found.read)")
  }

  @Test func `of 70,000 TIFF pages has its directories read once`() throws {
    let tool = try BuiltTool()
    let (pages, edge) = (70_000, 16)
    let voxelBytes = edge * edge
    let directoryBytes = 8 + 10 * 20 + 8
    let first = 4096 + pages * voxelBytes
    do {
      let file = try FileHandle(creating: tool.file("pages.tif"))
      try write([0x49, 0x49, 43, 0, 8, 0, 0, 0] + little(first, 8), at: 0, of: file)
      var directories: [UInt8] = []
      directories.reserveCapacity(pages * directoryBytes)
      for page in 0..<pages {
        let entries: [(Int, Int, Int)] = [
          (256, 3, edge), (257, 3, edge), (258, 3, 8), (259, 3, 1), (262, 3, 1),
          (273, 16, 4096 + page * voxelBytes), (277, 3, 1), (278, 3, edge), (279, 4, voxelBytes),
          (339, 3, 1),
        ]
        directories += little(entries.count, 8)
        for (tag, type, value) in entries {
          directories += little(tag, 2) + little(type, 2) + little(1, 8) + little(value, 8)
        }
        directories += little(page + 1 < pages ? first + (page + 1) * directoryBytes : 0, 8)
      }
      try write(directories, at: first, of: file)
      try write([UInt8](repeating: 9, count: voxelBytes), at: 4096 + 69_999 * voxelBytes, of: file)
    }
    let found = try slice(
      tool, "pages.tif", "69999:70000,:,:", of: first + pages * directoryBytes)
    #expect(found.bytes.count == voxelBytes && found.bytes.allSatisfy { $0 == 9 })
    #expect(found.read < pages * directoryBytes + (8 << 20), "\(found.read)")
  }
}
