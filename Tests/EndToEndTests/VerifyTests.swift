import Foundation
import Testing
import VolumeCore

/// `segment --verify`, with the emulator of the tests for a card.
@Suite(.serialized) struct `Verifying while a run goes on` {
  let tool: BuiltTool

  init() throws {
    tool = try BuiltTool()
    #expect(try tool("phantom", "a.raw", "--shape", "6x60x72", "--seed", "9").code == 0)
  }

  private static var emulator: String {
    #if DEBUG
      "\(BuiltTool.root)/.build/debug/libT2SGPUEmulator.so"
    #else
      "\(BuiltTool.root)/.build/release/libT2SGPUEmulator.so"
    #endif
  }

  /// A folder in which the emulator is called as the driver and cuDNN are.
  private func environment() throws -> [String: String] {
    let folder = tool.file("libraries")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["libcuda.so.1", "libcudnn.so.9", "libcublasLt.so.12"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/\(name)", withDestinationPath: Self.emulator)
    }
    return ["LD_LIBRARY_PATH": folder, "T2S_CUDNN": folder, "T2S_GPU_EMULATOR": "3"]
  }

  private func segment(
    _ more: [String], environment: [String: String] = [:]
  ) throws -> Ending {
    try tool.run(
      [
        "segment", "a.raw", "--output", "out.zarr", "--model", Models.plain, "--no-picture",
        "--tile", "32x32", "--overwrite",
      ] + more, environment: environment)
  }

  private func receipt() throws -> JSONValue {
    let bytes = try tool.bytes("out.zarr/.t2s/receipt.json")
    return try #require(JSONValue(parsing: [UInt8](bytes)))
  }

  @Test func `on the processor says that it would compare it with itself`() throws {
    let ending = try segment(["--verify", "3", "--engine", "onednn"])
    #expect(ending.code == 0 && ending.error.contains("--verify 3"), "\(ending.words)")
    #expect(try receipt()["verification"]?["why"]?.string?.contains("itself") == true)
    #expect(try segment(["--verify", "0"]).code == 2)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: emulator)))
  func `on a card is counted and on the receipt`() throws {
    let ending = try segment(
      ["--verify", "5", "--engine", "cudnn", "--verify-seams", "0"], environment: environment())
    #expect(ending.code == 0, "\(ending.words)")
    let found = try receipt()["verification"]
    // 6 layers of 2 x 3 tiles.
    #expect(found?["tiles"] == 8 && found?["every"] == 5 && found?["beyond_ties"] == 0)
    #expect(found?["engine_words"]?.string?.contains("oneDNN") == true)
    let page = try tool("receipt", "out.zarr")
    #expect(page.output.contains("8 tiles computed again by oneDNN"), "\(page.words)")
    #expect(!ending.error.contains("T2S CPU emulator:"))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: emulator)))
  func `of plans in a file gives equal labels, and a card of its own`() throws {
    let environment = try environment()
    let words = ["--engine", "cudnn", "--verify-seams", "0", "--plan-file", "plans.json"]
    let first = try segment(words, environment: environment)
    #expect(first.code == 0, "\(first.words)")
    let made = try tool.bytes("plans.json")
    let hash = try receipt()["output"]?["hash"]
    #expect(try receipt()["engine"]?["plan_file"] == "plans.json")
    #expect(try segment(words, environment: environment).code == 0)
    #expect(try receipt()["output"]?["hash"] == hash && tool.bytes("plans.json") == made)
    let other = environment.merging(["T2S_GPU_EMULATOR": "0"]) { $1 }
    let refused = try segment(words, environment: other)
    #expect(refused.code == 2 && refused.error.contains("--plan-file plans.json is of"))
    let processor = try segment(["--engine", "onednn", "--plan-file", "plans.json"])
    #expect(processor.code == 2 && processor.error.contains("keeps no plans"))
    let tune = try tool.run(["gpu", "tune", "--plan-file", "plans.json"], environment: environment)
    #expect(tune.code == 2 && tune.error.contains("is no card"), "\(tune.words)")
  }
}
