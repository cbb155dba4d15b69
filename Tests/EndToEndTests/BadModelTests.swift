import Foundation
import Testing
import VolumeCore

@Suite struct `A bad model is refused` {
  @Test(arguments: [
    ("no-model.h5", "no-model.h5"), ("text.h5", "text.h5"), ("truncated.h5", "truncated.h5"),
    ("weights-only.h5", "weights-only.h5"), ("broken-config.h5", "broken-config.h5"),
    ("unknown-layer.keras2.h5", "middle"), ("unknown-layer.keras3.h5", "middle"),
    ("missing-weights.keras2.h5", "out"), ("missing-weights.keras3.h5", "out"),
    ("wrong-shape.keras2.h5", "first"), ("wrong-shape.keras3.h5", "first"),
    ("not-there.h5", "not-there.h5"),
  ])
  func `and the message names file and place`(file: String, part: String) throws {
    let tool = try BuiltTool()
    try tool("phantom", "a.raw", "--shape", "1x64x64")
    try tool.refuses(
      ["segment", "a.raw", "--output", "out.zarr", "--model", "\(Models.folder)/\(file)"],
      saying: [part])
    #expect(!tool.has("out.zarr"))
  }

  @Test func `where its name is of no kind that is read`() throws {
    let tool = try BuiltTool()
    try tool("phantom", "a.raw", "--shape", "1x64x64")
    try "x".write(toFile: tool.file("model.onnx"), atomically: false, encoding: .utf8)
    try tool.refuses(
      ["segment", "a.raw", "--output", "out.zarr", "--model", "model.onnx"], saying: ["model.onnx"])
  }
}
