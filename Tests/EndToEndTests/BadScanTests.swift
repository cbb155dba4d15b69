import Foundation
import Testing
import VolumeCore

/// Whether this process may do what others may not.
let isRoot = geteuid() == 0

extension BuiltTool {
  /// Expects that `words` are refused with `code`, with a message that has all of `parts` in it and
  /// a way out, and that nothing which looks finished is at `output`.
  func refuses(
    _ words: [String], code: Int32 = 2, saying parts: [String], output: String = "out.zarr",
    _ place: SourceLocation = #_sourceLocation
  ) throws {
    let ending = try run(words)
    #expect(ending.code == code, "\(words)\n\(ending.words)", sourceLocation: place)
    for part in parts {
      #expect(
        ending.error.localizedCaseInsensitiveContains(part),
        "'\(part)' of \(words)\n\(ending.words)",
        sourceLocation: place)
    }
    let said = ending.error.split(separator: "\n")
    #expect(
      said.last?.hasPrefix("  ") == true, "no way out: \(ending.words)", sourceLocation: place)
    let info = try run(["info", output])
    #expect(info.code != 0, "\(output) looks finished: \(info.words)", sourceLocation: place)
  }

  /// What segments `input` into `out.zarr`.
  func segmenting(_ input: String, _ more: String...) -> [String] {
    ["segment", input, "--output", "out.zarr", "--model", Models.plain, "--no-picture"] + more
  }
}

@Suite struct `A bad scan is refused` {
  static let shape = Shape3(z: 4, y: 40, x: 48)
  static let voxels = (0..<7680).map { UInt8($0 % 251) }

  @Test(arguments: [-1, -1000, 1, 48])
  func `where the file is shorter or longer than its shape`(excess: Int) throws {
    let tool = try BuiltTool()
    let bytes =
      excess < 0
      ? Self.voxels.dropLast(-excess) : Self.voxels + [UInt8](repeating: 0, count: excess)
    try tool.writeRaw("a.raw", Self.shape, Array(bytes))
    try tool.refuses(tool.segmenting("a.raw"), saying: ["a.raw", "\(bytes.count)"])
    try tool.refuses(["convert", "a.raw", "out.zarr"], saying: ["a.raw"])
  }

  @Test func `where sidecar, name and flags disagree`() throws {
    let tool = try BuiltTool()
    try tool.writeRaw("a_40x48x4_uint8.raw", Self.shape, Self.voxels)
    try tool.refuses(tool.segmenting("a_40x48x4_uint8.raw"), saying: ["a_40x48x4_uint8.raw"])
    try tool.writeRaw("b.raw", Self.shape, Self.voxels)
    try tool.refuses(tool.segmenting("b.raw", "--shape", "4x48x40"), saying: ["--shape"])
    try tool.refuses(tool.segmenting("b.raw", "--type", "uint16"), saying: ["uint16"])
  }

  @Test func `where nothing is known of its shape, with the likeliest readings`() throws {
    let tool = try BuiltTool()
    // Blocks of one grey, so that rows and layers are like their neighbours.
    let blocks = (0..<7680).map { index -> UInt8 in
      let (z, y, x) = (index / 1920 / 2, index / 48 % 40 / 7, index % 48 / 5)
      return UInt8((z * 29 + y * 151 + x * 73 + x * y * 31) % 251)
    }
    try Data(blocks).write(to: URL(filePath: tool.file("a.raw")))
    try tool.refuses(tool.segmenting("a.raw"), saying: ["a.raw", "--shape"])
    let ending = try tool("segment", "a.raw")
    let readings = ending.error.split(whereSeparator: { " \n,;()".contains($0) })
      .filter {
        $0.split(separator: "x").count == 3 && $0.allSatisfy { "0123456789x".contains($0) }
      }
    #expect(readings.count >= 3, "\(ending.words)")
    // With the shape it is a scan like any other.
    #expect(try tool("info", "a.raw", "--shape", "x=48,y=40,z=4", "--type", "uint8").code == 0)
  }

  @Test(.enabled(if: !isRoot, "root may read everything"))
  func `where it may not be read`() throws {
    let tool = try BuiltTool()
    try tool.writeRaw("a.raw", Self.shape, Self.voxels)
    unsafe chmod(tool.file("a.raw"), 0)
    try tool.refuses(tool.segmenting("a.raw"), saying: ["a.raw", "permission"])
  }

