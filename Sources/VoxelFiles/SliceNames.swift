import VolumeCore

/// The names of a folder's slices in their natural order (`a_2` before `a_10`), checked for gaps
/// and duplicates.
public struct SliceNames: Hashable, Sendable {
  /// No folder has more layers than this, however far its numbers reach.
  static let mostLayers = 1 << 20

  /// One for each layer, in the order of their numbers; `nil`: a layer that is missing.
  public let names: [String?]
  /// The number of each layer; `nil` where there is but one slice, or no number.
  public let numbers: [Int]?
  /// What was noticed that is no error.
  public let remarks: [String]

  /// Orders `names`; `folder` is for messages.
  ///
  /// A number need not begin at 0 or 1. A gap is an error, unless `fillsGaps`: then it becomes layers
  /// of `nil`, and a remark says which.
  public init(
    ordering names: [String], folder: String, fillsGaps: Bool = false
  ) throws(SliceError) {
    let parsed = names.map { (name: $0, parts: NameParts($0)) }
    guard let first = parsed.first else { throw .hasNoSlices(folder: folder, kinds: "slice") }
    if let other = parsed.first(where: { $0.parts.texts != first.parts.texts }) {
      throw .isOfSeveralSeries(folder: folder, one: first.name, other: other.name)
    }
    let ordered = parsed.sorted {
      $0.parts.numbers.lexicographicallyPrecedes($1.parts.numbers)
        || ($0.parts.numbers == $1.parts.numbers && $0.name < $1.name)
    }
    for (one, other) in zip(ordered, ordered.dropFirst())
    where one.parts.numbers == other.parts.numbers {
      throw .hasDuplicate(folder: folder, one: one.name, other: other.name)
    }
    guard ordered.count > 1 else {
      self.names = ordered.map(\.name)
      numbers = first.parts.numbers.last.map { [$0] }
      remarks = []
      return
    }
    let columns = first.parts.numbers.indices.map { index in
      NumberColumn(ordered.map { $0.parts.numbers[index] })
    }
    // With several numbers that change (a time stamp, say) the last one that rises by a steady
    // step counts the slices; where none does, the last that rises at all must.
    let counters = columns.filter { $0.step != nil }
    guard let counter = counters.last(where: { $0.firstGap == nil }) ?? counters.last,
      let step = counter.step
    else {
      // A number and a sub-number: `s1_z2`, `s2_z1`. No single one counts the slices.
      throw .isOfSeveralSeries(
        folder: folder, one: ordered[0].name, other: ordered[ordered.count - 1].name)
    }
    var remarks = step == 1 ? [] : ["the slices' numbers rise by \(step)"]
    guard let gap = counter.firstGap else {
      self.names = ordered.map(\.name)
      numbers = counter.numbers
      self.remarks = remarks
      return
    }
    let extent = counter.numbers[counter.numbers.count - 1] - counter.numbers[0]
    let isFillable =
      counter.numbers.allSatisfy { ($0 - counter.numbers[0]) % step == 0 }
      && extent / step < Self.mostLayers
    guard fillsGaps, isFillable else {
      throw .hasGap(
        folder: folder, before: ordered[gap].name, after: ordered[gap + 1].name,
        missing: (counter.numbers[gap + 1] - counter.numbers[gap] - 1) / step, fillsGaps: fillsGaps)
    }
    var layers = [String?](repeating: nil, count: extent / step + 1)
    for (slice, number) in zip(ordered, counter.numbers) {
      layers[(number - counter.numbers[0]) / step] = slice.name
    }
    remarks.append(Self.remark(onGapsIn: layers, first: counter.numbers[0], step: step))
    self.names = layers
    numbers = layers.indices.map { counter.numbers[0] + $0 * step }
    self.remarks = remarks
  }

  /// Names that are known to be in order, as a format that has a list of them hands them on.
  public init(inOrder names: [String?]) {
    self.names = names
    numbers = nil
    remarks = []
  }

  private static func remark(onGapsIn layers: [String?], first: Int, step: Int) -> String {
    var runs: [ClosedRange<Int>] = []
    for (layer, name) in layers.enumerated() where name == nil {
      if let last = runs.last, last.upperBound == layer - 1 {
        runs[runs.count - 1] = last.lowerBound...layer
      } else {
        runs.append(layer...layer)
      }
    }
    let words = runs.prefix(20).map { run in
      run.count == 1
        ? "\(first + run.lowerBound * step)"
        : "\(first + run.lowerBound * step) to \(first + run.upperBound * step)"
    }
    let count = runs.reduce(0) { $0 + $1.count }
    let rest = runs.count > 20 ? " and \(runs.count - 20) further runs" : ""
    return "WARNING: \(count) \(count == 1 ? "slice is" : "slices are") missing and read as zeros: "
      + "\(count == 1 ? "number" : "numbers") \(words.joined(separator: ", "))\(rest)"
  }
}

/// One number of the names, slice by slice.
private struct NumberColumn {
  var numbers: [Int]
  /// The least step where all rise, else `nil`; of two slices nobody can tell, so 1 is taken.
  var step: Int?
  /// Behind which slice a step is greater than the least.
  var firstGap: Int?

  init(_ numbers: [Int]) {
    self.numbers = numbers
    var steps: [Int] = []
    for (one, next) in zip(numbers, numbers.dropFirst()) {
      let (step, overflows) = next.subtractingReportingOverflow(one)
      guard !overflows, step > 0 else { return }
      steps.append(step)
    }
    // Every second slice may be all there is.
    let least = steps.count > 1 ? steps.min() ?? 1 : 1
    step = least
    firstGap = steps.firstIndex { $0 != least }
  }
}

/// A name cut into what are numbers and what lies between them.
private struct NameParts: Hashable {
  var texts: [String] = [""]
  var numbers: [Int] = []

  init(_ name: String) {
    var digits = ""
    func close() {
      guard !digits.isEmpty else { return }
      if let number = Int(digits) {
        numbers.append(number)
        texts.append("")
      } else {
        // Too long to count with: a hash or a time stamp; it must be alike in all names.
        texts[texts.count - 1] += digits
      }
      digits = ""
    }
    for character in name.lowercased() {
      if ("0"..."9").contains(character) {
        digits.append(character)
      } else {
        close()
        texts[texts.count - 1].append(character)
      }
    }
    close()
  }
}
