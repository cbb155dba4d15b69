import Quantification
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Statistics of a volume` {
  static let shape = Shape3(z: 5, y: 9, x: 70)
  static let bins = GreyBins(.uint8, low: 0, high: 255)

  private func statistics(of region: Region) -> VolumeStatistics {
    let labels = Fields.noise(Self.shape, classes: 3, seed: 1)
    let greys = Fields.noise(Self.shape, classes: 256, seed: 2)
    var part = [UInt8](repeating: 0, count: region.voxelCount)
    var span = part.mutableSpan
    var bytes = unsafe span.mutableBytes
    copyVoxels(
      region, from: unsafe labels.span.bytes, of: Region(Self.shape), to: &bytes, of: region,
      width: 1)
    var result = VolumeStatistics(
      of: region, in: Self.shape, classes: [0, 1, 2], bins: Self.bins)
    result.count(unsafe part.span.bytes)
    result.countGreys(
      region, labels: unsafe part.span.bytes, of: region, greys: unsafe greys.span.bytes,
      of: Region(Self.shape))
    return result
  }

  @Test func `are the sum of its blocks', which come back from their documents`() throws {
    let whole = statistics(of: Region(Self.shape))
    var sum = VolumeStatistics(
      of: Region(Self.shape), in: Self.shape, classes: [0, 1, 2], bins: Self.bins)
    let grid = ChunkGrid(volume: Self.shape, chunk: Shape3(z: 2, y: 4, x: 32))
    for index in grid.indices {
      let block = statistics(of: grid.region(of: index))
      let text = block.json.text()
      let document = try #require(JSONValue(parsing: text))
      let back = try #require(
        VolumeStatistics(document, of: grid.region(of: index), in: Self.shape))
      #expect(back == block)
      sum.add(back)
    }
    #expect(sum == whole)
    #expect(whole.tally.classes.reduce(0) { $0 + $1.count } == Self.shape.voxelCount)
    #expect(
      whole.tally.classes.map(\.count)
        == [0, 1, 2].map { whole.greys.histogram(of: $0).reduce(0, +) })
  }

  @Test func `refuse a document of another part, or a damaged one`() throws {
    let region = Region(z: 0..<2, y: 0..<4, x: 0..<32)
    let document = statistics(of: region).json
    #expect(VolumeStatistics(document, of: region, in: Self.shape) != nil)
    let other = Region(z: 2..<4, y: 0..<4, x: 0..<32)
    #expect(VolumeStatistics(document, of: other, in: Self.shape) == nil)
    #expect(VolumeStatistics(document, of: region, in: Shape3(z: 5, y: 9, x: 71)) == nil)
    let text = document.text()
    for (right, wrong) in [
      ("\"greys\":\"", "\"greys\":\"1 "), ("\"cells\":\"", "\"cells\":\"0x99999999999 "),
      ("\"z\":\"", "\"z\":\"-1 "), ("\"value\":1", "\"value\":0"), ("uint8", "uint9"),
    ] {
      let damaged = text.replacing(right, with: wrong, maxReplacements: 1)
      #expect(damaged != text)
      let parsed = try #require(JSONValue(parsing: damaged))
      #expect(VolumeStatistics(parsed, of: region, in: Self.shape) == nil, "\(wrong)")
    }
  }

  @Test func `are a table that adds up`() throws {
    let classes = [
      LabelClass(value: 1, name: "glass, \"short\"", colour: []),
      LabelClass(value: 0, name: "matrix", colour: []),
    ]
    var lines: [String] = []
    let whole = statistics(of: Region(Self.shape))
    try whole.csv(origin: Index3(z: 100, y: 0, x: 7), classes: classes) { lines.append($0) }
    #expect(lines.first == "what,at,value,class,voxels")
    #expect(lines.count == 1 + 3 * (1 + 5 + 9 + 70 + 256))
    func sum(_ start: String) -> Int {
      lines.filter { $0.hasPrefix(start) }.compactMap { $0.split(separator: ",").last }
        .compactMap { Int($0) }.reduce(0, +)
    }
    for what in ["volume", "layer", "row", "column", "grey"] {
      #expect(sum(what + ",") == Self.shape.voxelCount, "\(what)")
    }
    #expect(lines.contains { $0.hasPrefix("layer,104,1,\"glass, \"\"short\"\"\",") })
    #expect(lines.contains { $0.hasPrefix("column,7,0,matrix,") })
    #expect(lines.contains { $0.hasPrefix("grey,255,2,class 2,") })
  }
}
