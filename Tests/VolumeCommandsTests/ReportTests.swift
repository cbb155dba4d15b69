import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `A report` {
  static let shape = Shape3(z: 3, y: 4, x: 5)
  static let classes = [
    LabelClass(value: 0, name: "matrix", colour: [64, 64, 64, 255]),
    LabelClass(value: 1, name: "<fibre> & \"co\"", colour: [86, 180, 233, 255]),
  ]
  /// Class 1 where y is 2; the truth has it in column 3 as well.
  static let labels = Region(shape).indices.map { UInt8($0.y == 2 ? 1 : 0) }
  static let truth = Region(shape).indices.map { UInt8($0.y == 2 || $0.x == 3 ? 1 : 0) }
  static let grey = Region(shape).indices.map { UInt8($0.z * 60 + $0.y * 15 + $0.x) }

  private func format() -> MemoryFormat {
    let format = MemoryFormat()
    format.add(
      "run.mem", MemoryVolume(shape: Self.shape, voxels: Self.labels, classes: Self.classes))
    format.add(
      "truth.mem", MemoryVolume(shape: Self.shape, voxels: Self.truth, classes: Self.classes))
    format.add("scan.mem", MemoryVolume(shape: Self.shape, voxels: Self.grey))
    return format
  }

  private func page(_ words: [String]) throws -> String {
    let folder = try TemporaryFolder()
    let path = folder.file("r.html")
    let outcome = runTool(
      ["show", "report"] + words + ["--output", path], formats: [format()])
    #expect(outcome.code == 0, "\(outcome.error)")
    return String(decoding: try contents(ofFile: path), as: UTF8.self)
  }

  /// The slices that the page's script reads.
  private func slices(_ page: String) throws -> JSONValue {
    let start = "<script type=\"application/json\" id=\"slices\">"
    let tail = try #require(page.firstRange(of: start)).upperBound
    let rest = page[tail...]
    let end = try #require(rest.firstRange(of: "</script>")).lowerBound
    return try #require(JSONValue(parsing: String(rest[..<end])))
  }

  /// The bytes behind letters.
  private func decoded(_ value: JSONValue?) throws -> [UInt8] {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let places = Dictionary(uniqueKeysWithValues: zip(letters, 0..<64))
    var (bits, count, bytes) = (0, 0, [UInt8]())
    for letter in try #require(value?.string) where letter != "=" {
      bits = bits << 6 | (try #require(places[letter]))
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(bits >> count & 255))
      }
    }
    return bytes
  }

  @Test func `holds slices of grey, labels and errors across each axis`() throws {
    let page = try page(["run.mem", "--scan", "scan.mem", "--truth", "truth.mem"])
    let slices = try slices(page)
    for (axis, width, height, extent) in [("z", 5, 4, 3), ("y", 5, 3, 4), ("x", 4, 3, 5)] {
      let found = try #require(slices["axes"]?[axis])
      #expect(found["width"]?.integer == width && found["height"]?.integer == height)
      let list = try #require(found["slices"]?.array)
      #expect(list.map { $0["position"]?.integer } == (0..<extent).map { $0 })
      for (position, slice) in list.enumerated() {
        let places = Region(Self.shape).indices.indices.filter { place in
          let at = Region(Self.shape).indices[place]
          return (axis == "z" ? at.z : axis == "y" ? at.y : at.x) == position
        }
        // The pictures of the test are their width, height and values.
        let start = [UInt8(width), UInt8(height)]
        #expect(try decoded(slice["labels"]) == start + places.map { Self.labels[$0] })
        #expect(
          try decoded(slice["errors"])
            == start + places.map { Self.labels[$0] == Self.truth[$0] ? 0 : 1 })
        // 0 to 169 become black to white.
        #expect(
          try decoded(slice["grey"])
            == start + places.map { UInt8((Float(Self.grey[$0]) / 169 * 255).rounded()) })
      }
    }
    #expect(slices["colours"]?["1"] == [86, 180, 233])
    #expect(page.contains("Mean Jaccard <strong>0."))
  }

  @Test func `needs nothing from elsewhere, and says names as they are`() throws {
    let page = try page(["run.mem", "--truth", "truth.mem"])
    let outside = page.replacing("http://www.w3.org/2000/svg", with: "")
    #expect(!outside.contains("http:") && !outside.contains("https:"))
    #expect(!outside.contains("src=\"") && !outside.contains("<link"))
    #expect(page.contains("&lt;fibre&gt; &amp; &quot;co&quot;"))
    #expect(!page.contains("<fibre>"))
  }

  @Test func `warns first of what is not known`() throws {
    let page = try page(["run.mem"])
    let warnings = try #require(page.firstRange(of: "There is no receipt"))
    let slices = try #require(page.firstRange(of: "<h2>Slices"))
    #expect(warnings.lowerBound < slices.lowerBound)
    #expect(page.contains("The voxel size is not known"))
    #expect(!page.contains("value=\"errors\""))
  }

  @Test func `of a training shows its history`() throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run")
    try makeFolder(run)
    try writeFileAtomically(
      run + "/history.csv",
      Array(
        "epoch,step,loss,rate,validation_loss,validation_jaccard_pore,validation_mean_jaccard\n1,10,0.5,0.001,0.6,0.25,0.5\n2,20,0.25,0.001,0.4,0.5,0.75\n"
          .utf8))
    try writeFileAtomically(run + "/recipe.json", Array("{\"epochs\": 2}".utf8))
    let outcome = runTool(["show", "report", run, "--output", folder.file("t.html")])
    #expect(outcome.code == 0, "\(outcome.error)")
    let page = String(decoding: try contents(ofFile: folder.file("t.html")), as: UTF8.self)
    #expect(page.contains("a training of 2 epochs, mean Jaccard of its best 0.7500"))
    #expect(page.contains("<title>validation Jaccard</title>"))
    #expect(page.contains("&quot;epochs&quot;: 2"))
  }

  @Test func `is not written over another, or as another kind of file`() throws {
    let folder = try TemporaryFolder()
    try writeFileAtomically(folder.file("r.html"), [1])
    for output in [folder.file("r.html"), folder.file("r.png")] {
      let outcome = runTool(["show", "report", "run.mem", "--output", output], formats: [format()])
      #expect(outcome.code == 2)
    }
    #expect(try contents(ofFile: folder.file("r.html")) == [1])
  }
}
