import Testing
import VolumeCommands
import VolumeCore

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
}
