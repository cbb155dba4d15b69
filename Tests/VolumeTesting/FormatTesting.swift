import SystemIO
import Testing
import VolumeCore

/// The path of `name` in the Fixtures folder beside the test file that asks.
public func fixture(_ name: String, filePath: String = #filePath) -> String {
  let folder = filePath.lastIndex(of: "/").map { String(filePath[..<$0]) } ?? "."
  return "\(folder)/Fixtures/\(name)"
}

/// Writes a file that need not outlive the machine: no fsync, which thousands of cases cannot wait for.
public func put(_ bytes: [UInt8], at path: String) throws {
  let file = try FileHandle(creating: path)
  try file.write(unsafe bytes.span.bytes, at: 0)
}

/// Writes `bytes`, the voxels of `volume`, through `format` to `path`, the last block first.
public func writeVolume(
  _ volume: VolumeDescription, _ bytes: [UInt8], through format: any VolumeFormat,
  to path: String, overwrites: Bool = false
) throws {
  let output = OutputDescription(volume: volume, plan: [:], overwrites: overwrites)
  let writer = try format.create(path, output)
  let source = MemoryVolume(volume.shape, volume.voxelType, bytes)
  let blocks = writer.grid.indices
  for block in writer.writesInOrder ? Array(blocks) : Array(blocks.reversed()) {
    let part = try source.bytes(of: writer.grid.region(of: block))
    try writer.commit(block, unsafe part.span.bytes)
  }
  try writer.finish(record: [:])
}

/// Every file that is the beginning of `whole` must throw when it is opened or read, or give the
/// voxels that the whole file has; it must never trap.
///
/// - Parameter step: every how many bytes a file ends; each of the first 600 is tried nevertheless.
public func expectPrefixesAreHarmless(
  of whole: [UInt8], at path: String, step: Int = 1,
  sourceLocation: SourceLocation = #_sourceLocation, _ open: (String) throws -> any VolumeReader
) throws {
  try put(whole, at: path)
  let reader = try open(path)
  let expected = try reader.bytes(of: Region(reader.volume.shape))
  for count in 0..<whole.count where count < 600 || count % step == 0 {
    try put(Array(whole[..<count]), at: path)
    guard let reader = try? open(path),
      let found = try? reader.bytes(of: Region(reader.volume.shape))
    else { continue }
    #expect(
      found == expected, "\(count) of \(whole.count) bytes are read as something else",
      sourceLocation: sourceLocation)
  }
}

/// Opens a file and reads a part of it, and all of it where that is little: what a damaged copy must
/// survive.
public func readSome(_ reader: any VolumeReader) throws {
  let shape = reader.volume.shape
  let part = Region(
    z: 0..<min(shape.z, 6), y: 0..<min(shape.y, 64),
    x: (shape.x / 2)..<min(shape.x, shape.x / 2 + 512))
  _ = try reader.bytes(of: part)
  guard reader.volume.byteCount < 1 << 22 else { return }
  _ = try reader.bytes(of: Region(shape))
}
