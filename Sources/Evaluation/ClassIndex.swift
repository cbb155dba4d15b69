import VolumeCore

/// Numbers classes from 0, so that counts of few classes lie close together.
struct ClassIndex: Hashable, Sendable {
  /// The values, in their order.
  let values: [Int]
  /// The number of each value of the truth; `count` for what does not count.
  let ofTruth: [UInt8]
  /// The number of each value of the prediction.
  let ofPrediction: [UInt8]

  /// How many there are.
  var count: Int { values.count }

  /// Numbers `values`, at most 254 of them.
  init(_ values: [Int]) {
    precondition(values.count < 255, "more values than labels are")
    self.values = values
    let none = UInt8(values.count)
    var table = [UInt8](repeating: none, count: 256)
    for (number, value) in values.enumerated() { table[value] = UInt8(number) }
    ofPrediction = table
    table[LabelClass.unannotatedValue] = none
    ofTruth = table
  }
}
