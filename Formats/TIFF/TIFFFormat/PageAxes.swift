import VolumeCore

/// What the pages of a file count up, the slowest axis first.
struct PageAxes: Hashable {
  /// One way in which pages differ.
  struct Axis: Hashable {
    /// "Z", "C" for channels, "T" for times, or whatever else a writer calls it.
    var name: Character
    var count: Int
  }

  var axes: [Axis]

  /// Pages of layers alone.
  init(layers: Int) { axes = [Axis(name: "Z", count: layers)] }

  init(_ axes: [(Character, Int)]) { self.axes = axes.map { Axis(name: $0.0, count: $0.1) } }

  /// How many there are along axis `name`.
  func count(_ name: Character) -> Int {
    axes.reduce(1) { $1.name == name ? $0 * max(1, $1.count) : $0 }
  }

  /// All pages; `nil` where the product is beyond counting.
  var pageCount: Int? {
    var count = 1
    for axis in axes {
      let (product, overflowed) = count.multipliedReportingOverflow(by: max(1, axis.count))
      guard !overflowed else { return nil }
      count = product
    }
    return count
  }

  /// Axes with more than one page that are neither layers nor channels.
  var others: [Axis] { axes.filter { $0.count > 1 && $0.name != "Z" && $0.name != "C" } }

  /// The pages of the layers of `channel`, counted from 0.
  func pages(ofChannel channel: Int) -> [Int] {
    var stride = 1
    var layer = 0
    var start = 0
    for axis in axes.reversed() {
      if axis.name == "Z" { layer = stride }
      if axis.name == "C" { start = channel * stride }
      stride *= max(1, axis.count)
    }
    return (0..<count("Z")).map { start + $0 * layer }
  }
}
