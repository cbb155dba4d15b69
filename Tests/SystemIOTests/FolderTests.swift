import SystemIO
import Testing
import VolumeTesting

@Suite struct `A folder` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `is made with those above it, and again without complaint`() throws {
    let path = folder.file("a/b/c")
    try makeFolder(path)
    try makeFolder(path)
    #expect(kind(ofPath: path) == .folder)
  }

  @Test func `cannot be made below a file`() throws {
    try writeFileAtomically(folder.file("a"), [1])
    #expect(throws: SystemError.self) { try makeFolder(folder.file("a/b")) }
  }

  @Test func `lists its names in the order of their bytes`() throws {
    for name in ["b", "a10", "a2", ".hidden", "Ä"] {
      try writeFileAtomically(folder.file(name), [])
    }
    #expect(try names(inFolder: folder.path) == [".hidden", "a10", "a2", "b", "Ä"])
    #expect(throws: SystemError.self) { try names(inFolder: folder.file("no")) }
  }

  @Test func `is removed with all in it`() throws {
    try makeFolder(folder.file("a/b"))
    try writeFileAtomically(folder.file("a/b/c"), [1])
    try removeFolder(folder.file("a"))
    #expect(kind(ofPath: folder.file("a")) == .missing)
    try removeFolder(folder.file("a"))
  }

  @Test func `holds a file whole or not at all`() throws {
    let path = folder.file("a")
    try writeFileAtomically(path, Array("first".utf8))
    try writeFileAtomically(path, Array("2nd".utf8))
    #expect(try contents(ofFile: path) == Array("2nd".utf8))
    #expect(try names(inFolder: folder.path) == ["a"])
    #expect(throws: SystemError.self) { try writeFileAtomically(folder.file("no/a"), [1]) }
  }

  @Test func `knows what lies in it`() throws {
    try writeFileAtomically(folder.file("a"), [1, 2, 3])
    #expect(kind(ofPath: folder.file("a")) == .file(byteCount: 3))
    #expect(kind(ofPath: folder.file("b")) == .missing)
    #expect(kind(ofPath: "/dev/null") == .other)
    #expect((freeBytes(onDiskOf: folder.file("not/there/yet")) ?? 0) > 0)
  }
}

@Suite struct `A page buffer` {
  @Test(arguments: [0, 1, 5000])
  func `begins as zeros and keeps what is put in`(byteCount: Int) {
    var buffer = PageBuffer(byteCount: byteCount)
    let found = buffer.byteCount
    #expect(found == byteCount)
    let sum = buffer.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { unsafe $0.reduce(0) { $0 + Int($1) } }
    }
    #expect(sum == 0)
    guard byteCount > 0 else { return }
    buffer.withMutableBytes(first: 1) { $0.storeBytes(of: 9, as: UInt8.self) }
    let first = buffer.withBytes { unsafe $0.unsafeLoad(as: UInt8.self) }
    #expect(first == 9)
  }
}
