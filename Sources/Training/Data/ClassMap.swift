import VolumeCore

/// Which class a label's value stands for.
public struct ClassMap: Hashable, Sendable {
  /// The classes in the order of the network's outputs.
  public let classes: [LabelClass]
  /// The class of each of 256 values: 255 where there is none.
  package let table: [UInt8]

  /// A map for `classes`; 254 (outside the specimen) and 255 (not annotated) are none.
  public init(_ classes: [LabelClass]) {
    self.classes = classes
    var table = [UInt8](repeating: AnnotatedScan.ignored, count: 256)
    for (number, entry) in classes.enumerated() where (0..<254).contains(entry.value) {
      table[entry.value] = UInt8(number)
    }
    self.table = table
  }

  /// Whether `value` is a class, or says that there is none.
  func knows(_ value: Int) -> Bool {
    value == LabelClass.outsideValue || value == LabelClass.unannotatedValue
      || (0..<256).contains(value) && table[value] != AnnotatedScan.ignored
  }
}
