import EngineCore
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `A series` {
  static let shape = Shape3(z: 6, y: 24, x: 48)

  /// Matrix about 90, one voxel in six a fibre of 190; darker by `factor`.
  private func scan(_ seed: UInt64, factor: Double = 1) -> MemoryVolume {
    var random = SeededRandom(seed: seed)
    return MemoryVolume(
      shape: Self.shape,
      voxels: (0..<Self.shape.voxelCount).map { index in
        let noise = (0..<6).reduce(-3.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random)
        }
        return UInt8(((index % 6 == 0 ? 190 : 90) + 17 * noise) * factor)
      })
  }

  private func segment(
    _ words: [String], _ scans: [String: MemoryVolume],
    format: MemoryFormat = MemoryFormat(
      chunk: Shape3(z: 64, y: 1024, x: 1024))
  ) -> Outcome {
    for (name, volume) in scans { format.add(name, volume) }
    return runTool(
      ["segment"] + words + ["--no-picture", "--engine", "reference"], formats: [format],
      models: [MemoryModel()], environment: ["T2S_MODEL": "given.model"])
  }

  private var drifting: [String: MemoryVolume] {
    ["a.raw": scan(1), "b.raw": scan(2), "c.raw": scan(3, factor: 0.75), "d.raw": scan(4)]
  }

  @Test func `is a run for each step and a table of all, and names the step that drifted`() throws {
    let folder = try TemporaryFolder()
    let format = MemoryFormat(chunk: Shape3(z: 64, y: 1024, x: 1024))
    let csv = folder.file("steps.csv")
    let outcome = segment(
      ["a.raw", "b.raw", "c.raw", "d.raw", "--series", folder.path, "--csv", csv, "--json"],
      drifting, format: format)
    #expect(outcome.code == 0, "\(outcome.error)")
    let steps = try #require(outcome.json?["steps"]?.array)
    #expect(steps.map { $0["name"]?.string } == ["a", "b", "c", "d"])
    #expect(steps.map { $0["drifted"]?.bool } == [false, false, true, false])
    #expect(steps.map { $0["match_grey"] } == [.null, .null, .null, .null])
    #expect(steps[0]["grey"]?["mode"]?.number.map { abs($0 - 90) < 3 } == true)
    #expect(outcome.error.contains("warning: c: the matrix lies at 6"))
    #expect(outcome.error.contains("--match-grey"))
    for name in ["a", "b", "c", "d"] {
      #expect(format.written("\(folder.path)/\(name).labels.zarr")?.isFinished == true)
    }
    let lines = String(decoding: try contents(ofFile: csv), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 1 + 4 * 2)
    #expect(lines.last?.hasPrefix("d,1,class 1,") == true)
  }

  @Test func `has its greys mapped back where they drifted, and the record says how`() throws {
    let folder = try TemporaryFolder()
    let format = MemoryFormat(chunk: Shape3(z: 64, y: 1024, x: 1024))
    let words = ["a.raw", "b.raw", "c.raw", "d.raw", "--series", folder.path, "--json"]
    func fractions(_ outcome: Outcome) -> [Double] {
      outcome.json?["steps"]?.array?.compactMap {
        $0["classes"]?.array?.last?["fraction"]?.number
      } ?? []
    }
    // Fibres of 190 are 142 when darkened, near the 127.5 that divides the classes: some are lost.
    let before = fractions(segment(words, drifting))
    let outcome = segment(words + ["--match-grey"], drifting, format: format)
    #expect(outcome.code == 0, "\(outcome.error)")
    let after = fractions(outcome)
    #expect(before.count == 4 && after.count == 4)
    #expect(abs(before[2] - before[0]) > 0.006)
    #expect(abs(after[2] - after[0]) < 0.004, "\(after)")
    #expect(after[0] == before[0] && after[3] == before[3])
    let plan = format.written("\(folder.path)/c.labels.zarr")?.output.plan
    let scale = try #require(plan?["match_grey"]?["scale"]?.number)
    #expect(abs(scale - 1 / 0.75) < 0.1)
    #expect(format.written("\(folder.path)/a.labels.zarr")?.output.plan["match_grey"] == nil)
  }

  @Test func `of steps that differ in type is refused before anything begins`() throws {
    let folder = try TemporaryFolder()
    let format = MemoryFormat(chunk: Shape3(z: 64, y: 1024, x: 1024))
    var scans = drifting
    scans["d.raw"] = MemoryVolume(
      shape: Self.shape, type: .uint16,
      voxels: [UInt8](repeating: 7, count: 2 * Self.shape.voxelCount))
    let outcome = segment(
      ["a.raw", "b.raw", "d.raw", "--series", folder.file("out")], scans, format: format)
    #expect(outcome.code == 2)
    #expect(
      outcome.error.contains("the steps differ in type: a.raw is uint8, d.raw is uint16"))
    #expect(format.written(folder.file("out") + "/a.labels.zarr") == nil)
    #expect(kind(ofPath: folder.file("out")) == .missing)
  }

  @Test func `may have steps of other extents`() throws {
    let folder = try TemporaryFolder()
    var scans = drifting
    scans["e.raw"] = MemoryVolume(
      shape: Shape3(z: 3, y: 24, x: 48), voxels: [UInt8](repeating: 91, count: 3 * 24 * 48))
    let outcome = segment(
      ["a.raw", "e.raw", "--series", folder.path, "--json"], scans)
    #expect(outcome.code == 0, "\(outcome.error)")
    let steps = try #require(outcome.json?["steps"]?.array)
    #expect(steps.last?["classes"]?.array?.first?["voxels"]?.integer == 3 * 24 * 48)
  }

  @Test(arguments: [
    (["a.raw", "x/a.raw"], "would both become"),
    (["a.raw", "--output", "o.zarr"], "--output"),
    (["a.raw", "--truth-layers", "t@1"], "--truth-layers"),
    ([], "INPUT"),
  ])
  func `refuses what has no meaning for it`(words: [String], expected: String) throws {
    let folder = try TemporaryFolder()
    let outcome = segment(words + ["--series", folder.path], drifting)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains(expected), "\(outcome.error)")
  }

  @Test func `is what greys are matched in`() {
    let outcome = segment(["a.raw", "--output", "o.zarr", "--match-grey"], drifting)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("--series"))
  }
}
