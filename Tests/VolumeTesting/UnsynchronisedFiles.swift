import SystemIO

/// The system's operations without waiting for the disk: for tests that write often, and in which
/// nothing crashes.
package struct UnsynchronisedFiles: FileOperations {
  private let system = SystemFileOperations()

  package init() {}

  package func synchronise(_ descriptor: Int32) -> Int { 0 }

  package func open(_ path: String, flags: Int32, mode: UInt32) -> Int {
    system.open(path, flags: flags, mode: mode)
  }
  package func close(_ descriptor: Int32) { system.close(descriptor) }
  package func read(
    _ descriptor: Int32, into destination: UnsafeMutableRawBufferPointer, at offset: Int
  ) -> Int { unsafe system.read(descriptor, into: destination, at: offset) }
  package func write(
    _ descriptor: Int32, _ source: UnsafeRawBufferPointer, at offset: Int
  ) -> Int { unsafe system.write(descriptor, source, at: offset) }
  package func append(_ descriptor: Int32, _ source: UnsafeRawBufferPointer) -> Int {
    unsafe system.append(descriptor, source)
  }
  package func resize(_ descriptor: Int32, to byteCount: Int) -> Int {
    system.resize(descriptor, to: byteCount)
  }
  package func byteCount(_ descriptor: Int32) -> Int { system.byteCount(descriptor) }
  package func lock(_ descriptor: Int32) -> Int { system.lock(descriptor) }
  package func map(_ descriptor: Int32, byteCount: Int) -> Int {
    system.map(descriptor, byteCount: byteCount)
  }
  package func unmap(_ address: Int, byteCount: Int) {
    system.unmap(address, byteCount: byteCount)
  }
  package func kind(
    ofPath path: String, followsLinks: Bool
  ) -> Result<PathKind, SystemCode> { system.kind(ofPath: path, followsLinks: followsLinks) }
  package func names(inFolder path: String) -> Result<[String], SystemCode> {
    system.names(inFolder: path)
  }
  package func makeFolder(_ path: String) -> Int { system.makeFolder(path) }
  package func removeFolder(_ path: String) -> Int { system.removeFolder(path) }
  package func removeFile(_ path: String) -> Int { system.removeFile(path) }
  package func rename(_ path: String, to final: String) -> Int {
    system.rename(path, to: final)
  }
}
