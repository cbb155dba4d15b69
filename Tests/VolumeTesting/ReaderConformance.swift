import Synchronization
import Testing
import VolumeCore

/// What every reader promises, checked on a small volume whose voxels are known.
///
/// Each format's tests call it for each of its fixtures; an architecture test sees that they do.
public func expectConformance(
  of reader: any VolumeReader, type: VoxelType, shape: Shape3 = CasePhantom.shape,
  bytes expected: [UInt8]? = nil, _ name: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let expected = expected ?? CasePhantom.bytes(type, shape: shape)
  guard reader.volume.shape == shape, reader.volume.voxelType == type else {
    Issue.record(
      """
      \(name): \(reader.volume.shape) of \(reader.volume.voxelType.rawValue), \
      not \(shape) of \(type.rawValue)
      """, sourceLocation: sourceLocation)
    return
  }
  let known = MemoryVolume(shape, type, expected)
  for region in conformanceRegions(shape) {
    guard let difference = difference(reader, known, region) else { continue }
    Issue.record("\(name), \(region): \(difference)", sourceLocation: sourceLocation)
    return
  }
  // The same with next to no memory, and from several threads.
  reader.limitCache(to: 0)
  for region in conformanceRegions(shape).prefix(12) {
    guard let difference = difference(reader, known, region) else { continue }
    Issue.record("\(name), no cache, \(region): \(difference)", sourceLocation: sourceLocation)
    return
  }
  #expect(
    !reader.fingerprint.isEmpty && !reader.fingerprint.utf8.contains(0x0A),
    sourceLocation: sourceLocation)
}

private func difference(
  _ reader: any VolumeReader, _ known: MemoryVolume, _ region: Region
) -> String? {
  do {
    let found = try reader.bytes(of: region)
    let wanted = try known.bytes(of: region)
    guard found != wanted else { return nil }
    let places = found.indices.filter { found[$0] != wanted[$0] }
    let first = places[0]
    return "\(places.count) of \(found.count) bytes differ, the first at \(first): "
      + "\(found[first]), not \(wanted[first])"
  } catch {
    return "\(error)"
  }
}

/// All, single voxels in corners, lines along each axis, planes, and seeded boxes.
private func conformanceRegions(_ shape: Shape3) -> [Region] {
  let whole = Region(shape)
  var regions = [
    whole, Region(z: 0..<1, y: 0..<1, x: 0..<1),
    Region(
      z: (shape.z - 1)..<shape.z, y: (shape.y - 1)..<shape.y, x: (shape.x - 1)..<shape.x),
    Region(z: 0..<shape.z, y: 0..<1, x: 0..<1), Region(z: 0..<1, y: 0..<shape.y, x: 0..<1),
    Region(z: 0..<1, y: 0..<1, x: 0..<shape.x),
    Region(z: (shape.z / 2)..<(shape.z / 2 + 1), y: whole.y, x: whole.x),
    Region(z: whole.z, y: (shape.y / 2)..<(shape.y / 2 + 1), x: whole.x),
    Region(z: whole.z, y: whole.y, x: (shape.x / 2)..<(shape.x / 2 + 1)),
    Region(z: 0..<0, y: whole.y, x: whole.x),
  ]
  var random = SeededRandom(seed: 5)
  func range(_ count: Int) -> Range<Int> {
    let a = Int.random(in: 0..<count, using: &random)
    return a..<Int.random(in: (a + 1)...count, using: &random)
  }
  for _ in 0..<30 {
    regions.append(Region(z: range(shape.z), y: range(shape.y), x: range(shape.x)))
  }
  return regions
}
