import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `Measuring` {
  static let shape = Shape3(z: 24, y: 40, x: 40)
  /// A rod of class 1 along x, pores of class 2, a flat crack of class 2 from face to face, and air.
  private func format() -> MemoryFormat {
    var voxels = [UInt8](repeating: 0, count: Self.shape.voxelCount)
    for (i, at) in Region(Self.shape).indices.enumerated() {
      let (z, y) = (at.z - 6, at.y - 10)
      if z * z + y * y <= 16 { voxels[i] = 1 }
      if at.z == 18 || at.z == 17 { voxels[i] = 2 }
      if (12..<15).contains(at.z), (30..<33).contains(at.y), (30..<33).contains(at.x) {
        voxels[i] = 2
      }
      if at.y >= 38 { voxels[i] = 254 }
    }
    let format = MemoryFormat()
    format.add(
      "a.mem",
      MemoryVolume(
        shape: Self.shape, voxels: voxels,
        classes: [LabelClass(value: 1, name: "fibre", colour: [0, 0, 255, 255])]))
    return format
  }

  private func measured(_ words: String...) throws -> JSONValue {
    let outcome = runTool(
      ["measure"] + words + ["--memory", "256M", "--json"], formats: [format()])
    #expect(outcome.code == 0, "\(outcome.error)")
    return try #require(outcome.json)
  }

  @Test func `fibres have a direction and a thickness`() throws {
    let folder = try TemporaryFolder()
    let (table, histogram) = (folder.file("t.csv"), folder.file("h.csv"))
    let found = try measured(
      "fibres", "a.mem", "--class", "fibre", "--reach", "6", "--table", table, "--histogram",
      histogram, "--window", "2")
    #expect((found["tensor"]?["xx"]?.number ?? 0) > 0.95)
    #expect((found["d50"]?.number ?? 0) > 7)
    let lines = String(decoding: try contents(ofFile: table), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 3 && lines[1].hasPrefix("all,,,,"))
    #expect(kind(ofPath: histogram) != .missing)
  }

  @Test func `fibres that can be told apart have lengths`() throws {
    let shape = Shape3(z: 24, y: 30, x: 70)
    var voxels = [UInt8](repeating: 0, count: shape.voxelCount)
    // Two whole ones of 40 and 50 voxels, one that the border cuts, and a cross.
    func lay(_ z: Int, _ y: Int, x: Range<Int>) {
      for at in Region(shape).indices where x.contains(at.x) {
        let (dz, dy) = (at.z - z, at.y - y)
        if dz * dz + dy * dy <= 9 { voxels[(at.z * 30 + at.y) * 70 + at.x] = 1 }
      }
    }
    lay(5, 5, x: 10..<50)
    lay(5, 15, x: 10..<60)
    lay(5, 24, x: 30..<70)
    lay(17, 15, x: 10..<60)
    for at in Region(shape).indices where abs(at.z - 18) <= 2 && abs(at.x - 35) <= 3 {
      if (4..<26).contains(at.y) { voxels[(at.z * 30 + at.y) * 70 + at.x] = 1 }
    }
    let format = MemoryFormat()
    format.add("f.mem", MemoryVolume(shape: shape, voxels: voxels))
    let folder = try TemporaryFolder()
    let (table, histogram) = (folder.file("l.csv"), folder.file("h.csv"))
    let words = [
      "measure", "fibres", "f.mem", "--class", "1", "--reach", "6", "--lengths", table,
      "--length-histogram", histogram, "--memory", "256M", "--json",
    ]
    let outcome = runTool(words, formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    let found = try #require(outcome.json)
    let unit = try #require(found["unit"]?.string)
    #expect(found["fibres_told_apart"]?.integer == 2)
    let kinds = found["length_kinds"]
    #expect(kinds?["cut"]?["components"]?.integer == 1)
    #expect(kinds?["clump"]?["components"]?.integer == 1)
    let shares = ["fibre", "cut", "short", "clump"].map {
      kinds?[$0]?["share_of_voxels"]?.number ?? 0
    }
    #expect(abs(shares.reduce(0, +) - 1) < 1e-9 && shares[3] > 0.2)
    #expect(abs((found["mean_length"]?.number ?? 0) - 45) < 0.5)
    #expect(abs((found["length_weighted_mean_length"]?.number ?? 0) - 4100.0 / 90) < 0.5)
    let lines = String(decoding: try contents(ofFile: table), as: UTF8.self)
      .split(separator: "\n")
    #expect(
      lines.count == 5 && lines[0].hasPrefix("id,kind,voxels,length_\(unit),diameter_\(unit)"))
    #expect(lines[1].hasPrefix("1,fibre,1160,39.9"), "\(lines[1])")
    let bars = String(decoding: try contents(ofFile: histogram), as: UTF8.self)
      .split(separator: "\n").dropFirst().compactMap { Int($0.split(separator: ",").last ?? "") }
    #expect(bars.reduce(0, +) == 2)
    let alone = runTool(
      ["measure", "fibres", "f.mem", "--class", "1", "--least-aspect", "4"], formats: [format])
    #expect(alone.code == 2 && alone.error.contains("--lengths"))
  }

  @Test func `pores have sizes, a profile and a distance`() throws {
    let folder = try TemporaryFolder()
    let paths = ["t.csv", "s.csv", "p.csv"].map { folder.file($0) }
    let found = try measured(
      "pores", "a.mem", "--class", "2", "--fibre", "1", "--reach", "12", "--table", paths[0],
      "--sizes", paths[1], "--profile", paths[2], "--slab", "12")
    #expect(found["pores"]?.integer == 2)
    let profile = String(decoding: try contents(ofFile: paths[2]), as: UTF8.self)
    // Two slabs: 27 voxels and the crack are in the second, and air counts nowhere.
    #expect(
      profile.hasSuffix(
        "12,24,\(12 * 38 * 40),\(27 + 2 * 38 * 40),"
          + "\(Double(27 + 2 * 38 * 40) / Double(12 * 38 * 40)),2\n"))
    let table = String(decoding: try contents(ofFile: paths[0]), as: UTF8.self)
      .split(separator: "\n")
    #expect(table[0].hasSuffix("distance_to_fibre_voxels"))
    #expect(table[2].hasSuffix(",7.0"))
  }

  @Test func `a crack gets a value of its own, and a pore keeps its`() throws {
    let folder = try TemporaryFolder()
    let format = format()
    let table = folder.file("c.csv")
    let outcome = runTool(
      [
        "measure", "cracks", "a.mem", "--class", "2", "--relabel", "5", "--output",
        folder.file("out.store"), "--table", table, "--json", "--memory", "256M",
      ], formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.json?["cracks"]?.integer == 1)
    #expect(outcome.json?["openings"]?.array?.first?.number == 2)
    let written = try #require(format.written(folder.file("out.store"))).voxels
    #expect(written.filter { $0 == 5 }.count == 2 * 38 * 40)
    #expect(written.filter { $0 == 2 }.count == 27)
  }

  @Test func `correlation, chords and contact write their tables`() throws {
    let folder = try TemporaryFolder()
    let s2 = try measured(
      "correlation", "a.mem", "--class", "2", "--reach", "4", "--table", folder.file("s2.csv"))
    let known = Double(24 * 38 * 40)
    #expect(abs((s2["share"]?.number ?? 0) - Double(27 + 2 * 38 * 40) / known) < 1e-12)
    let chords = try measured(
      "chords", "a.mem", "--class", "2", "--table", folder.file("c.csv"))
    #expect(chords["chords_z"]?.integer == 38 * 40 + 9 && chords["cut_x"]?.integer == 76)
    let contact = try measured("contact", "a.mem", "--table", folder.file("k.csv"))
    #expect((contact["contacts"]?.array?.count ?? 0) > 4)
    for name in ["s2.csv", "c.csv", "k.csv"] {
      #expect(kind(ofPath: folder.file(name)) != .missing)
    }
  }

  @Test(arguments: [
    ["fibres", "a.mem", "--class", "1", "--dimension", "4d"],
    ["fibres", "a.mem", "--class", "1", "--reach", "60"],
    ["fibres", "a.mem", "--class", "1", "--connectivity", "6"],
    ["fibres", "a.mem"], ["pores", "a.mem", "--class", "2", "--connectivity", "4"],
    ["pores", "a.mem", "--class", "2", "--fibre", "nobody"],
    ["cracks", "a.mem", "--class", "2", "--relabel", "255"],
    ["chords", "a.mem"], ["correlation", "a.mem", "--class", "2", "--reach", "x"],
  ])
  func `refuses what makes no sense`(words: [String]) {
    #expect(runTool(["measure"] + words, formats: [format()]).code == 2)
  }
}
