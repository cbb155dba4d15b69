import Glibc
import Pipelines
import Synchronization
import SystemIO
import VolumeCore

/// `slurm doctor`: whether a folder, and the cluster, are what parts need.
struct SlurmDoctor {
  let folder: String
  let context: CommandContext

  private struct Finding {
    var name: String
    var isWell: Bool
    var words: String
    var isNeeded = true
  }

  func run() throws(Explanation) -> [String: JSONValue] {
    guard kind(ofPath: folder) == .folder else {
      throw Explanation(
        .input, "\(folder) is no folder", remedy: "give the folder in which outputs are to lie")
    }
    var findings = try files()
    findings += cluster()
    for finding in findings {
      context.console.say(
        "  \(finding.isWell ? "well " : finding.isNeeded ? "WRONG" : "note ")  \(finding.name): "
          + finding.words)
    }
    let isWell = findings.allSatisfy { $0.isWell || !$0.isNeeded }
    context.console.say(
      isWell
        ? "\(folder): parts can be made here, so far as one machine can tell"
        : "\(folder): parts must not be made here")
    return [
      "folder": .string(folder), "well": .bool(isWell),
      "findings": .array(
        findings.map {
          ["name": .string($0.name), "well": .bool($0.isWell), "words": .string($0.words)]
        }), "exit_code": .integer(isWell ? 0 : 1),
    ]
  }

  /// What a thread that reads beside saw that should not be.
  private final class Seen: Sendable {
    let wrong = Mutex<String?>(nil)
  }

  /// What the file system must do: give a whole file its name at once, also in the place of another, and
  /// show what was written to who opens it afterwards.
  private func files() throws(Explanation) -> [Finding] {
    let place = "\(folder)/.t2s-doctor.\(processNumber)"
    defer { try? removeFolder(place) }
    var findings: [Finding] = []
    func check(
      _ name: String, isNeeded: Bool = true, _ well: String,
      _ body: () throws(SystemError) -> String?
    ) {
      do throws(SystemError) {
        let wrong = try body()
        findings.append(
          Finding(name: name, isWell: wrong == nil, words: wrong ?? well, isNeeded: isNeeded))
      } catch {
        findings.append(
          Finding(
            name: name, isWell: false, words: error.explanation.what, isNeeded: isNeeded))
      }
    }
    check("a folder", "can be made and written to") { () throws(SystemError) in
      try makeFolder(place)
      return nil
    }
    let (old, new) = ([UInt8](repeating: 1, count: 100_000), [UInt8](repeating: 2, count: 100_000))
    check("rename", "replaces a file at once; a reader of the old one is not disturbed") {
      () throws(SystemError) in
      let path = place + "/renamed"
      try writeFileAtomically(path, old)
      let reader = try FileHandle(readingFrom: path)
      try writeFileAtomically(path, new)
      guard try contents(ofFile: path) == new else { return "the new bytes are not there" }
      var bytes = [UInt8](repeating: 0, count: old.count)
      var span = bytes.mutableSpan
      var raw = unsafe span.mutableBytes
      let count = try reader.read(at: 0, into: &raw)
      return count == old.count && bytes == old ? nil : "who reads the old file loses it"
    }
    check("always there", "a file that others replace is there at every moment, and whole") {
      () throws(SystemError) in
      let path = place + "/replaced"
      try writeFileAtomically(path, old)
      let isDone = CancellationFlag()
      let seen = Seen()
      let reader = StageThread<Never> {
        while !isDone.isSet, seen.wrong.withLock({ $0 == nil }) {
          let bytes = try? contents(ofFile: path)
          if bytes == nil {
            seen.wrong.withLock { $0 = "it is away while another takes its place" }
          } else if bytes != old, bytes != new {
            seen.wrong.withLock { $0 = "it is seen half written" }
          }
        }
      }
      defer {
        isDone.set(signal: SIGTERM)
        reader.join()
      }
      for round in 0..<50 { try writeFileAtomically(path, round % 2 == 0 ? new : old) }
      return seen.wrong.withLock { $0 }
    }
    check("one of several", "a file that is there is not made twice") { () throws(SystemError) in
      let path = place + "/once"
      let first = try writeFileOnce(path, old)
      let second = try writeFileOnce(path, new)
      guard first, !second else { return "two processes would both believe to have made it" }
      return try contents(ofFile: path) == old ? nil : "the second writer has won"
    }
    check("another process", "sees at once what this one wrote and closed") {
      () throws(SystemError) in
      try writeFileAtomically(place + "/seen", Array("seen\n".utf8))
      let answer = try runProgram(["cat", place + "/seen"])
      return answer.output == "seen\n" ? nil : "it sees \"\(answer.output)\""
    }
    check("folders", "name at once what was made in them") { () throws(SystemError) in
      for number in 0..<20 { try writeFileAtomically("\(place)/name-\(number)", [0]) }
      let count = try names(inFolder: place).count { $0.hasPrefix("name-") }
      return count == 20 ? nil : "20 files were made, and \(count) are named: `finish --wait` helps"
    }
    check("locks", isNeeded: false, "of files are there; parts need none") {
      () throws(SystemError) in
      let file = try FileHandle(appendingTo: place + "/lock")
      return try file.lock() == .taken ? nil : "of files are not there; parts need none"
    }
    if let free = freeBytes(onDiskOf: folder) {
      findings.append(
        Finding(
          name: "room", isWell: free > 1 << 30, words: "\(Words.bytes(free)) free", isNeeded: false)
      )
    }
    if let type = fileSystem() {
      let isLocal = ["tmpfs", "ext4", "xfs", "overlay", "btrfs"].contains(type)
      findings.append(
        Finding(
          name: "file system", isWell: !isLocal,
          words: type
            + (isLocal
              ? ": is it the same folder on all nodes? This looks like a disk of this one" : ""),
          isNeeded: false))
    }
    return findings
  }

