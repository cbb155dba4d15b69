import EngineCore
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `Segmenting` {
  static let shape = Shape3(z: 2, y: 8, x: 16)
  static let shard = Shape3(z: 64, y: 1024, x: 1024)

  /// Runs `segment` on voxels whose value is their number, or on `scan`.
  private func segment(
    _ words: [String], model: MemoryModel = MemoryModel(), scan: MemoryVolume? = nil,
    format: MemoryFormat = MemoryFormat(chunk: Segmenting.shard),
    environment: [String: String] = ["T2S_MODEL": "given.model"],
    executable: String = "/nowhere/bin/t2s-volume"
  ) -> Outcome {
    format.add("in.mem", scan ?? MemoryVolume(numbered: Self.shape))
    return runTool(
      ["segment", "in.mem", "--output", "out.zarr", "--no-picture", "--engine", "reference"]
        + words,
      formats: [format], models: [model], environment: environment, executable: executable)
  }

  private func uint16(_ values: [UInt16]) -> MemoryVolume {
    MemoryVolume(
      shape: Self.shape, type: .uint16,
      voxels: values.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
  }

  @Test func `labels every voxel and says what it did`() throws {
    let format = MemoryFormat(chunk: Self.shard)
    let outcome = segment(["--json"], format: format)
    #expect(outcome.code == 0, "\(outcome.error)")
    let writer = try #require(format.written("out.zarr"))
    // 127.5 of 255 is a half: 128 and above are class 1.
    #expect(writer.voxels == (0..<256).map { $0 >= 128 ? 1 : 0 })
    #expect(writer.isFinished)
    #expect(writer.output.volume.classes?.map(\.name) == ["class 0", "class 1"])
    for key in ["input", "model", "engine", "precision", "normalisation", "tool_version"] {
      #expect(writer.output.plan[key] != nil, "\(key)")
    }
    let classes = try #require(outcome.json?["classes"]?.array)
    #expect(classes.map { $0["voxels"]?.integer } == [128, 128])
    #expect(classes.map { $0["fraction"]?.number } == [0.5, 0.5])
  }

  @Test func `writes a trace, and says what limits the run`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.trace.json")
    let outcome = segment(["--json", "--trace", path])
    #expect(outcome.code == 0, "\(outcome.error)")
    let trace = try #require(outcome.json?["trace"])
    #expect(trace["path"]?.string == path)
    let lanes = try #require(trace["lanes"]?.array).compactMap { $0["lane"]?.string }
    #expect(Set(lanes) == ["reader", "engine", "writer", "encoder"])
    #expect(lanes.contains(try #require(trace["limits"]?.string)))
    #expect(JSONValue(parsing: try contents(ofFile: path))?["traceEvents"]?.array != nil)
    let plain = segment(["--trace", path])
    #expect(plain.output.contains("(limits the run)"), "\(plain.output)")

    let misnamed = segment(["--trace", "in.mem"])
    #expect(misnamed.code == 2)
    #expect(misnamed.error.contains(".json"))
  }

  @Test func `computes on a wider type where that holds every value, by the scan's own range`()
    throws
  {
    let format = MemoryFormat(chunk: Self.shard)
    let scan = MemoryVolume(
      shape: Self.shape, type: .int8, voxels: (0..<256).map { UInt8($0) })
    let outcome = segment([], scan: scan, format: format)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.contains("computed as float32, which holds every int8"))
    #expect(outcome.error.contains("grey -128 to 127 becomes 0 to 1"))
    let writer = try #require(format.written("out.zarr"))
    // 0 and above are the upper half of an int8; as bytes they come first.
    #expect(writer.voxels == (0..<256).map { $0 < 128 ? 1 : 0 })
    #expect(writer.output.plan["input_type"]?.string == "int8")
  }

  @Test func `says how to convert a scan of which values could be lost`() {
    let scan = MemoryVolume(
      shape: Self.shape, type: .int32,
      voxels: (0..<256).flatMap { [UInt8($0), 1, 0, 0] })
    let outcome = segment([], scan: scan)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("in.mem has voxels of int32 (values from 256:511 were seen)"))
    #expect(
      outcome.error.contains(
        "t2s-volume convert in.mem scan.zarr --type float32 --window 256:511"))
  }

  @Test func `applies the window that was given, and writes down which`() throws {
    let format = MemoryFormat(chunk: Self.shard)
    let outcome = segment(["--window", "0:99"], format: format)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.contains("grey 0 to 99 becomes 0 to 1"))
    let writer = try #require(format.written("out.zarr"))
    #expect(writer.voxels == (0..<256).map { $0 >= 50 ? 1 : 0 })
    #expect(writer.output.plan["normalisation"]?["high"]?.number == 99)
  }

  @Test func `divides by the scan's own type where the model divides by its`() throws {
    let format = MemoryFormat(chunk: Self.shard)
    let scan = uint16((0..<256).map { $0 * 257 })
    var model = MemoryModel()
    model.normalisation = Normalisation(low: 0, high: 255, clips: false)
    let outcome = segment([], model: model, scan: scan, format: format)
    #expect(outcome.error.contains("grey 0 to 65535 becomes 0 to 1"), "\(outcome.error)")
    #expect(try #require(format.written("out.zarr")).voxels == (0..<256).map { $0 >= 128 ? 1 : 0 })
  }

  @Test func `warns of another type and another grey range, with the figures`() {
    var model = MemoryModel()
    // Trained on greys about 76 of 255, as a matrix is, and some of 219.
    model.histogram = (0..<256).map {
      (60...90).contains($0) ? 100 : (200...230).contains($0) ? 20 : 0
    }
    let far = segment([], model: model, scan: uint16((0..<256).map { $0 * 4 }))
    #expect(far.code == 0, "\(far.error)")
    #expect(far.error.contains("warning: the model was trained on uint8, and the scan is uint16"))
    #expect(far.error.contains("warning: the scan's grey values are unlike"))
    #expect(far.error.contains("below 0.236, 0.307, 0.889"))

    let values = (0..<256).map { (i: Int) -> UInt8 in i % 6 == 0 ? 215 : 70 + UInt8(i % 12) }
    let near = segment([], model: model, scan: MemoryVolume(shape: Self.shape, voxels: values))
    #expect(near.code == 0)
    #expect(!near.error.contains("warning"), "\(near.error)")
  }

  @Test func `asks for a window where values of float32 have no rule`() {
    let voxels = (0..<256).flatMap { value in
      unsafe withUnsafeBytes(of: Float(value) / 256) { unsafe [UInt8]($0) }
    }
    let scan = MemoryVolume(shape: Self.shape, type: .float32, voxels: voxels)
    let outcome = segment([], scan: scan)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("--window"))
    #expect(outcome.error.contains("0.996094"), "\(outcome.error)")
    #expect(segment(["--window", "auto"], scan: scan).code == 0)
  }

  @Test func `refuses a model of an even number of channels`() {
    var model = MemoryModel()
    model.channels = 4
    let format = MemoryFormat(chunk: Self.shard)
    let outcome = segment([], model: model, format: format)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("4 channels"))
    #expect(format.written("out.zarr") == nil)
  }

  @Test func `takes the channels of a model for layers where their number is odd`() {
    var model = MemoryModel()
    model.channels = 5
    let format = MemoryFormat(chunk: Self.shard)
    #expect(segment([], model: model, format: format).code == 0)
    #expect(format.written("out.zarr") != nil)
  }

  @Test func `finds its model beside the executable, or in a folder above it`() throws {
    let folder = try TemporaryFolder()
    let bin = folder.file("a/bin/t2s-volume")
    #expect(segment([], environment: [:], executable: bin).code == 2)

    try makeFolder(folder.file("Samples"))
    try writeFileAtomically(folder.file("Samples/default.h5"), [0])
    let above = segment(["--json"], environment: [:], executable: bin)
    #expect(above.json?["model"]?.string == folder.file("Samples/default.h5"))

    try makeFolder(folder.file("a/share/t2s-volume"))
    try writeFileAtomically(folder.file("a/share/t2s-volume/default.h5"), [0])
    let beside = segment(["--json"], environment: [:], executable: bin)
    #expect(beside.json?["model"]?.string == folder.file("a/share/t2s-volume/default.h5"))

    let named = segment(["--json"], environment: ["T2S_MODEL": "b.model"], executable: bin)
    #expect(named.json?["model"]?.string == "b.model")
    let given = segment(
      ["--json", "--model", "c.model"], environment: ["T2S_MODEL": "b.model"], executable: bin)
    #expect(given.json?["model"]?.string == "c.model")
  }

  @Test(arguments: ["labels.raw", "labels.tif", "labels"])
  func `refuses an output that is no store`(output: String) {
    let outcome = runTool(
      ["segment", "in.mem", "--output", output], formats: [MemoryFormat()], models: [MemoryModel()])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains(".zarr"))
  }

  @Test func `refuses an engine and a precision that are not there`() {
    #expect(segment(["--precision", "f8"]).code == 2)
    let outcome = segment(["--precision", "bf16"])
    // The reference computes in single precision only.
    #expect(outcome.code == 2 || outcome.code == 0)
    if outcome.code == 2 { #expect(outcome.error.contains("f32")) }
  }
}
