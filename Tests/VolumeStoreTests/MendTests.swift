import Glibc
import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `Mending a store` {
  let store: StoreToDamage
  let whole: [String: [UInt8]]

  init() throws {
    store = try StoreToDamage()
    whole = try StoreToDamage.files(below: store.path)
  }

  /// Mends what is found; returns the number of shards of the volume that were written.
  @discardableResult
  private func mend(_ depth: StoreCheckDepth = .full) throws -> Int {
    let one = StoreToDamage.grey
    let report = try store.report(depth)
    let writer = try one.format().mend(store.path, StoreToDamage.output(one), report)
    let missing = writer.grid.indices.filter { !writer.isCommitted($0) }.count
    try StoreToDamage.commit(one, StoreToDamage.greyVoxels, to: writer)
    try writer.finish(record: [:])
    return missing
  }

  private func expectWhole(_ comment: Comment) throws {
    let found = try StoreToDamage.files(below: store.path)
    #expect(found.keys.sorted() == whole.keys.sorted(), comment)
    // The lock names this process where it could not be emptied.
    for (name, bytes) in whole where name != ".t2s/lock" {
      #expect(found[name] == bytes, "\(comment): \(name)")
    }
    #expect(try store.report().verdict == .whole, comment)
  }

  /// Files of the image itself: of its labels no scan knows anything.
  private var ours: [String] { whole.keys.filter { !$0.hasPrefix("labels/") }.sorted() }

  @Test func `ends with the same bytes whatever file is gone`() throws {
    try withFileOperations(UnsynchronisedFiles(), below: store.path) {
      for name in ours {
        try removeFile("\(store.path)/\(name)")
        let written = try mend()
        try expectWhole("\(name) was gone")
        let isShard = name.hasPrefix("0/c/")
        #expect(written == (isShard ? 1 : name == ".t2s/ledger/0.log" ? 3 : 0), "\(name)")
      }
    }
  }

  @Test func `ends with the same bytes whatever file has a byte flipped or is cut`() throws {
    try withFileOperations(UnsynchronisedFiles(), below: store.path) {
      for name in ours {
        let bytes = whole[name] ?? []
        guard !bytes.isEmpty else { continue }
        for place in [0, bytes.count / 3, bytes.count / 2, bytes.count - 5] where place >= 0 {
          var changed = bytes
          changed[place] ^= 0x10
          try store.put(changed, in: name)
          try mend()
          try expectWhole("byte \(place) of \(name) was flipped")
        }
        for count in [bytes.count / 2, bytes.count - 1] {
          try store.put(Array(bytes.prefix(count)), in: name)
          try mend()
          try expectWhole("\(name) was cut to \(count) bytes")
        }
      }
    }
  }

  @Test func `ends with the same bytes where much is damaged at once`() throws {
    try withFileOperations(UnsynchronisedFiles(), below: store.path) {
      for name in ["0/c/0/0/0", "1/c/0/0/0", ".t2s/plan.json"] {
        try store.put(whole[name]?.reversed() ?? [], in: name)
      }
      for name in ["0/c/0/0/2", "0/zarr.json", "zarr.json"] {
        try removeFile("\(store.path)/\(name)")
      }
      try store.put([1, 2, 3], in: "0/c/0/0/1")
      #expect(try mend() == 3)
      try expectWhole("much was damaged")
    }
  }

  @Test func `refuses to go by another plan`() throws {
    let one = StoreToDamage.grey
    try removeFile(store.path + "/0/c/0/0/0")
    func refusal(_ change: (inout OutputDescription) -> Void) throws -> Explanation? {
      var output = StoreToDamage.output(one)
      change(&output)
      do {
        _ = try one.format().mend(store.path, output, store.report())
        return nil
      } catch let error as Explanation {
        return error
      }
    }
    let before = try StoreToDamage.files(below: store.path)
    let window = try refusal { $0.plan["window"] = "0:254" }
    #expect(window?.what.contains(#"window is "0:254", was "0:255""#) == true)
    #expect(try refusal { $0.volume.spacing = nil }?.kind == .input)
    try removeFile(store.path + "/.t2s/plan.json")
    #expect(try refusal { $0.plan["window"] = "0:254" }?.what.contains("something else") == true)
    try removeFile(store.path + "/.t2s/seal")
    #expect(try refusal { _ in }?.kind == .damaged)
    let after = try StoreToDamage.files(below: store.path)
    #expect(after == before.filter { ![".t2s/plan.json", ".t2s/seal"].contains($0.key) })
  }

  @Test(arguments: [FileCall.open, .write, .append, .synchronise, .rename, .removeFile, .resize])
  func `that fails at any call says so, and is begun again`(call: FileCall) throws {
    /// Damages a shard of each level, and a document.
    func damage() throws {
      try removeFile(store.path + "/0/c/0/0/2")
      try store.put([1], in: "1/c/0/0/0")
      try store.put([2], in: ".t2s/plan.json")
    }
    let counted = FailingFiles()
    try damage()
    try withFileOperations(counted, below: store.path) { _ = try mend(.quick) }
    let count = try #require(counted.counts[call])
    for number in 0..<count {
      try damage()
      let files = FailingFiles(call, number, .error(ENOSPC))
      do {
        try withFileOperations(files, below: store.path) { _ = try mend(.quick) }
      } catch {
        #expect(error is any ExplainedError, "\(call) \(number)")
        try withFileOperations(UnsynchronisedFiles(), below: store.path) {
          // A crash at the end may leave all of it finished.
          if try store.report().verdict != .whole { _ = try mend() }
        }
      }
      try expectWhole("\(call) \(number) of \(count)")
    }
  }
}
