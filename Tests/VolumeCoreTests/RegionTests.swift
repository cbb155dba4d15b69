import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A region` {
  @Test func `shares with another what lies in both`() {
    let a = Region(z: 0..<4, y: 2..<9, x: 5..<6)
    let b = Region(z: 3..<8, y: 0..<3, x: 0..<10)
    #expect(a.clamped(to: b) == Region(z: 3..<4, y: 2..<3, x: 5..<6))
    #expect(a.overlaps(b))
    #expect(!a.overlaps(Region(z: 4..<8, y: 2..<9, x: 5..<6)))
  }

  @Test func `moves there and back`() {
    let a = Region(z: 1..<4, y: 2..<9, x: 5..<6)
    let by = Index3(z: 10, y: -2, x: 3)
    #expect(a.moved(by: by).relative(to: by) == a)
    #expect(a.moved(by: by).description == "11:14,0:7,8:9")
  }
}

@Suite struct `A chunk grid` {
  static let grids = [
    ChunkGrid(volume: Shape3(z: 5, y: 7, x: 9), chunk: Shape3(z: 2, y: 3, x: 4)),
    ChunkGrid(volume: Shape3(z: 1, y: 1, x: 1), chunk: Shape3(z: 64, y: 64, x: 64)),
    ChunkGrid(volume: Shape3(z: 4, y: 6, x: 8), chunk: Shape3(z: 2, y: 3, x: 4)),
  ]

  @Test(arguments: grids)
  func `covers every voxel once`(grid: ChunkGrid) {
    var voxels: [Index3: Int] = [:]
    for index in grid.indices {
      for voxel in grid.region(of: index).indices { voxels[voxel, default: 0] += 1 }
    }
    #expect(voxels.count == grid.volume.voxelCount)
    #expect(voxels.values.allSatisfy { $0 == 1 })
  }

  @Test(arguments: grids)
  func `finds the chunks that meet a region`(grid: ChunkGrid) {
    var random = SeededRandom(seed: 1)
    func range(_ n: Int) -> Range<Int> {
      let a = Int.random(in: 0..<n, using: &random)
      return a..<Int.random(in: (a + 1)...n, using: &random)
    }
    for _ in 0..<50 {
      let region = Region(z: range(grid.volume.z), y: range(grid.volume.y), x: range(grid.volume.x))
      let expected = grid.indices.filter { grid.region(of: $0).overlaps(region) }
      #expect(grid.indices(meeting: region).indices == expected)
    }
  }
}

@Suite struct `Copying voxels` {
  @Test(arguments: [1, 2, 4])
  func `moves the shared box and nothing else`(width: Int) {
    let from = Region(z: 0..<3, y: 1..<5, x: 2..<7)
    let to = Region(z: 1..<6, y: 0..<4, x: 3..<9)
    let part = from.clamped(to: to)
    func code(_ at: Index3) -> UInt8 { UInt8(at.z * 40 + at.y * 7 + at.x) }
    let source = from.indices.flatMap { Array(repeating: code($0), count: width) }
    var target = [UInt8](repeating: 255, count: to.voxelCount * width)
    var span = target.mutableSpan
    var bytes = unsafe span.mutableBytes
    copyVoxels(
      part, from: unsafe source.span.bytes, of: from, to: &bytes, of: to, width: width)
    for (i, at) in to.indices.enumerated() {
      let isPart = part.z.contains(at.z) && part.y.contains(at.y) && part.x.contains(at.x)
      for byte in 0..<width { #expect(target[i * width + byte] == (isPart ? code(at) : 255)) }
    }
  }
}

@Suite struct `A grid of boxes` {
  @Test(arguments: [1, 2, 3, 7])
  func `lists each once, those of so many layers above each other together`(layers: Int) {
    let grid = ChunkGrid(volume: Shape3(z: 9, y: 5, x: 7), chunk: Shape3(z: 2, y: 3, x: 2))
    let order = grid.indices(layersAtOnce: layers)
    #expect(order.count == grid.count.voxelCount && Set(order) == Set(grid.indices))
    #expect(
      order
        == grid.indices.sorted {
          ($0.z / layers, $0.y, $0.x, $0.z) < ($1.z / layers, $1.y, $1.x, $1.z)
        })
  }
}

@Suite struct `A JSON value` {
  @Test func `is the same after a round trip, and sorts its keys`() {
    let value: JSONValue = [
      "b": [1, 2.5, "x", true, .null], "a": ["nested": [:]], "path": "a/b",
    ]
    let text = value.text()
    #expect(text == #"{"a":{"nested":{}},"b":[1,2.5,"x",true,null],"path":"a/b"}"#)
    #expect(JSONValue(parsing: text) == value)
    #expect(JSONValue(parsing: "{") == nil)
  }
}

@Suite struct `A shape` {
  @Test func `knows when its voxels cannot be counted`() {
    #expect(Shape3(z: 2048, y: 2048, x: 2048).checkedVoxelCount == 8_589_934_592)
    #expect(Shape3(z: .max, y: 2, x: 1).checkedVoxelCount == nil)
    #expect(Shape3(z: -1, y: 2, x: 1).checkedVoxelCount == nil)
  }
}
