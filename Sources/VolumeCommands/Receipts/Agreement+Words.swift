import VolumeCore
import VolumePipeline

extension Agreement {
  /// "all 65,536 voxels are the same", or how many differ and how far they are from the decision.
  var words: String {
    guard differing > 0 else { return "all \(Words.grouped(voxels)) voxels are the same" }
    var words =
      "\(Words.grouped(differing)) of \(Words.grouped(voxels)) voxels differ "
      + "(\(Words.percent(share, 4)) agree), with scores up to \(Words.fixed(Double(largestDistance), 5))"
      + " apart"
    if beyondTies == 0 {
      words += ": ties, which rounding decides"
    } else {
      words += "; \(Words.grouped(beyondTies)) are no ties"
      if let first {
        words +=
          "; the first at \(first.place): \(first.stored) is there, \(first.computed) was computed"
      }
    }
    return words
  }

  /// The figures.
  var json: [String: JSONValue] {
    [
      "voxels": .integer(voxels), "differing": .integer(differing), "agreement": .number(share),
      "largest_distance": .number(Double(largestDistance)), "beyond_ties": .integer(beyondTies),
      "not_computed": .integer(notComputed),
    ]
  }
}

extension SeamCheck.Result {
  /// For the receipt.
  func json(seed: UInt64) -> JSONValue {
    if boxes.isEmpty, let why { return ["why": .string(why)] }
    var json = agreement.json
    json["seed"] = .string(String(seed))
    if let why { json["remark"] = .string(why) }
    json["boxes"] = .array(
      boxes.map {
        [
          "region": .string($0.region.description), "differing": .integer($0.agreement.differing),
          "largest_distance": .number(Double($0.agreement.largestDistance)),
        ]
      })
    return .object(json)
  }
}