  private func fileSystem() -> String? {
    guard let answer = try? runProgram(["stat", "-f", "-c", "%T", folder]), answer.code == 0 else {
      return nil
    }
    let word = answer.output.filter { !$0.isWhitespace }
    return word == "ext2/ext3" ? "ext4" : word
  }

  private func cluster() -> [Finding] {
    guard let version = try? runProgram(["sbatch", "--version"]), version.code == 0 else {
      return [
        Finding(
          name: "Slurm", isWell: false,
          words: "sbatch is not here; the scripts of `slurm` run under any other, or by hand",
          isNeeded: false)
      ]
    }
    var findings = [
      Finding(
        name: "Slurm", isWell: true,
        words: version.output.split(separator: "\n").first.map(String.init) ?? "")
    ]
    if let answer = try? runProgram([
      "sinfo", "-h", "-o", "%P %a %l %D nodes of %c cores, %m MB, %G",
    ]),
      answer.code == 0
    {
      for line in answer.output.split(separator: "\n") {
        findings.append(Finding(name: "partition", isWell: true, words: String(line)))
      }
    }
    if let answer = try? runProgram(["scontrol", "show", "config"]), answer.code == 0 {
      for line in answer.output.split(separator: "\n") {
        let words = line.split(separator: "=", maxSplits: 1).map {
          $0.split(separator: " ").joined(separator: " ")
        }
        guard words.count == 2 else { continue }
        switch words[0] {
        case "MaxArraySize":
          findings.append(
            Finding(name: "arrays", isWell: true, words: "at most \(words[1]) parts (MaxArraySize)")
          )
        case "JobRequeue":
          findings.append(
            Finding(
              name: "requeue", isWell: words[1] == "1",
              words: words[1] == "1"
                ? "jobs may be queued again"
                : "JobRequeue is 0; the scripts ask for it with --requeue",
              isNeeded: false))
        default: break
        }
      }
    }
    return findings
  }
}
