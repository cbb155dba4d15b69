import Testing
import VolumeCore

/// A checkerboard, each of whose black voxels meets others by edges alone: as many components by faces
/// as half the voxels.
@Suite struct `A table of very many components` {
  private static let shape = Shape3(z: 80, y: 79, x: 79)
  private static let count = shape.voxelCount / 2

  private func peak(_ tool: BuiltTool, of value: Int) throws -> (bytes: Int, json: JSONValue) {
    let ending = try tool(
      "measure", "components", "board.raw", "--class", "\(value)", "--connectivity", "6",
      "--table", "t.csv", "--output", "numbers.zarr", "--memory", "24M", "--threads", "2",
      "--overwrite", "--json")
    try #require(ending.code == 0, "\(ending.words)")
    let json = try #require(ending.json)
    return (try #require(json["peak_bytes"]?.integer), json)
  }

  @Test func `is streamed: none of its rows stays in memory`() throws {
    let tool = try BuiltTool()
    let shape = Self.shape
    let black = { (z: Int, y: Int, x: Int) in (z + y + x) % 2 == 1 }
    var voxels: [UInt8] = []
    for at in Region(shape).indices { voxels.append(black(at.z, at.y, at.x) ? 1 : 0) }
    try tool.writeRaw("board.raw", shape, voxels)
    let (none, _) = try peak(tool, of: 5)
    let (most, json) = try peak(tool, of: 1)
    #expect(json["components"]?.integer == Self.count && json["largest_voxels"]?.integer == 1)
    // Their sums alone would take 74 MB, their rows as text 60.
    #expect(most - none < 32 << 20, "\(none) bytes without components, \(most) with")

    let table = String(decoding: try tool.bytes("t.csv"), as: UTF8.self)
    var rows = 0
    var last: Substring = ""
    for line in table.utf8.split(separator: 10) {
      rows += 1
      last = Substring(line)
    }
    #expect(rows == Self.count + 1)
    // The last black voxel: the place of its row, one voxel, its volume, where it is.
    #expect(last.hasPrefix("\(Self.count),1,1.0,79,78,78,"), "\(last)")
    // Numbers and columns hold too.
    let verified = try tool("verify", "numbers.zarr")
    #expect(verified.code == 0, "\(verified.words)")
    let back = try tool("convert", "numbers.zarr", "numbers.raw", "--json")
    #expect(back.code == 0, "\(back.words)")
    let numbers = try tool.bytes("numbers.raw")
    var expected: UInt32 = 0
    var wrong = 0
    unsafe numbers.withUnsafeBytes { bytes in
      let found = unsafe bytes.bindMemory(to: UInt32.self)
      for (i, voxel) in voxels.enumerated() {
        expected += UInt32(voxel)
        if unsafe UInt32(littleEndian: found[i]) != (voxel == 1 ? expected : 0) { wrong += 1 }
      }
    }
    #expect(wrong == 0 && expected == UInt32(Self.count))
  }
}
