import Foundation
import Testing
import VolumeCore

@Suite struct `Tiles` {
  static let common = ["--model", Models.plain, "--precision", "f32", "--no-picture", "--json"]

  /// Segments `a.raw` and returns the labels' bytes with the JSON object.
  func labels(_ tool: BuiltTool, _ name: String, _ words: [String]) throws -> (Data, JSONValue) {
    let ending = try tool.run(
      ["segment", "a.raw", "--output", "\(name).zarr"] + Self.common + words)
    let json = try #require(ending.json, "\(ending.words)")
    #expect(ending.code == 0, "\(ending.words)")
    let converted = try tool("convert", "\(name).zarr", "\(name).raw")
    #expect(converted.code == 0, "\(converted.words)")
    return (try tool.bytes("\(name).raw"), json)
  }

  @Test func `do not show, whatever their size, slots and threads`() throws {
    let tool = try BuiltTool()
    // 150 and 133 are no multiples of the network's stride.
    try tool("phantom", "a.raw", "--shape", "3x150x133", "--seed", "9")
    let (whole, json) = try labels(tool, "whole", [])
    #expect(json["halo_exact"]?.bool == true)
    #expect(Set(whole).count > 1)
    for (i, words) in [
      ["--tile", "64"], ["--tile", "64x64"], ["--tile", "37x37"], ["--tile", "37"],
      ["--tile", "50x90"], ["--tile", "400"],
      ["--tile", "2x64x64"], ["--tile", "64", "--slots", "1"], ["--tile", "64", "--slots", "3"],
      ["--threads", "1"],
    ].enumerated() {
      let (tiled, json) = try labels(tool, "tiled\(i)", words)
      #expect(tiled == whole, "\(words)")
      #expect(json["halo_exact"]?.bool == true)
    }
  }

  @Test func `of a region give what the full run gives`() throws {
    let tool = try BuiltTool()
    try tool("phantom", "a.raw", "--shape", "3x150x133", "--seed", "9")
    _ = try labels(tool, "whole", ["--tile", "64"])
    let (part, _) = try labels(tool, "part", ["--region", "1:3,31:118,7:", "--tile", "50"])
    let cut = try tool("convert", "whole.raw", "cut.raw", "--region", "1:3,31:118,7:")
    #expect(cut.code == 0)
    #expect(try part == tool.bytes("cut.raw"))
  }

  @Test func `do show where the halo is halved, and the result says so`() throws {
    let tool = try BuiltTool()
    try tool("phantom", "a.raw", "--shape", "2x150x133", "--seed", "9")
    let (whole, exact) = try labels(tool, "whole", [])
    let halo = try #require(
      try labels(tool, "exact", ["--tile", "48x48"]).1["halo"]?.array?.last?.integer)
    #expect(exact["halo_exact"]?.bool == true)
    let (tiled, json) = try labels(tool, "halved", ["--tile", "48", "--halo", "\(halo / 2)"])
    #expect(json["halo_exact"]?.bool == false)
    let (bare, none) = try labels(tool, "bare", ["--tile", "48", "--halo", "0"])
    #expect(none["halo_exact"]?.bool == false)
    #expect(tiled != whole || bare != whole)
    #expect(bare != whole)
  }
}
