import VolumeCore

/// The names of a folder's slices in their natural order (`a_2` before `a_10`), checked for gaps
/// and duplicates.
struct SliceNames: Hashable {
  /// In the order of their numbers.
  var names: [String]
  /// What was noticed that is no error.
  var remarks: [String] = []

  /// Orders `names`; `folder` is for messages.
  init(ordering names: [String], folder: String) throws(TIFFError) {
    let parsed = names.map { (name: $0, parts: NameParts($0)) }
    guard let first = parsed.first else { throw .folderHasNoSlices(folder: folder) }
    if let other = parsed.first(where: { $0.parts.texts != first.parts.texts }) {
      throw .namesAreOfSeveralSeries(folder: folder, one: first.name, other: other.name)
    }
    let ordered = parsed.sorted {
      $0.parts.numbers.lexicographicallyPrecedes($1.parts.numbers)
        || ($0.parts.numbers == $1.parts.numbers && $0.name < $1.name)
    }
    for (one, other) in zip(ordered, ordered.dropFirst())
    where one.parts.numbers == other.parts.numbers {
      throw .folderHasDuplicate(folder: folder, one: one.name, other: other.name)
    }
    self.names = ordered.map(\.name)
    guard ordered.count > 1 else { return }

    let counters = first.parts.numbers.indices.filter { index in
      ordered.contains { $0.parts.numbers[index] != first.parts.numbers[index] }
    }
    // With several numbers that change (a time stamp, say) the last one that rises by a steady
    // step counts the slices; where none does, the first that changes must.
    func gap(_ index: Int) -> Int? {
      let numbers = ordered.map { $0.parts.numbers[index] }
      let steps = zip(numbers, numbers.dropFirst()).map { $1.subtractingReportingOverflow($0) }
      guard !steps.contains(where: { $0.overflow || $0.partialValue <= 0 }) else { return nil }
      // Every second slice may be all there is; of two slices nobody can tell.
      let step = steps.count > 1 ? steps.map(\.partialValue).min() ?? 1 : 1
      return steps.firstIndex { $0.partialValue != step }
    }
    func rises(_ index: Int) -> Bool {
      zip(ordered, ordered.dropFirst()).allSatisfy {
        $0.parts.numbers[index] < $1.parts.numbers[index]
      }
    }
    let counter =
      counters.last { rises($0) && gap($0) == nil } ?? counters.last(where: rises)
    guard let counter else {
      // A number and a sub-number: `s1_z2`, `s2_z1`. No single one counts the slices.
      throw .namesAreOfSeveralSeries(
        folder: folder, one: ordered[0].name, other: ordered[ordered.count - 1].name)
    }
    if let at = gap(counter) {
      let missing =
        ordered[at + 1].parts.numbers[counter] - ordered[at].parts.numbers[counter] - 1
      throw .folderHasGap(
        folder: folder, before: ordered[at].name, after: ordered[at + 1].name, missing: missing)
    }
    let step = ordered[1].parts.numbers[counter] - ordered[0].parts.numbers[counter]
    if step != 1 { remarks.append("the slices' numbers rise by \(step)") }
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
