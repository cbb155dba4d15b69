import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `Evaluating` {
  static let shape = Shape3(z: 2, y: 2, x: 3)
  static let truth: [UInt8] = [0, 0, 1, 1, 2, 255, 0, 0, 1, 1, 2, 255]
  static let prediction: [UInt8] = [0, 0, 1, 0, 2, 2, 0, 0, 1, 1, 1, 0]
  static let classes = [
    LabelClass(value: 0, name: "matrix", colour: [1, 2, 3, 255]),
    LabelClass(value: 1, name: "fibre", colour: [1, 2, 3, 255]),
    LabelClass(value: 2, name: "porosity", colour: [1, 2, 3, 255]),
    LabelClass(value: 3, name: "crack", colour: [1, 2, 3, 255]),
  ]

  private func format() -> MemoryFormat {
    let format = MemoryFormat()
    format.add(
      "truth.mem", MemoryVolume(shape: Self.shape, voxels: Self.truth, classes: Self.classes))
    format.add("prediction.mem", MemoryVolume(shape: Self.shape, voxels: Self.prediction))
    format.add(
      "wide.mem",
      MemoryVolume(
        shape: Self.shape, type: .uint16,
        voxels: Self.truth.flatMap {
          [$0, 0]
        }))
    format.add("other.mem", MemoryVolume(numbered: Shape3(z: 1, y: 2, x: 3)))
    format.add(
      "grey.mem",
      MemoryVolume(
        shape: Self.shape, type: .uint16,
        voxels: (0..<12).flatMap {
          [UInt8($0), 7]
        }))
    return format
  }

  @Test func `prints scores for people`() {
    let outcome = runTool(["evaluate", "prediction.mem", "truth.mem"], formats: [format()])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.output.contains("1 fibre"))
    // matrix 4/5, fibre 3/5, porosity 1/2.
    #expect(outcome.output.contains("mean Jaccard: 0.6333\n"))
    #expect(outcome.output.contains("accuracy: 0.8000\n"))
    #expect(outcome.output.contains("skipped: 2"))
  }

  @Test func `prints one JSON object`() throws {
    let outcome = runTool(
      ["evaluate", "prediction.mem", "truth.mem", "--json"], formats: [format()])
    let json = try #require(outcome.json)
    let classes = try #require(json["classes"]?.array)
    #expect(classes.map { $0["value"]?.integer } == [0, 1, 2, 3])
    #expect(classes.map { $0["name"]?.string } == ["matrix", "fibre", "porosity", "crack"])
    #expect(classes.map { $0["jaccard"]?.number } == [0.8, 0.6, 0.5, nil])
    #expect(classes[3]["jaccard"] == .null)
    #expect(classes.map { $0["recall"]?.number } == [1, 0.75, 0.5, nil])
    #expect(classes.map { $0["precision"]?.number } == [0.8, 0.75, 1, nil])
    #expect(classes[1]["f1"]?.number == 0.75)
    #expect(abs((json["mean_jaccard"]?.number ?? 0) - 1.9 / 3) < 1e-12)
    #expect(json["accuracy"]?.number == 0.8)
    #expect(json["confusion"]?.array?[2] == [0, 1, 1, 0])
  }

  @Test func `reads labels of 16 bits`() throws {
    let outcome = runTool(["evaluate", "wide.mem", "truth.mem", "--json"], formats: [format()])
    #expect(outcome.json?["mean_jaccard"]?.number == 1)
  }

  @Test func `compares a region only`() throws {
    let outcome = runTool(
      ["evaluate", "prediction.mem", "truth.mem", "--json", "--region", "0:1,:,:"],
      formats: [format()])
    #expect(outcome.json?["voxels"]?.integer == 5)
    #expect(outcome.json?["accuracy"]?.number == 0.8)
  }

  @Test func `refuses volumes of unequal extent, with both in words`() {
    let outcome = runTool(["evaluate", "other.mem", "truth.mem"], formats: [format()])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("1 layer of 2 rows x 3 columns"))
    #expect(outcome.error.contains("2 layers of 2 rows x 3 columns"))
  }

  @Test func `refuses grey values that are no labels`() {
    let outcome = runTool(["evaluate", "grey.mem", "truth.mem"], formats: [format()])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("1792"))
  }

  @Test func `says null where nothing is annotated`() throws {
    let format = format()
    format.add(
      "none.mem", MemoryVolume(shape: Self.shape, voxels: [UInt8](repeating: 255, count: 12)))
    let outcome = runTool(["evaluate", "prediction.mem", "none.mem", "--json"], formats: [format])
    #expect(outcome.code == 0)
    #expect(outcome.json?["mean_jaccard"] == .null)
    #expect(outcome.json?["accuracy"] == .null)
  }

  @Test func `counts only where the mask says so`() throws {
    let format = format()
    format.add(
      "mask.mem",
      MemoryVolume(shape: Self.shape, voxels: [1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 9, 1]))
    let outcome = runTool(
      ["evaluate", "prediction.mem", "truth.mem", "--mask", "mask.mem", "--json"],
      formats: [format])
    #expect(outcome.json?["voxels"]?.integer == 3)
    #expect(outcome.json?["skipped"]?.integer == 9)
    #expect(outcome.json?["accuracy"]?.number == 2.0 / 3)
  }

  @Test func `says when only the order of axes differs`() {
    let format = format()
    format.add("turned.mem", MemoryVolume(numbered: Shape3(z: 3, y: 2, x: 2)))
    let outcome = runTool(["evaluate", "turned.mem", "truth.mem"], formats: [format])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("--axes"))
  }

  @Test func `names models that have learned nothing, by grey value too`() throws {
    let format = format()
    format.add(
      "scan.mem",
      MemoryVolume(shape: Self.shape, voxels: [9, 9, 7, 7, 1, 0, 9, 7, 7, 7, 1, 0]))
    let outcome = runTool(
      ["evaluate", "prediction.mem", "truth.mem", "--baselines", "--scan", "scan.mem", "--json"],
      formats: [format])
    let models = try #require(outcome.json?["baselines"]?.array)
    #expect(
      models.map { $0["name"]?.string } == [
        "all equal", "all majority", "best class per grey value",
      ])
    // 10 voxels of three classes: 4, 4 and 2.
    #expect(abs((models[0]["loss"]?.number ?? 0) - 2.0 / 3) < 1e-12)
    #expect(models[1]["jaccard"] == [0.4, 0, 0, .null])
    // Grey 7 is called fibre, and one voxel of the five is matrix.
    #expect(models[2]["jaccard"] == [0.75, 0.8, 1, .null])
  }

  @Test func `writes where the prediction is wrong, and what it took for what`() throws {
    let format = format()
    let outcome = runTool(
      [
        "evaluate", "prediction.mem", "truth.mem", "--errors", "e.store", "--confusion", "c.store",
      ], formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(format.written("e.store")?.voxels == [0, 0, 0, 1, 0, 255, 0, 0, 0, 0, 1, 255])
    let confusion = try #require(format.written("c.store")?.voxels)
    let values = stride(from: 0, to: confusion.count, by: 2).map { (i: Int) -> Int in
      Int(confusion[i]) + 256 * Int(confusion[i + 1])
    }
    #expect(values == [0, 0, 101, 100, 202, 65535, 0, 0, 101, 101, 201, 65535])
  }

  @Test func `writes a folder of tables, whose last file says that it is whole`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/evaluation"
    let outcome = runTool(
      ["evaluate", "prediction.mem", "truth.mem", "--output", path, "--reach", "2"],
      formats: [format()])
    #expect(outcome.code == 0, "\(outcome.error)")
    func text(_ name: String) throws -> String {
      String(decoding: try contents(ofFile: path + "/" + name), as: UTF8.self)
    }
    let scores = try text("report.csv").split(separator: "\n")
    #expect(scores[1].hasPrefix("0,matrix,4,5,4,1,0,5,0.9,0.8,1.0,"))
    #expect(scores.count == 8)
    #expect(try text("report.txt").contains("mean Jaccard: 0.6333"))
    #expect(try text("report.tex").contains("fibre & 0.6000 & 0.7500"))
    let layers = try text("layers-z.csv").split(separator: "\n")
    #expect(layers.count == 3 && layers[1].hasPrefix("0,5,1,2,3,"))
    #expect(try text("layers-x.csv").split(separator: "\n").count == 4)
    #expect(try text("errors.csv").hasPrefix("distance_voxels,voxels,wrong\n1.0,10,2\n"))
    #expect(try text("evaluation.json").contains("\"errors_by_distance\""))

    let again = runTool(
      ["evaluate", "prediction.mem", "truth.mem", "--output", path], formats: [format()])
    #expect(again.code == 2 && again.error.contains("--overwrite"))
    let replaced = runTool(
      ["evaluate", "prediction.mem", "truth.mem", "--output", path, "--overwrite", "--reach", "0"],
      formats: [format()])
    #expect(replaced.code == 0)
  }

  @Test func `refuses a reach that nothing is written with, or that is too long`() {
    for words in [["--reach", "3"], ["--reach", "200", "--output", "x"]] {
      let outcome = runTool(
        ["evaluate", "prediction.mem", "truth.mem"] + words, formats: [format()])
      #expect(outcome.code == 2)
      #expect(outcome.error.contains("--reach"))
    }
  }

  @Test func `ranks runs, the best first, with the chance of their difference`() throws {
    let format = format()
    // 64 blocks of one layer: the first run is wrong in the first row of each, the second nowhere.
    let shape = Shape3(z: 1, y: 128, x: 128)
    let truth = Region(shape).indices.map { UInt8($0.x / 8 % 2) }
    let wrong = Region(shape).indices.map { $0.y % 16 == 0 ? UInt8(0) : UInt8($0.x / 8 % 2) }
    format.add("t.mem", MemoryVolume(shape: shape, voxels: truth))
    format.add("a.mem", MemoryVolume(shape: shape, voxels: wrong))
    format.add("b.mem", MemoryVolume(shape: shape, voxels: truth))
    let outcome = runTool(
      ["compare", "a.mem", "b.mem", "b.mem", "--truth", "t.mem", "--json"], formats: [format])
    #expect(outcome.code == 0, "\(outcome.error)")
    let runs = try #require(outcome.json?["runs"]?.array)
    #expect(runs.map { $0["run"]?.string } == ["b.mem", "b.mem", "a.mem"])
    #expect(runs[0]["difference_to_best"] == .null && runs[1]["p"]?.number == 1)
    // Of class 1, 1/16 is missed; class 0 gains as much.
    let (one, zero) = (15.0 / 16, 1 / (1 + 1.0 / 16))
    #expect(abs((runs[2]["mean_jaccard"]?.number ?? 0) - (one + zero) / 2) < 1e-12)
    #expect(abs((runs[2]["difference_to_best"]?.number ?? 0) - ((one + zero) / 2 - 1)) < 1e-12)
    #expect((runs[2]["p"]?.number ?? 1) < 1e-6)
    #expect(outcome.json?["blocks"]?.integer == 64)
  }

  @Test func `compares in a chart of dots and bars, and as SVG`() throws {
    let format = format()
    let shape = Shape3(z: 1, y: 128, x: 128)
    let truth = Region(shape).indices.map { UInt8($0.x / 8 % 2) }
    let wrong = Region(shape).indices.map { $0.y % 16 == 0 ? UInt8(0) : UInt8($0.x / 8 % 2) }
    format.add("t.mem", MemoryVolume(shape: shape, voxels: truth))
    format.add("a<b.mem", MemoryVolume(shape: shape, voxels: wrong))
    format.add("b.mem", MemoryVolume(shape: shape, voxels: truth))
    let folder = try TemporaryFolder()
    let pictures = MemoryPictures()
    func compare(_ picture: String) -> Outcome {
      runTool(
        ["compare", "a<b.mem", "b.mem", "--truth", "t.mem", "--picture", picture],
        formats: [format], pictures: pictures)
    }
    #expect(compare("/nowhere/a.png").code == 0)
    let panels = try #require(pictures.lastChart?.panels)
    #expect(
      panels.map(\.title) == [
        "mean Jaccard", "mean Jaccard", "Jaccard of class 0", "Jaccard of class 1",
      ])
    #expect(panels[0].bars.isEmpty && panels[0].series.count == 3)
    #expect(panels[3].bars.map(\.name) == ["b.mem", "a<b.mem"])
    #expect(panels[3].bars.map(\.value) == [1, 15.0 / 16])
    #expect(panels[1].bars[0].reach == nil && panels[1].bars[1].reach != nil)

    #expect(compare(folder.file("a.svg")).code == 0)
    let text = String(decoding: try contents(ofFile: folder.file("a.svg")), as: UTF8.self)
    #expect(text.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 "))
    // One inside of the other, and names of files as text.
    #expect(text.split(separator: "<svg").count == 5 && text.split(separator: "</svg>").count == 5)
    #expect(text.contains("a&lt;b.mem") && !text.contains("a<b.mem"))
    let refused = compare("/nowhere/a.jpg")
    #expect(refused.code == 2 && refused.error.contains(".svg"))
  }

  @Test func `compares nothing without a truth, or one run alone`() {
    for words in [
      ["compare", "a.mem", "b.mem"], ["compare", "truth.mem", "--truth", "truth.mem"],
    ] {
      let outcome = runTool(words, formats: [format()])
      #expect(outcome.code == 2)
    }
  }
}
