import Synchronization

/// What opening and reading have cost so far, for tests that hold them to what they should.
package final class ReadCosts: Sendable {
  private let readCount = Atomic<Int>(0)
  private let readBytes = Atomic<Int>(0)
  private let decodedCount = Atomic<Int>(0)

  /// How often the file was read from.
  package var reads: Int { readCount.load(ordering: .relaxed) }
  /// How many bytes were read.
  package var bytes: Int { readBytes.load(ordering: .relaxed) }
  /// How many strips and tiles were decoded.
  package var decodedBlocks: Int { decodedCount.load(ordering: .relaxed) }

  func noteRead(_ byteCount: Int) {
    readCount.add(1, ordering: .relaxed)
    readBytes.add(byteCount, ordering: .relaxed)
  }

  func noteDecoding() { decodedCount.add(1, ordering: .relaxed) }
}
