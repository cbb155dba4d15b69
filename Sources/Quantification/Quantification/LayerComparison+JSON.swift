import VolumeCore

extension LayerComparison {
  /// What was compared, for a file.
  public var json: JSONValue {
    let items = zip(layers, counts).map { layer, cells -> JSONValue in
      ["layer": .integer(layer), "counts": .string(packed(cells.flatMap { $0 }))]
    }
    return [
      "rows": .integer(layer.y), "columns": .integer(layer.x),
      "classes": .array(classes.map { .integer($0) }), "layers": .array(items),
    ]
  }

  /// Reads what was compared; `nil` where the document is no such.
  public init?(_ document: JSONValue) {
    guard let rows = document["rows"]?.integer, let columns = document["columns"]?.integer,
      rows > 0, columns > 0, let classes = document["classes"]?.array?.compactMap(\.integer),
      classes.allSatisfy({ (0...255).contains($0) }), let items = document["layers"]?.array
    else { return nil }
    self.init(rows: rows, columns: columns, classes: classes)
    let size = classes.count * (classes.count + 1)
    let cells = CellGrid(layer).count.voxelCount
    for item in items {
      guard let layer = item["layer"]?.integer, let flat = unpacked(item["counts"]),
        flat.count == cells * size
      else { return nil }
      add(layer, (0..<cells).map { Array(flat[($0 * size)..<(($0 + 1) * size)]) })
    }
  }
}
