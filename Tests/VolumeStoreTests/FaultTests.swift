import Glibc
import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `A conversion in which a call to the system fails` {
  let folder: TemporaryFolder
  let whole: [String: [UInt8]]

  init() throws {
    folder = try TemporaryFolder()
    let path = folder.file("whole.zarr")
    try SmallConversion.runUnsynchronised(path)
    whole = try SmallConversion.everything(path)
  }

  /// How often each call is made in an undisturbed run.
  private func counts() throws -> [FileCall: Int] {
    let files = FailingFiles()
    let path = folder.file("counted.zarr")
    try withFileOperations(files, below: path) { try SmallConversion.run(path) }
    try removeFolder(path)
    return files.counts
  }

  @Test func `is made of calls of every kind, some of them many times`() throws {
    let counts = try counts()
    #expect(Set(FileCall.allCases).subtracting(counts.keys) == [.removeFolder])
    #expect(whole.count > 12)
    #expect(try #require(counts[.write]) > 20)
    #expect(try #require(counts[.synchronise]) > 30)
    #expect(try #require(counts[.rename]) >= 10)
    #expect(SmallConversion.voxels.count == SmallConversion.one.shape.voxelCount)
    let report = try SmallConversion.status(folder.file("whole.zarr"), .full)
    #expect(report.verdict == .whole)
    #expect(report.arrays.map(\.total) == [6, 3])
    #expect(report.arrays.map(\.zero) == [1, 0])
  }

  @Test(arguments: FileCall.allCases)
  func `says so, tells the truth about what is there, and is gone on with`(call: FileCall) throws {
    // A disk reports an error once, and is full until somebody makes room.
    for (code, staysBroken) in [(EIO, false), (ENOSPC, true)] {
      for number in 0..<(try counts()[call] ?? 0) {
        let path = folder.file("\(call)-\(number)-\(staysBroken).zarr")
        let files = FailingFiles(call, number, .error(code), staysBroken: staysBroken)
        var complaint: Explanation?
        do {
          try withFileOperations(files, below: path) { try SmallConversion.run(path) }
        } catch {
          complaint = (error as? any ExplainedError)?.explanation
          #expect(complaint != nil, "\(call) \(number): no words for \(error)")
        }
        let comment: Comment = "\(call) \(number), for ever: \(staysBroken)"
        #expect(files.failureCount > 0, comment)
        if let complaint {
          #expect(
            complaint.what.contains(path) && !complaint.remedy.isEmpty, "\(comment): \(complaint)")
        } else {
          // Then it did not matter.
          #expect(try SmallConversion.everything(path) == whole, comment)
        }
        try SmallConversion.expectTruth(of: path, whole: whole, comment)
        if complaint != nil, !(try isWhole(path)) { try SmallConversion.runUnsynchronised(path) }
        #expect(try SmallConversion.everything(path) == whole, comment)
        try removeFolder(path)
      }
    }
  }

  private func isWhole(_ path: String) throws -> Bool {
    try kind(ofPath: path) != .missing && SmallConversion.one.format().isStore(path)
      && SmallConversion.status(path).verdict == .whole
  }

  @Test(arguments: FileCall.allCases)
  func `is undisturbed by interruptions and by calls that do less`(call: FileCall) throws {
    for fault in [FileFault.error(EINTR), .short] {
      for number in 0..<(try counts()[call] ?? 0) {
        let path = folder.file("\(call)-\(number).zarr")
        let files = FailingFiles(call, number, fault)
        try withFileOperations(files, below: path) { try SmallConversion.run(path) }
        #expect(try SmallConversion.everything(path) == whole, "\(call) \(number) \(fault)")
        try removeFolder(path)
      }
    }
  }

  @Test(arguments: [FileCall.open, .map, .read, .byteCount, .kind], [EIO, ENOMEM])
  func `and is read afterwards fails with words, never with other voxels`(
    call: FileCall, code: Int32
  ) throws {
    let path = folder.file("whole.zarr")
    func read() throws -> [UInt8] {
      try SmallConversion.one.format().open(path, hints: OpeningHints())
        .bytes(of: Region(SmallConversion.one.shape))
    }
    let counted = FailingFiles()
    let voxels = try withFileOperations(counted, below: path) { try read() }
    #expect(voxels == SmallConversion.voxels)
    let count = try #require(counted.counts[call])
    for number in 0..<count {
      let files = FailingFiles(call, number, .error(code))
      do {
        let found = try withFileOperations(files, below: path) { try read() }
        #expect(found == SmallConversion.voxels, "\(call) \(number) of \(count)")
      } catch {
        #expect(error is any ExplainedError, "\(call) \(number) of \(count)")
      }
    }
  }
}

@Suite struct `A conversion that ends in a crash` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: CrashedDisk.Variant.allCases)
  func `leaves, at every step, a store that tells the truth and is gone on with`(
    variant: CrashedDisk.Variant
  ) throws {
    let recorded = folder.file("recorded")
    try makeFolder(recorded)
    let files = RecordedFiles(below: recorded)
    try withFileOperations(files, below: recorded) {
      try SmallConversion.run(recorded + "/a.zarr")
    }
    let steps = files.steps
    #expect(steps.count > 100)
    let whole = try SmallConversion.everything(recorded + "/a.zarr")
    var last: [String: [UInt8]?] = ["": nil]
    for count in 0...steps.count {
      let disk = CrashedDisk(steps, first: count)
      // Most steps change nothing of what a crash leaves.
      let left = disk.contents(variant)
      guard left != last else { continue }
      last = left
      let place = folder.file("\(count)")
      try disk.write(variant, to: place)
      let path = place + "/a.zarr"
      let comment: Comment = "after \(count) of \(steps.count) steps, \(variant)"
      if kind(ofPath: path) != .missing {
        try SmallConversion.expectTruth(of: path, whole: whole, comment)
      }
      if try kind(ofPath: path) == .missing || !SmallConversion.one.format().isStore(path)
        || SmallConversion.status(path).verdict != .whole
      {
        do { try SmallConversion.runUnsynchronised(path) } catch {
          Issue.record("\(comment): cannot be gone on with: \(error)")
        }
      }
      #expect(try SmallConversion.everything(path) == whole, comment)
      try removeFolder(place)
    }
    if variant != .allStays {
      #expect(
        CrashedDisk(steps, first: steps.count).contents(variant).count
          >= CrashedDisk(steps, first: steps.count - 1).contents(variant).count)
    }
  }

  @Test func `is safe once it has come to its end`() throws {
    let recorded = folder.file("recorded")
    try makeFolder(recorded)
    let files = RecordedFiles(below: recorded)
    try withFileOperations(files, below: recorded) {
      try SmallConversion.run(recorded + "/a.zarr")
    }
    let whole = try SmallConversion.everything(recorded + "/a.zarr")
    for variant in CrashedDisk.Variant.allCases {
      let place = folder.file("\(variant)")
      try CrashedDisk(files.steps, first: files.steps.count).write(variant, to: place)
      #expect(try SmallConversion.everything(place + "/a.zarr") == whole, "\(variant)")
      #expect(try SmallConversion.status(place + "/a.zarr", .full).verdict == .whole)
    }
  }
}
