import EngineCore
import KerasModel
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A model's card` {
  static let good: JSONValue = [
    "version": 1, "name": "polymer",
    "classes": [
      ["value": 0, "name": "matrix", "colour": [1, 2, 3, 255]],
      ["value": 1, "name": "fibre", "colour": [4, 5, 6]], ["value": 2, "name": "porosity"],
    ],
    "normalisation": ["low": 10, "high": 200.5, "clips": true], "voxel_type": "uint16",
    "grey_histogram": .array((0..<256).map { .integer($0) }), "licence": "CC0",
  ]

  /// Reads a model of three classes with `card` in the file beside it.
  func read(_ card: String) throws -> Model {
    let folder = try TemporaryFolder()
    let model = try contents(ofFile: Fixtures.path("shared.keras2.h5"))
    try writeFileAtomically(folder.file("m.v1.h5"), model)
    try writeFileAtomically(folder.file("m.v1.json"), Array(card.utf8))
    return try KerasModelReader().load(folder.file("m.v1.h5"))
  }

  @Test func `beside the model is read`() throws {
    let model = try read(Self.good.text(pretty: true))
    #expect(model.hasCard)
    #expect(model.card.name == "polymer")
    #expect(
      model.card.classes == [
        LabelClass(value: 0, name: "matrix", colour: [1, 2, 3, 255]),
        LabelClass(value: 1, name: "fibre", colour: [4, 5, 6, 255]),
        LabelClass(value: 2, name: "porosity", colour: LabelClass.palette[2]),
      ])
    #expect(model.card.normalisation == Normalisation(low: 10, high: 200.5, clips: true))
    #expect(model.card.voxelType == .uint16)
    #expect(model.card.greyHistogram == Array(0..<256))
    #expect(model.card.document["licence"] == "CC0")
  }

  @Test func `needs no more than classes`() throws {
    var card = Self.good
    for key in ["name", "normalisation", "voxel_type", "grey_histogram"] { card[key] = .null }
    let model = try read(card.text())
    #expect(model.card.name == "m.v1")
    #expect(model.card.normalisation == nil && model.card.voxelType == nil)
    #expect(model.card.greyHistogram == nil)
  }

  @Test(
    arguments: [
      (["version"], 2, .version(2)), (["version"], .null, .version(nil)),
      (["classes"], .null, .malformed("classes")), (["axes"], "zy", .malformed("axes")),
      (["classes"], [["value": 0, "name": "a"]], .classCount(card: 1, network: 3)),
      (["classes"], ["a", "b", "c"], .malformed("classes")),
      (
        ["classes"],
        [["value": 0, "name": "a"], ["value": 5, "name": "b"], ["value": 2, "name": "c"]],
        .classValue(name: "b", value: 5, place: 1)
      ),
      (
        ["classes"],
        [["value": 0, "name": "a", "colour": [300, 0, 0]], ["value": 1, "name": "b"], .null],
        .malformed("colour")
      ),
      (["normalisation"], ["low": 3], .malformed("normalisation")),
      (["normalisation"], ["low": 3, "high": 3], .malformed("normalisation")),
      (["normalisation"], ["low": 0, "high": 1e300], .malformed("normalisation")),
      (["voxel_type"], "uint4", .malformed("voxel_type")),
      (["grey_histogram"], [1, 2, 3], .malformed("grey_histogram")),
    ] as [([String], JSONValue, ModelCardError)])
  func `that is wrong is refused`(path: [String], value: JSONValue, error: ModelCardError) throws {
    var card = Self.good
    card[path[0]] = value
    let found = #expect(throws: KerasModelError.self) { try read(card.text()) }
    guard case .card(error, _) = try #require(found) else {
      Issue.record("\(String(describing: found))")
      return
    }
  }

  @Test(arguments: ["", "{", "[]", "hello"])
  func `that is no JSON object is refused`(text: String) throws {
    let found = #expect(throws: KerasModelError.self) { try read(text) }
    guard case .card(.notJSON, let place) = try #require(found) else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(place.hasSuffix("m.v1.json"))
  }
}
