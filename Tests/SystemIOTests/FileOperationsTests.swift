import Glibc
import SystemIO
import Testing
import VolumeTesting

@Suite struct `Operations that stand in for the system's` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A little of everything: what is written, added, mapped, named and removed comes out as its sum.
  private func work() throws -> Int {
    let place = folder.file("a/b")
    try makeFolder(place)
    do {
      let file = try FileHandle(creating: place + "/new")
      let bytes = [UInt8](repeating: 3, count: 1000)
      try file.write(unsafe bytes.span.bytes, at: 0)
      try file.synchronise()
    }
    try rename(place + "/new", to: place + "/kept")
    try synchroniseFolder(place)
    let log = try FileHandle(appendingTo: place + "/log")
    let line = [UInt8](repeating: 1, count: 100)
    try log.append(unsafe line.span.bytes)
    try log.resize(to: 60)
    guard try log.lock() == .taken else { return -1 }
    let mapping = try FileHandle(readingFrom: place + "/kept").map()
    let mapped = mapping.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { unsafe $0.reduce(0) { $0 + Int($1) } }
    }
    let read = try contents(ofFile: place + "/log").reduce(0) { $0 + Int($1) }
    guard try names(inFolder: place) == ["kept", "log"] else { return -2 }
    guard try certainKind(ofPath: place) == .folder else { return -3 }
    try removeFile(place + "/log")
    try removeFolder(folder.file("a"))
    return mapped + read
  }

  @Test func `see every call, and change nothing`() throws {
    let files = FailingFiles()
    let sum = try withFileOperations(files, below: folder.path) { try work() }
    #expect(sum == 3060)
    #expect(files.failureCount == 0)
    let unseen = Set(FileCall.allCases).subtracting(files.counts.keys)
    #expect(unseen == [], "no call of these kinds was made")
  }

  @Test func `see nothing outside of their folder, nor afterwards`() throws {
    let other = try TemporaryFolder()
    let files = FailingFiles()
    try withFileOperations(files, below: folder.path) {
      try writeFileAtomically(other.file("a"), [1])
      try writeFileAtomically(folder.path + "-beside", [1])
    }
    try removeFile(folder.path + "-beside")
    #expect(try work() == 3060)
    #expect(files.counts == [:])
  }

  @Test(arguments: FileCall.allCases)
  func `that are interrupted are called again`(call: FileCall) throws {
    let count = try counted()[call] ?? 0
    #expect(count > 0)
    for number in 0..<count {
      let files = FailingFiles(call, number, .error(EINTR))
      let sum = try withFileOperations(files, below: folder.path) { try work() }
      #expect(sum == 3060 && files.failureCount == 1, "\(call) \(number)")
    }
  }

  @Test(arguments: [FileCall.read, .write, .append])
  func `that do less than they were asked for are gone on with`(call: FileCall) throws {
    for number in 0..<(try counted()[call] ?? 0) {
      let files = FailingFiles(call, number, .short)
      let sum = try withFileOperations(files, below: folder.path) { try work() }
      #expect(sum == 3060 && files.failureCount == 1, "\(call) \(number)")
    }
    // However often: every call writes half of what is left.
    let files = FailingFiles(call, 0, .short, staysBroken: true)
    #expect(try withFileOperations(files, below: folder.path) { try work() } == 3060)
  }

  @Test(arguments: FileCall.allCases, [EIO, ENOSPC])
  func `that fail are an error with call, place and reason`(call: FileCall, code: Int32) throws {
    for number in 0..<(try counted()[call] ?? 0) {
      let files = FailingFiles(call, number, .error(code))
      let error = #expect(throws: SystemError.self, "\(call) \(number)") {
        try withFileOperations(files, below: folder.path) { _ = try work() }
      }
      #expect(error?.code == code)
      #expect(error?.path.hasPrefix(folder.path) == true)
      #expect(error?.explanation.remedy.isEmpty == false)
      try removeFolder(folder.file("a"))
    }
  }

  private func counted() throws -> [FileCall: Int] {
    let files = FailingFiles()
    _ = try withFileOperations(files, below: folder.path) { try work() }
    return files.counts
  }

  @Test func `that would fail for ever on a file that takes nothing give up`() throws {
    // /dev/full takes no byte, and says so.
    let file = try FileHandle(appendingTo: "/dev/full")
    let bytes: [UInt8] = [1]
    let error = #expect(throws: SystemError.self) { try file.append(unsafe bytes.span.bytes) }
    #expect(error == SystemError(call: "append", path: "/dev/full", code: ENOSPC))
  }
}

@Suite struct `A disk after a crash` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func recorded(_ body: (String) throws -> Void) throws -> [FileStep] {
    let place = folder.file("recorded")
    try makeFolder(place)
    let files = RecordedFiles(below: place)
    try withFileOperations(files, below: place) { try body(place) }
    return files.steps
  }

  @Test func `holds a file that was written atomically whole, or as it was before`() throws {
    let old = [UInt8](repeating: 1, count: 10)
    let new = [UInt8](repeating: 2, count: 20)
    let steps = try recorded { place in
      try writeFileAtomically(place + "/a", old)
      try writeFileAtomically(place + "/a", new)
    }
    #expect(steps.count == 10)
    for variant in CrashedDisk.Variant.allCases {
      for count in 0...steps.count {
        let found = CrashedDisk(steps, first: count).contents(variant)["a"] ?? nil
        let allowed: [[UInt8]?] =
          count < 4 ? [nil] : count == 4 ? [nil, old] : count < 9 ? [old] : [old, new]
        #expect(allowed.contains(found), "\(variant) after \(count): \(steps.prefix(count))")
        if count == 10 { #expect(found == new) }
      }
    }
  }

  @Test func `does not hold what was not synchronised`() throws {
    let steps = try recorded { place in
      let file = try FileHandle(creating: place + "/a")
      let bytes = [UInt8](repeating: 7, count: 8)
      try file.write(unsafe bytes.span.bytes, at: 0)
      try rename(place + "/a", to: place + "/b")
    }
    let disk = CrashedDisk(steps, first: steps.count)
    #expect(disk.contents(.allIsLost) == [:])
    #expect(disk.contents(.namesStayBytesAreLost) == ["b": []])
    #expect(disk.contents(.namesStayBytesAreZero) == ["b": [UInt8](repeating: 0, count: 8)])
    #expect(disk.contents(.namesStayBytesAreTorn) == ["b": [UInt8](repeating: 7, count: 4)])
    #expect(disk.contents(.allStays) == ["b": [UInt8](repeating: 7, count: 8)])
  }

  @Test func `holds no file in a folder whose own name was lost`() throws {
    let steps = try recorded { place in
      try makeFolder(place + "/f")
      try writeFileAtomically(place + "/f/a", [1])
    }
    let disk = CrashedDisk(steps, first: steps.count)
    #expect(disk.contents(.allIsLost) == [:])
    try disk.write(.allStays, to: folder.file("left"))
    #expect(try contents(ofFile: folder.file("left/f/a")) == [1])
  }
}
