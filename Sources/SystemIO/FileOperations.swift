/// The calls to the system that files and folders rest on: the seam where tests let the n-th of them
/// fail, and record them all to see what a crash between any two leaves.
///
/// Each answers like the kernel: with a number of 0 or more, or with minus the `errno`. A call may be
/// interrupted (`EINTR`) and may do less than it was asked to; whoever calls goes on.
public protocol FileOperations: Sendable {
  /// Opens or creates a file; answers with its descriptor.
  func open(_ path: String, flags: Int32, mode: UInt32) -> Int
  /// Gives a descriptor back.
  func close(_ descriptor: Int32)
  /// Reads from `offset`; answers with the bytes read, 0 at the end of the file.
  func read(
    _ descriptor: Int32, into destination: UnsafeMutableRawBufferPointer, at offset: Int
  ) -> Int
  /// Reads rows of `wanted` bytes that lie `stride` bytes apart from `offset` on, close together into
  /// `destination`, which is as many rows long; answers with the bytes of the file that it passed,
  /// those between the rows included.
  func readRows(
    _ descriptor: Int32, wanted: Int, stride: Int, at offset: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) -> Int
  /// Writes at `offset`; answers with the bytes written.
  func write(_ descriptor: Int32, _ source: UnsafeRawBufferPointer, at offset: Int) -> Int
  /// Writes at the end of a file opened to append to; answers with the bytes written.
  func append(_ descriptor: Int32, _ source: UnsafeRawBufferPointer) -> Int
  /// Waits until what was written to the file, or the names in the folder, are on the disk.
  func synchronise(_ descriptor: Int32) -> Int
  /// Sets the length of a file.
  func resize(_ descriptor: Int32, to byteCount: Int) -> Int
  /// The length of an open file.
  func byteCount(_ descriptor: Int32) -> Int
  /// Takes the one lock that may be held on a file, at once or not at all.
  func lock(_ descriptor: Int32) -> Int
  /// Maps the whole of a file to be read; answers with the address.
  func map(_ descriptor: Int32, byteCount: Int) -> Int
  /// Ends a mapping.
  func unmap(_ address: Int, byteCount: Int)
  /// What lies at `path`, or the `errno`.
  func kind(ofPath path: String, followsLinks: Bool) -> Result<PathKind, SystemCode>
  /// The names in a folder, in any order, with `.` and `..`; or the `errno`.
  func names(inFolder path: String) -> Result<[String], SystemCode>
  /// Makes a folder.
  func makeFolder(_ path: String) -> Int
  /// Removes an empty folder.
  func removeFolder(_ path: String) -> Int
  /// Removes a name of a file.
  func removeFile(_ path: String) -> Int
  /// Gives a file another name, replacing what had it.
  func rename(_ path: String, to final: String) -> Int
  /// Gives a file a second name, unless something has it.
  func link(_ path: String, to other: String) -> Int
}

extension FileOperations {
  /// Not every file system has two names for a file.
  public func link(_ path: String, to other: String) -> Int { -noSecondNames }

  /// Reads everything with one `read`, and keeps what was wanted.
  public func readRows(
    _ descriptor: Int32, wanted: Int, stride: Int, at offset: Int,
    into destination: UnsafeMutableRawBufferPointer
  ) -> Int {
    let rows = destination.count / wanted
    let all = UnsafeMutableRawBufferPointer.allocate(
      byteCount: (rows - 1) * stride + wanted, alignment: 64)
    defer { unsafe all.deallocate() }
    let answer = unsafe read(descriptor, into: all, at: offset)
    guard answer > 0 else { return answer }
    for row in 0..<rows where row * stride < answer {
      let part = (row * stride)..<min(row * stride + wanted, answer)
      unsafe UnsafeMutableRawBufferPointer(rebasing: destination[(row * wanted)...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: all[part]))
    }
    return answer
  }
}

/// An `errno`.
public struct SystemCode: Error, Hashable, Sendable {
  /// The number.
  public var value: Int32

  /// `errno` `value`.
  public init(_ value: Int32) { self.value = value }
}

/// Calls again while the call was interrupted by a signal.
func uninterrupted(_ call: () -> Int) -> Int {
  while true {
    let answer = call()
    if answer != -interrupted { return answer }
  }
}

/// The same for a call that answers with more than a number.
func uninterrupted<Value>(_ call: () -> Result<Value, SystemCode>) -> Result<Value, SystemCode> {
  while true {
    let answer = call()
    if case .failure(let code) = answer, Int(code.value) == interrupted { continue }
    return answer
  }
}
