import EngineCore
import Glibc
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `A calibration of a network in bytes` {
  private func calibration(equal: Int = 999) -> ByteCalibration {
    ByteCalibration(
      model: "abc", normalisation: Normalisation(low: 3, high: 200.5, clips: true),
      voxelType: .uint16, scan: "scan.raw 12", crops: 16, voxels: 1000,
      quantisation: Quantisation(limits: ["a": [1, 0.25], "b": [0]], offsets: [0.5, -0.5]),
      gate: CalibrationGate(voxels: 1000, equal: equal))
  }

  @Test func `is read as it was written`() throws {
    var written = calibration()
    written.gate.classes = [CalibrationGate.ClassLoss(name: "fibre", single: 0.9, bytes: 0.899)]
    let json = try #require(JSONValue(parsing: written.json.text()))
    let read = try ByteCalibration(json, at: "a.json")
    #expect(read == written && read.digest == written.digest)
    var other = written
    other.quantisation.offsets = [0, 0]
    #expect(other.digest != written.digest)
  }

  @Test func `is refused where something of it is missing`() throws {
    let whole = try #require(calibration().json.object)
    for key in whole.keys where key != "tool_version" {
      var json = whole
      json[key] = nil
      if key == "offsets" { json[key] = ["x"] }
      let part = JSONValue.object(json)
      #expect(throws: Explanation.self, "\(key)") { try ByteCalibration(part, at: "a.json") }
    }
  }

  @Test func `passes by equal labels, or by what each class loses`() {
    #expect(CalibrationGate(voxels: 1000, equal: 998).isPassed)
    #expect(!CalibrationGate(voxels: 1000, equal: 997).isPassed)
    #expect(!CalibrationGate(voxels: 0, equal: 0).isPassed)
    func gate(_ bytes: Double) -> CalibrationGate {
      CalibrationGate(
        voxels: 1000, equal: 900,
        classes: [
          CalibrationGate.ClassLoss(name: "a", single: 0.9, bytes: 0.95),
          CalibrationGate.ClassLoss(name: "b", single: 0.8, bytes: bytes),
        ])
    }
    #expect(gate(0.7985).isPassed && !gate(0.7975).isPassed)
    #expect(gate(0.7975).words.contains("b loses most"))
  }

  @Test func `counts each class of an annotation by both labellings`() {
    var tally = GateTally(classes: ["a", "b", "c"])
    tally.add([0, 0, 1, 1], [0, 1, 1, 1], [0, 0, 1, 255])
    let gate = tally.gate
    #expect(gate.voxels == 4 && gate.equal == 3)
    #expect(gate.classes.map(\.name) == ["a", "b"])
    #expect(gate.classes[0].single == 1 && gate.classes[0].bytes == 0.5)
    #expect(gate.classes[1].single == 1 && gate.classes[1].bytes == 0.5)
  }

  @Test func `holds for its model and its greys alone`() {
    let own = calibration()
    #expect(own.obstacle(model: "abc", own.normalisation) == nil)
    #expect(own.obstacle(model: "abd", own.normalisation)?.contains("another model") == true)
    let other = Normalisation(low: 3, high: 201, clips: true)
    #expect(own.obstacle(model: "abc", other)?.contains("3 to 200.5") == true)
    #expect(ByteCalibration.path(beside: "run.1/model.h5") == "run.1/model.int8.json")
    #expect(ByteCalibration.path(beside: "run.1/model") == "run.1/model.int8.json")
  }

  @Test func `gives back what rounding took from a class's score`() {
    // Logits that are close for two classes each, and what bytes make of them: moved by so much.
    let moved: [Float] = [0.3, -0.2, 0.5]
    var random = SeededRandom(seed: 5)
    var offsets = ScoreOffsets(classes: 3)
    func probabilities(_ logits: [Float]) -> [Float] {
      let all = logits.map { expf($0) }
      return all.map { $0 / all.reduce(0, +) }
    }
    for _ in 0..<3000 {
      let logits = (0..<3).map { _ in Float.random(in: -2...2, using: &random) }
      let noisy = zip(logits, moved).map {
        $0 + $1 + Float.random(in: -0.1...0.1, using: &random)
      }
      offsets.add(probabilities(logits), probabilities(noisy))
    }
    let found = offsets.offsets
    for k in 0..<3 { #expect(abs(found[k] - (0.2 - moved[k])) < 0.02, "\(found)") }
    // Classes that are never close are left alone.
    var far = ScoreOffsets(classes: 2)
    far.add([0.99, 0.01], [0.9, 0.1])
    #expect(far.offsets == [0, 0])
  }
}