  @Test func `where it is a folder of slices with a gap, two sizes, or something else`() throws {
    let tool = try BuiltTool()
    try tool.writeRaw("a.raw", Self.shape, Self.voxels)
    try tool.writeRaw("b.raw", Shape3(z: 1, y: 8, x: 8), [UInt8](repeating: 7, count: 64))
    func slices(_ folder: String) throws {
      try FileManager.default.createDirectory(
        atPath: tool.file(folder), withIntermediateDirectories: true)
      for z in 0..<4 {
        let ending = try tool(
          "convert", "a.raw", "\(folder)/s_\(z).tif", "--region", "\(z):\(z + 1),:,:")
        #expect(ending.code == 0, "\(ending.words)")
      }
    }
    try slices("good")
    let good = try tool("info", "good", "--json")
    #expect(good.json?["shape"] == [4, 40, 48], "\(good.words)")

    try slices("gap")
    try FileManager.default.removeItem(atPath: tool.file("gap/s_2.tif"))
    try tool.refuses(tool.segmenting("gap"), saying: ["s_1.tif"])

    try slices("sizes")
    try FileManager.default.removeItem(atPath: tool.file("sizes/s_2.tif"))
    #expect(try tool("convert", "b.raw", "sizes/s_2.tif").code == 0)
    try tool.refuses(tool.segmenting("sizes"), saying: ["s_2.tif"])

    try slices("text")
    try "not a slice".write(toFile: tool.file("text/s_2.tif"), atomically: false, encoding: .utf8)
    try tool.refuses(tool.segmenting("text"), saying: ["s_2.tif"])
    try slices("notes")
    try "notes".write(toFile: tool.file("notes/notes.txt"), atomically: false, encoding: .utf8)
    try tool.refuses(tool.segmenting("notes"), saying: ["notes.txt"])
  }

  @Test func `where it is a truncated TIFF`() throws {
    let tool = try BuiltTool()
    try tool.writeRaw("a.raw", Self.shape, Self.voxels)
    #expect(try tool("convert", "a.raw", "whole.tif").code == 0)
    let whole = try tool.bytes("whole.tif")
    for (i, count) in [0, 3, 100, whole.count / 2, whole.count - 100].enumerated() {
      try whole.prefix(count).write(to: URL(filePath: tool.file("cut\(i).tif")))
      let ending = try tool.run(["convert", "cut\(i).tif", "out.zarr"])
      #expect([2, 3].contains(ending.code), "\(count) bytes: \(ending.words)")
      #expect(ending.error.contains("cut\(i).tif"))
      #expect(try tool("info", "out.zarr").code != 0)
    }
  }

  @Test func `of another grey range or type with a warning only`() throws {
    let tool = try BuiltTool()
    let dark: [UInt8] = (0..<7680).flatMap { value -> [UInt8] in [UInt8(value % 200), 0] }
    try tool.writeRaw("dark.raw", Self.shape, dark, type: .uint16)
    let ending = try tool(
      "segment", "dark.raw", "--output", "out.zarr", "--no-picture",
      "--model", Models.hasStandard ? Models.standard : Models.plain)
    #expect(ending.code == 0, "\(ending.words)")
    if Models.hasStandard {
      #expect(ending.error.contains("warning"))
      #expect(ending.error.contains("uint16"))
      #expect(ending.error.contains("grey values"))
    }
  }

  @Test func `of float32 without a rule for its values`() throws {
    let tool = try BuiltTool()
    let bytes = (0..<7680).flatMap { value in
      unsafe withUnsafeBytes(of: Float(value % 97) / 97) { unsafe [UInt8]($0) }
    }
    try tool.writeRaw("f.raw", Self.shape, bytes, type: .float32)
    try tool.refuses(tool.segmenting("f.raw"), saying: ["--window", "float32"])
    for window in ["0:1", "auto"] {
      let ending = try tool.run(tool.segmenting("f.raw", "--window", window, "--overwrite"))
      #expect(ending.code == 0, "\(ending.words)")
    }
  }

  @Test(arguments: [
    (["--tile", "0"], "--tile"), (["--tile", "7x"], "--tile"), (["--memory", "1M"], "memory"),
    (["--halo", "-1"], "--halo"), (["--region", "0:9,:,:"], "--region"),
    (["--threads", "0"], "--threads"),
    (["--slots", "0"], "--slots"), (["--engine", "steam"], "--engine"),
    (["--precision", "f8"], "--precision"), (["--window", "5:5"], "--window"),
  ])
  func `as are options that make no sense`(words: [String], part: String) throws {
    let tool = try BuiltTool()
    try tool.writeRaw("a.raw", Self.shape, Self.voxels)
    try tool.refuses(tool.segmenting("a.raw") + words, saying: [part])
    #expect(!tool.has("out.zarr"))
  }

  @Test func `with too little memory, and the smallest that would do`() throws {
    let tool = try BuiltTool()
    try tool("phantom", "a.raw", "--shape", "2x1024x1024")
    let words = tool.segmenting("a.raw", "--tile", "512")
    try tool.refuses(words + ["--memory", "10M"], saying: ["memory"])
    #expect(!tool.has("out.zarr"))
  }
}
