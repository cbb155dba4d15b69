import VolumeCore

extension ZarrArray {
  /// Refuses what would ask for more memory, or larger numbers, than any scan.
  func check() throws(MetadataError) {
    var voxels = 1
    for extent in shape {
      let (product, overflowed) = voxels.multipliedReportingOverflow(by: extent)
      guard !overflowed, product < 1 << 58 else {
        throw .invalid(member: "shape", found: "\(shape)")
      }
      voxels = product
    }
    var bytes = voxelType.byteCount
    for extent in chunk {
      let (product, overflowed) = bytes.multipliedReportingOverflow(by: extent)
      guard !overflowed, product <= Self.largestChunkByteCount else {
        throw .unsupported(
          member: "chunk shape", found: "\(chunk)",
          supported: "chunks of at most \(Self.largestChunkByteCount) bytes")
      }
      bytes = product
    }
  }
}

extension CodecChain {
  func refuseTwoCompressors(at place: String) throws(MetadataError) {
    guard byteCodecs.count(where: \.compresses) <= 1 else {
      throw .unsupported(
        member: place, found: "\(byteCodecs)", supported: "one compression of a chunk, not two")
    }
    guard byteCodecs.count <= 8 else {
      throw .unsupported(
        member: place, found: "\(byteCodecs.count) codecs", supported: "at most 8")
    }
  }
}

extension MetadataMembers {
  /// Positive extents below 2^40, as many as an array of volumes may have, or exactly `count`.
  func extents(_ member: String, count: Int? = nil) throws(MetadataError) -> [Int] {
    let value = try required(member)
    guard let list = value.array, count == nil || list.count == count else {
      throw invalid(member, value)
    }
    guard (1...ZarrArray.mostDimensions).contains(list.count) else {
      throw .unsupported(
        member: name(member), found: value.text(),
        supported: "one to \(ZarrArray.mostDimensions) dimensions")
    }
    var extents: [Int] = []
    for item in list {
      guard let extent = item.integer, extent > 0, extent < 1 << 40 else {
        throw invalid(member, value)
      }
      extents.append(extent)
    }
    return extents
  }

  /// Each of 0 ..< `count` once.
  func permutation(_ member: String, count: Int) throws(MetadataError) -> [Int] {
    let value = try required(member)
    let list = value.array?.compactMap(\.integer) ?? []
    guard value.array?.count == count, list.sorted() == Array(0..<count) else {
      throw invalid(member, value)
    }
    return list
  }

  /// `/` or `.`, where it is said.
  func separator(_ member: String) throws(MetadataError) -> String? {
    guard let value = optional(member) else { return nil }
    guard let text = value.string, text == "/" || text == "." else { throw invalid(member, value) }
    return text
  }

  /// The element size of a shuffle.
  func elementByteCount(else usual: Int) throws(MetadataError) -> Int {
    guard let value = optional("elementsize") else { return usual }
    guard let count = value.integer, (1...256).contains(count) else {
      throw invalid("elementsize", value)
    }
    return count
  }
}
