import EngineCore
import NeuralGraph
import VolumeCore

extension TrainingSetup {
  /// What must be the same for a training to go on as if it had not been stopped.
  func identity(precision: Precision) -> JSONValue {
    let value: JSONValue = [
      "recipe": recipe.json, "precision": .string(precision.rawValue),
      "data": .array(
        zip(scans, fingerprints).map { [.string(lastPart(of: $0.name)), .string($1)] }),
      "training": .array(partition.training.map(words)),
      "validation": .array(partition.validation.map(words)),
      "classes": .array(map.classes.map { .string($0.name) }),
      "layers": .array(
        scans.map { .array(($0.layers ?? []).map { .integer($0) }) }),
      "network": .string(graph.outline),
    ]
    // As it comes back from a file, where 0.0 is 0.
    return JSONValue(parsing: value.text()) ?? value
  }

  private func words(_ part: DataPart) -> JSONValue {
    [.integer(part.scan), .string(part.region.description)]
  }
}

/// A path's last part: a scan may be given by another path to the same file.
private func lastPart(of path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}

extension Graph {
  /// Names and shapes of the layers, as a checksum: equal for networks that take the same weights.
  var outline: String {
    var sum = Fingerprint()
    for (node, channels) in zip(nodes, channels) {
      let line = Array("\(node.name) \(node.inputs) \(channels);".utf8)
      sum.update(unsafe line.span.bytes)
    }
    return sum.text
  }
}

/// In words, where two identities differ first.
package func difference(_ was: JSONValue, _ isNow: JSONValue, _ place: String = "") -> String {
  if place == "data", let old = was.array, let new = isNow.array, old.count == new.count {
    for (a, b) in zip(old, new) where a != b {
      let name = b.array?.first?.string ?? "a scan"
      return a.array?.first == b.array?.first
        ? "\(name) or its labels have changed since it began"
        : "it was trained on \(a.array?.first?.string ?? "another scan"), not on \(name)"
    }
  }
  if let old = was.object, let new = isNow.object {
    for key in Set(old.keys).union(new.keys).sorted() where old[key] != new[key] {
      return difference(
        old[key] ?? .null, new[key] ?? .null, place.isEmpty ? key : "\(place).\(key)")
    }
  }
  return "'\(place)' was \(was.text()) and is \(isNow.text())"
}
