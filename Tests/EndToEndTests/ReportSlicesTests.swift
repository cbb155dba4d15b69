import Foundation
import Testing
import VolumeCore

@Suite struct `A report of a large volume` {
  /// A scan in one file has no coarser levels, and its labels in a store do.
  @Test func `shows scan, labels and errors of the same places`() throws {
    let tool = try BuiltTool()
    let made = try tool("phantom", "scan.raw", "--shape", "6x150x700", "--seed", "3")
    try #require(made.code == 0, "\(made.words)")
    let labels = "scan.raw.labels.zarr"
    let ending = try tool(
      "show", "report", labels, "--scan", "scan.raw", "--truth", labels, "--output", "r.html")
    try #require(ending.code == 0, "\(ending.words)")
    let page = String(decoding: try tool.bytes("r.html"), as: UTF8.self)
    let start = try #require(page.range(of: "id=\"slices\">")).upperBound
    let end = try #require(page.range(of: "</script>", range: start..<page.endIndex)).lowerBound
    let axes = try #require(JSONValue(parsing: String(page[start..<end]))?["axes"])
    for (axis, width, height) in [("z", 175, 38), ("y", 175, 2), ("x", 38, 2)] {
      #expect(axes[axis]?["width"]?.integer == width && axes[axis]?["height"]?.integer == height)
      for slice in try #require(axes[axis]?["slices"]?.array) {
        for what in ["grey", "labels", "errors"] {
          let png = Data(base64Encoded: slice[what]?.string ?? "") ?? Data()
          // Width and height lie behind the signature and the first chunk's name.
          let sizes = try #require(png.count > 24 ? [png[18..<20], png[22..<24]] : nil)
          let numbers = sizes.map { $0.reduce(0) { $0 << 8 | Int($1) } }
          #expect(numbers == [width, height], "\(what) across \(axis)")
        }
      }
    }
  }
}
