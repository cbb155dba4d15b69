import VolumeCore

/// Suggestions as lines for a terminal.
struct GuessTable: Sendable {
  var lines: [String]

  init(_ guesses: [VolumeGuess]) {
    var rows = [["", "score", "rows", "layers", "entropy", "options"]]
    for (index, guess) in guesses.enumerated() {
      rows.append([
        "\(index + 1)", Words.fixed(guess.score, 2), Words.fixed(guess.rowCorrelation, 2),
        guess.layerCorrelation.map { Words.fixed($0, 2) } ?? "-",
        Words.fixed(guess.entropy, 2), guess.options,
      ])
    }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    lines = rows.map { row in
      let numbers = zip(row, widths).map { cell, width in
        String(repeating: " ", count: width - cell.count) + cell
      }
      return "  " + numbers.joined(separator: "  ") + "  " + row[5]
    }
  }
}

extension VolumeGuess {
  /// What stands below its picture.
  func caption(rank: Int) -> [String] {
    let layers = layerCorrelation.map { ", layers \(Words.fixed($0, 2))" } ?? ""
    let order = voxelType.byteCount > 1 ? " \(byteOrder.rawValue)-endian" : ""
    return [
      "\(rank): \(shape) \(voxelType.rawValue)\(order)" + (offset > 0 ? " after \(offset)" : ""),
      "score \(Words.fixed(score, 2)), rows \(Words.fixed(rowCorrelation, 2))\(layers)",
    ]
  }

  /// Everything.
  var json: JSONValue {
    [
      "shape": shape.json, "type": .string(voxelType.rawValue),
      "byte_order": .string(byteOrder.rawValue), "offset": .integer(offset),
      "score": .number(score), "row_correlation": .number(rowCorrelation),
      "layer_correlation": layerCorrelation.map { .number($0) } ?? .null,
      "entropy": .number(entropy), "options": .string(options),
    ]
  }
}
