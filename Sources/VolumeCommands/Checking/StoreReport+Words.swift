import VolumeCore

extension StoreReport {
  /// The damages that are listed for people; `--json` has all.
  static let mostLines = 20

  /// "whole", "not finished", "damaged".
  var verdictWords: String {
    switch verdict {
    case .whole: "whole"
    case .unfinished: "not finished"
    case .damaged: "damaged"
    }
  }

  /// The page of `status` and `verify`.
  var page: [String] {
    // A flipped byte shows in a checksum only.
    let looked =
      depth != .quick
      ? ", every checksum was read"
      : verdict == .whole ? " by sizes and indices; verify reads every checksum" : ""
    var lines = ["\(path): \(verdictWords)\(looked)"]
    var table = TextTable([
      "array", "extent", "type", "files", "written", "zero", "never written", "damaged", "there",
    ])
    for array in arrays {
      table.add(
        [
          array.name, array.shape.description, array.voxelType.rawValue,
          Words.grouped(array.total), Words.grouped(array.written),
          // What a store without a ledger lacks was written as zero, or was lost: nobody can tell.
          Words.grouped(array.zero)
            + (array.absent > 0 ? " + \(Words.grouped(array.absent))?" : ""),
          Words.grouped(array.neverWritten), Words.grouped(array.damaged),
          Words.percent(array.fraction, 0),
        ])
    }
    if !arrays.isEmpty { lines += table.lines() }
    lines += planLines
    if let run { lines.append("  run         \(run.words)") }
    let damages = allDamages
    for damage in damages.prefix(Self.mostLines) { lines.append("  damaged     \(damage.words)") }
    if damages.count > Self.mostLines {
      lines.append("  and \(Words.grouped(damages.count - Self.mostLines)) more; --json lists all")
    }
    return lines + remarks.map { "  remark      \($0)" }
  }

  private var planLines: [String] {
    guard let plan else { return [] }
    let command = plan["command"]?.string ?? "a run"
    let rest = plan.filter { !["command", "input"].contains($0.key) }.sorted { $0.key < $1.key }
    let options = rest.map { "\($0.key) \($0.value.string ?? $0.value.text())" }
    return ["  made by     \(command)" + (plan["input"]?.string.map { " of \($0)" } ?? "")]
      + HelpText.wrapped(options.joined(separator: ", "), to: 64).enumerated().map { number, line in
        (number == 0 ? "  options     " : "              ") + line
      }
  }

  /// The report as one JSON object.
  var json: [String: JSONValue] {
    [
      "store": .string(path), "verdict": .string(verdict.rawValue),
      "depth": .string(depth.rawValue), "finished": .bool(isFinished),
      "arrays": .array(arrays.map(\.json)), "damages": .array(damages.map(\.json)),
      "plan": plan.map { .object($0) } ?? .null, "run": run?.json ?? .null,
      "remarks": .array(remarks.map { .string($0) }), "exit_code": .integer(Int(exitCode)),
    ]
  }

  /// 0 whole, 3 damaged, 4 not finished.
  var exitCode: Int32 {
    switch verdict {
    case .whole: 0
    case .damaged: 3
    case .unfinished: 4
    }
  }
}

extension ArrayReport {
  var json: JSONValue {
    [
      "name": .string(name), "shape": shape.json, "type": .string(voxelType.rawValue),
      "has_ledger": .bool(hasLedger), "has_checksums": .bool(hasChecksums),
      "files": .integer(total), "written": .integer(written), "zero": .integer(zero),
      "never_written": .integer(neverWritten), "absent": .integer(absent),
      "damaged": .integer(damaged), "bytes": .integer(byteCount), "fraction": .number(fraction),
      "damages": .array(damages.map(\.json)),
    ]
  }
}

extension StoreDamage {
  /// "0/c/0/1/2, chunk 7, voxels 0:64,64:128,0:64: the shard ... is damaged".
  var words: String {
    file + (chunk.map { ", chunk \($0)" } ?? "")
      + (region.map { ", voxels \($0)" } ?? "") + ": \(what)"
  }

  var json: JSONValue {
    [
      "file": .string(file), "what": .string(what),
      "shard": shard.map { [.integer($0.z), .integer($0.y), .integer($0.x)] } ?? .null,
      "chunk": chunk.map { .integer($0) } ?? .null,
      "region": region.map { .string($0.description) } ?? .null,
    ]
  }
}

extension StoreRun {
  /// "process 4711 on node7, started 2026-03-01T12:00:00Z, is running".
  var words: String {
    switch state {
    case .running: "\(self), is running"
    case .gone: "\(self), is gone without having finished"
    case .elsewhere: "\(self): whether it still runs cannot be told from this machine"
    }
  }

  var json: JSONValue {
    [
      "host": .string(host), "process": .integer(process), "start": .string(start),
      "state": .string(state.rawValue),
    ]
  }
}
