import SystemIO
import VolumeCore

/// What a growth has come to: enough to go on with, once the files beside it are as they were then or
/// are further.
struct KeptGrowth: Hashable, Sendable {
  /// The seeds of each class.
  var sums: [SeedSum]
  /// How many of the growths are done.
  var growths = 0
  /// How often a block was worked on.
  var visits = 0
  /// Blocks that are still to be worked on in the growth that is being made.
  var pending: [Int]
  /// Those of them that it has never worked on.
  var fresh: [Int]

  var json: JSONValue {
    [
      "seeds": .array(sums.map { [.integer($0.count), .integer($0.sum)] }),
      "growths_done": .integer(growths), "visits": .integer(visits),
      "pending": .array(pending.map { .integer($0) }),
      "fresh": .array(fresh.map { .integer($0) }),
    ]
  }
}

extension KeptGrowth {
  /// What `json` says of a growth in `blocks` blocks of `classes` classes; `nil` where it says nothing
  /// of the kind.
  init?(_ json: JSONValue, classes: Int, blocks: Int) {
    func places(_ key: String) -> [Int]? {
      let list = json[key]?.array?.compactMap(\.integer)
      return list.flatMap { $0.allSatisfy { (0..<blocks).contains($0) } ? $0 : nil }
    }
    let sums = (json["seeds"]?.array ?? []).compactMap { item -> SeedSum? in
      guard let pair = item.array?.compactMap(\.integer), pair.count == 2, pair[0] > 0 else {
        return nil
      }
      return SeedSum(count: pair[0], sum: pair[1])
    }
    guard sums.count == classes, let growths = json["growths_done"]?.integer, growths >= 0,
      let visits = json["visits"]?.integer, let pending = places("pending"),
      let fresh = places("fresh")
    else { return nil }
    self.init(sums: sums, growths: growths, visits: visits, pending: pending, fresh: fresh)
  }
}

/// A folder that keeps what a growth has come to, so that the same growth goes on after a stop.
///
///     state.json  what is grown from what, and what is still to be done
///     labels      a byte for each voxel
///     faces-0     costs at the faces of blocks, in the first growth; of a watershed labels in the later
///
/// Costs only ever sink, each is that of some way, and every block that may be behind is worked on
/// again; so files that are further than the state do no harm.
final class GrowthFolder: Sendable {
  let path: String
  /// What an earlier run of the same growth came to.
  let found: KeptGrowth?
  private let identity: JSONValue
  private let lock: FileHandle

  private var statePath: String { path + "/state.json" }

  /// The folder at `path`, made where it is missing; what another growth left in it is removed.
  ///
  /// - Parameter identity: all that the growth's result and its blocks follow from.
  init(
    _ path: String, identity: JSONValue, classes: Int, blocks: Int
  ) throws(Explanation) {
    self.path = path
    self.identity = identity
    let isHeld: Bool
    do throws(SystemError) {
      try makeFolder(path)
      lock = try FileHandle(updating: path + "/lock")
      isHeld = try lock.lock() == .isHeld
    } catch {
      throw error.explanation
    }
    guard !isHeld else {
      throw Explanation(
        .input, "another process is growing in \(path)",
        remedy: "wait until it has ended, or give another --output")
    }
    let text = (try? contents(ofFile: path + "/state.json")).flatMap {
      JSONValue(parsing: $0)
    }
    let isSame = text?["of"] == identity
    found =
      isSame
      ? text?["state"].flatMap { KeptGrowth($0, classes: classes, blocks: blocks) } : nil
    if found == nil {
      try scratched { () throws(SystemError) in
        for name in try names(inFolder: path) where name != "lock" {
          try removeFile(path + "/" + name)
        }
      }
    }
  }

  /// The labels.
  func labels() throws(SystemError) -> ScratchFile { try ScratchFile(keptAt: path + "/labels") }

  /// Costs at the faces of blocks in a growth.
  func faces(_ growth: Int) throws(SystemError) -> ScratchFile {
    try ScratchFile(keptAt: "\(path)/faces-\(growth)")
  }

  /// Forgets those of a growth that is done.
  func removeFaces(_ growth: Int) throws(SystemError) {
    try removeFile("\(path)/faces-\(growth)")
  }

  /// Keeps `state`, which the files, as far as they are on the disk, are not behind.
  func keep(_ state: KeptGrowth) throws(SystemError) {
    let text: JSONValue = ["of": identity, "state": state.json]
    try writeFileAtomically(statePath, Array(text.text().utf8))
  }
}

/// Runs what may fail on the disk where scratch files lie.
func scratched<Value>(
  _ body: () throws(SystemError) -> Value
) throws(Explanation) -> Value {
  do throws(SystemError) { return try body() } catch { throw error.explanation }
}
