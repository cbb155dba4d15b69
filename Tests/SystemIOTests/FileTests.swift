import SystemIO
import Testing
import VolumeTesting

@Suite struct `A file` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `is read where it was written, and no further`() throws {
    let path = folder.file("a")
    let file = try FileHandle(creating: path)
    let bytes: [UInt8] = Array(0..<100)
    try file.write(unsafe bytes.span.bytes, at: 50)
    let byteCount = try file.byteCount
    #expect(byteCount == 150)
    var read = [UInt8](repeating: 7, count: 100)
    var span = read.mutableSpan
    var raw = unsafe span.mutableBytes
    let count = try file.read(at: 100, into: &raw)
    #expect(count == 50)
    #expect(Array(read[..<50]) == Array(50..<100))
    #expect(Array(read[50...]) == [UInt8](repeating: 7, count: 50))
  }

  @Test func `is mapped as it is`() throws {
    let path = folder.file("a")
    try writeFileAtomically(path, Array(repeating: 5, count: 10_000))
    let mapping = try FileHandle(readingFrom: path).map()
    let byteCount = mapping.byteCount
    #expect(byteCount == 10_000)
    mapping.release(0..<10_000)
    let sum = mapping.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { unsafe $0.reduce(0) { $0 + Int($1) } }
    }
    #expect(sum == 50_000)
  }

  @Test func `of no bytes is mapped too`() throws {
    try writeFileAtomically(folder.file("empty"), [])
    let mapping = try FileHandle(readingFrom: folder.file("empty")).map()
    let byteCount = mapping.byteCount
    #expect(byteCount == 0)
  }

  @Test func `is added to at its end`() throws {
    let path = folder.file("log")
    let file = try FileHandle(appendingTo: path)
    for bytes in [[1, 2], [3]] as [[UInt8]] { try file.append(unsafe bytes.span.bytes) }
    try file.resize(to: 2)
    let last: [UInt8] = [9]
    try file.append(unsafe last.span.bytes)
    #expect(try contents(ofFile: path) == [1, 2, 9])
  }

  @Test func `is locked by one at a time`() throws {
    let path = folder.file("lock")
    do {
      let first = try FileHandle(appendingTo: path)
      let isFirst = first.tryLock()
      let second = try FileHandle(appendingTo: path)
      let isSecond = second.tryLock()
      #expect(isFirst && !isSecond)
      _ = consume first
    }
    let third = try FileHandle(appendingTo: path)
    let isThird = third.tryLock()
    #expect(isThird)
  }

  @Test func `that is missing is an error with call, path and reason`() throws {
    let path = folder.file("missing")
    let error = #expect(throws: SystemError.self) {
      _ = try FileHandle(readingFrom: path)
    }
    #expect(error == SystemError(call: "open", path: path, code: 2))
    #expect(error?.explanation.kind == .input)
    #expect(error?.explanation.what.contains(path) == true)
  }

  @Test func `is not created where one is, if it must be new`() throws {
    try writeFileAtomically(folder.file("a"), [1])
    #expect(throws: SystemError.self) {
      _ = try FileHandle(creating: folder.file("a"), exclusively: true)
    }
    #expect(try contents(ofFile: folder.file("a")) == [1])
  }

  @Test func `too large to be taken whole is refused`() throws {
    do { try FileHandle(creating: folder.file("big")).resize(to: 1 << 40) }
    #expect(throws: SystemError.self) { try contents(ofFile: folder.file("big")) }
  }
}
