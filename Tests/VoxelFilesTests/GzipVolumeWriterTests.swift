import Compression
import Glibc
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `A compressed output` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// 20 layers of a mebibyte: two blocks.
  private static let shape = Shape3(z: 20, y: 512, x: 1024)
  private static let layerByteCount = 1 << 20
  private static let voxels = bytes(swapped: false)

  /// All voxels, each row its own; made row by row, since a debug build is slow with single bytes.
  private static func bytes(swapped: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(shape.z * layerByteCount)
    for row in 0..<(shape.z * shape.y) {
      let value = [UInt8(truncatingIfNeeded: row), UInt8(truncatingIfNeeded: row >> 8)]
      var part = swapped ? value.reversed() : value
      while part.count < 2 * shape.x { part += part }
      bytes += part
    }
    return bytes
  }

  private static let header: [UInt8] = [1, 2, 3]

  private func writer(_ path: String, order: ByteOrder = .little) throws -> GzipVolumeWriter {
    var parts = FlatVolumeWriter.Parts(header: Self.header)
    parts.byteOrder = order
    parts.companions = [(path + ".table", [7])]
    let volume = VolumeDescription(shape: Self.shape, voxelType: .uint16, format: "a")
    return try GzipVolumeWriter(
      path, OutputDescription(volume: volume, plan: [:], overwrites: true), parts)
  }

  private func write(_ path: String, order: ByteOrder = .little) throws {
    let writer = try writer(path, order: order)
    for block in writer.grid.indices { try commit(block, to: writer) }
    try writer.finish(record: [:])
  }

  private func commit(_ block: Index3, to writer: GzipVolumeWriter) throws {
    let layers = writer.grid.region(of: block).z
    let part = Array(
      Self.voxels[
        (layers.lowerBound * Self.layerByteCount)..<(layers.upperBound * Self.layerByteCount)])
    #expect(!writer.isCommitted(block))
    try writer.commit(block, unsafe part.span.bytes)
    #expect(writer.isCommitted(block))
  }

  @Test(arguments: [ByteOrder.little, .big])
  func `is one stream of header and voxels, the same on every run`(order: ByteOrder) throws {
    let path = folder.file("a.gz")
    try write(path, order: order)
    let stream = try FileCompression(ofFile: path).head(ofFile: path, limit: 1 << 25)
    #expect(stream == Self.header + Self.bytes(swapped: order == .big))
    #expect(try contents(ofFile: path + ".table") == [7])
    let first = try contents(ofFile: path)
    try write(path, order: order)
    #expect(try contents(ofFile: path) == first)
    #expect(Array(try names(inFolder: folder.path)).sorted() == ["a.gz", "a.gz.table"])
  }

  @Test func `that lacks a block is none`() throws {
    let path = folder.file("a.gz")
    var unfinished: GzipVolumeWriter? = try writer(path)
    let writer = try #require(unfinished)
    #expect(writer.grid.count == Shape3(z: 2, y: 1, x: 1) && writer.writesInOrder)
    try commit(Index3(z: 0, y: 0, x: 0), to: writer)
    #expect(
      throws: VolumeWriteError(
        block: nil,
        reason: Explanation(
          .failed, "\(path): 1 of 2 blocks are not written", remedy: "give the same command again"))
    ) { try writer.finish(record: [:]) }
    unfinished = nil
    #expect(kind(ofPath: path) == .missing)
  }

  @Test func `is not gone on with after a call that failed, and leaves nothing behind`() throws {
    let counted = FailingFiles()
    let below = folder.path
    try withFileOperations(counted, below: below) { try write(folder.file("a.gz")) }
    let whole = try contents(ofFile: folder.file("a.gz"))
    for name in ["a.gz", "a.gz.table"] { try removeFile(folder.file(name)) }
    let calls: [FileCall] = [.open, .write, .synchronise, .rename]
    for call in calls {
      let count = try #require(counted.counts[call])
      for number in 0..<count where number < 4 || number == count - 1 {
        let path = folder.file("a.gz")
        let files = FailingFiles(call, number, .error(ENOSPC))
        var failed = false
        do {
          try withFileOperations(files, below: below) {
            let writer = try writer(path)
            do {
              for block in writer.grid.indices { try commit(block, to: writer) }
            } catch {
              // The disk has room again, but the stream has swallowed part of the block.
              let next = writer.grid.indices.first { !writer.isCommitted($0) }
              #expect(throws: VolumeWriteError.self) {
                try commit(try #require(next), to: writer)
              }
              #expect(throws: VolumeWriteError.self) { try writer.finish(record: [:]) }
              throw error
            }
            try writer.finish(record: [:])
          }
        } catch {
          failed = true
          #expect(error is any ExplainedError)
        }
        #expect(failed, "\(call) \(number)")
        // What has its name is whole.
        if kind(ofPath: path) != .missing { #expect(try contents(ofFile: path) == whole) }
        let left = try names(inFolder: folder.path).filter { $0.hasSuffix("gz.tmp") }
        #expect(left.isEmpty, "\(call) \(number): \(left)")
        try? removeFile(path)
      }
    }
  }
}
