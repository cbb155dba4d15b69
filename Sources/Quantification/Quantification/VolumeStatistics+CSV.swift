import VolumeCore

extension VolumeStatistics {
  /// All counts as lines of one table, for spreadsheets and scripts: what was counted, where, of which
  /// class, and how many voxels.
  ///
  ///     what,at,value,class,voxels
  ///     volume,,1,fibre,304794
  ///     layer,0,1,fibre,2380
  ///     row,17,1,fibre,2291
  ///     column,3,1,fibre,2402
  ///     grey,76,1,fibre,1204
  ///
  /// Layers, rows and columns are counted from the scan's first, of which the first counted voxel is
  /// `origin`; a grey value is the middle of its bin.
  public func csv(
    origin: Index3, classes: [LabelClass], _ line: (String) throws(Explanation) -> Void
  ) throws(Explanation) {
    try line("what,at,value,class,voxels")
    for item in tally.classes {
      let name = classes.first { $0.value == item.value }?.name ?? "class \(item.value)"
      let label = "\(item.value),\(csvField(name))"
      try line("volume,,\(label),\(item.count)")
      for (what, first, counts) in [
        ("layer", origin.z, item.z), ("row", origin.y, item.y), ("column", origin.x, item.x),
      ] {
        for (place, count) in counts.enumerated() {
          try line("\(what),\(first + place),\(label),\(count)")
        }
      }
      for (bin, count) in greys.histogram(of: item.value).enumerated() {
        let grey = greys.bins.middle(of: bin)
        let words = grey == grey.rounded() && abs(grey) < 1e15 ? "\(Int(grey))" : "\(grey)"
        try line("grey,\(words),\(label),\(count)")
      }
    }
  }
}

/// A text as a field of a table of commas (RFC 4180).
public func csvField(_ text: String) -> String {
  guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
  return "\""
    + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    + "\""
}
