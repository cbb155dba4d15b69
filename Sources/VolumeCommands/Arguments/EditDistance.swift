/// The number of letters to insert, remove, replace or swap with their neighbour that make one word
/// of the other (Damerau; optimal string alignment).
package func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first)
  let b = Array(second)
  var before = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var best = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
      row.append(best)
    }
    (before, previous) = (previous, row)
  }
  return previous[b.count]
}

/// The name that was most likely meant by `word`; `nil` where none is near.
package func nearest(to word: String, among names: [String]) -> String? {
  let ranked = names.map { (name: $0, distance: editDistance(word, $0)) }
  let best = ranked.min { $0.distance < $1.distance }
  if let best, best.distance <= max(1, word.count / 3) { return best.name }
  // "--mem" is far from "--memory" by letters, yet nobody doubts what it means.
  let longer = names.filter { word.count >= 2 && $0.hasPrefix(word) }
  return longer.count == 1 ? longer.first : nil
}
