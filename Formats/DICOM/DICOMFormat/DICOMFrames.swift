import SystemIO
import VolumeCore

/// Where each frame of a file lies.
struct DICOMFrames: Hashable {
  var path: String
  var file: String
  /// First byte and bytes of each frame.
  var places: [Place]

  struct Place: Hashable {
    var offset: Int
    var byteCount: Int
  }

  init(_ header: DICOMHeader, _ pixels: DICOMPixels) throws(DICOMError) {
    path = header.path
    file = header.file
    places = []
    if pixels.isRunLength {
      guard header.pixelCount == nil else {
        throw .isMalformed(file: file, what: "its compressed pixels are in one piece")
      }
      try takePieces(header)
      return
    }
    let each = pixels.frameByteCount
    let (all, overflows) = each.multipliedReportingOverflow(by: header.frames)
    guard let said = header.pixelCount else {
      throw .isMalformed(file: file, what: "its pixels are in pieces, and not compressed")
    }
    guard !overflows, said >= all else {
      throw .isMalformed(
        file: file, what: "its pixels have \(said) bytes, and \(header.frames) frames of \(each)")
    }
    let (end, isTooFar) = header.pixelStart.addingReportingOverflow(all)
    guard !isTooFar, end <= header.fileByteCount else {
      throw .isTruncated(file: file, needed: end, byteCount: header.fileByteCount)
    }
    places = (0..<header.frames).map {
      Place(offset: header.pixelStart + $0 * each, byteCount: each)
    }
  }

  /// The pieces of compressed pixels: a table of offsets, which is not needed, and one for each frame.
  private mutating func takePieces(_ header: DICOMHeader) throws(DICOMError) {
    var place = header.pixelStart
    var isFirst = true
    do throws(SystemError) {
      let handle = try FileHandle(readingFrom: path)
      while places.count < header.frames {
        var bytes = [UInt8](repeating: 0, count: 8)
        guard try handle.read(&bytes, at: place) == 8 else { break }
        let walk = DICOMElements(bytes: bytes, isExplicit: false, isBigEndian: false, place: 0)
        let tag = UInt32(walk.number(0, 2)) << 16 | UInt32(walk.number(2, 2))
        let count = walk.number(4, 4)
        guard tag == DICOMTag.item, count <= header.fileByteCount - place - 8 else { break }
        if !isFirst { places.append(Place(offset: place + 8, byteCount: count)) }
        isFirst = false
        place += 8 + count
      }
    } catch {
      throw .system(error)
    }
    guard places.count == header.frames else {
      throw .isMalformed(
        file: file, what: "\(places.count) of \(header.frames) frames are in it")
    }
  }
}

extension FileHandle {
  /// Reads into `bytes`; returns how many there were.
  func read(_ bytes: inout [UInt8], at place: Int) throws(SystemError) -> Int {
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    return try read(at: place, into: &raw)
  }
}

/// Decodes rows of a frame.
struct DICOMDecoding {
  let pixels: DICOMPixels
  let channel: Int

  /// Reads `rows` of the frame at `place` as voxels of the machine's byte order.
  func read(
    _ rows: Range<Int>, _ place: DICOMFrames.Place, frame: Int, of file: DICOMFrames,
    into destination: inout MutableRawSpan
  ) throws(DICOMError) {
    if pixels.isRunLength {
      var stored = [UInt8](repeating: 0, count: place.byteCount)
      try fill(&stored, place.offset, file, frame)
      try decodeRuns(stored, rows, frame, file, into: &destination)
    } else {
      try readPlain(rows, place, frame, file, into: &destination)
    }
    trim(&destination)
  }

  private func fill(
    _ bytes: inout [UInt8], _ offset: Int, _ file: DICOMFrames, _ frame: Int
  ) throws(DICOMError) {
    let found: Int
    do throws(SystemError) {
      found = try FileHandle(readingFrom: file.path).read(&bytes, at: offset)
    } catch {
      throw .system(error)
    }
    guard found == bytes.count else {
      throw .frameIsDamaged(
        file: file.file, frame: frame, what: "the file has become shorter since it was opened")
    }
  }

  private func readPlain(
    _ rows: Range<Int>, _ place: DICOMFrames.Place, _ frame: Int, _ file: DICOMFrames,
    into destination: inout MutableRawSpan
  ) throws(DICOMError) {
    let (samples, width) = (pixels.samples, pixels.width)
    // Samples beside each other, or planes one after the other.
    let step = pixels.isPlanar ? 1 : samples
    let plane = pixels.isPlanar ? channel * pixels.rows * pixels.columns * width : 0
    let row = pixels.columns * step * width
    var stored = [UInt8](repeating: 0, count: rows.count * row)
    try fill(&stored, place.offset + plane + rows.lowerBound * row, file, frame)
    let first = pixels.isPlanar ? 0 : channel * width
    let swaps = pixels.isBigEndian && width > 1
    unsafe destination.withUnsafeMutableBytes { to in
      unsafe stored.withUnsafeBytes { from in
        if step == 1 {
          unsafe to.copyMemory(from: from)
        } else {
          for index in 0..<(to.count / width) {
            for byte in 0..<width {
              unsafe to[index * width + byte] = from[first + index * step * width + byte]
            }
          }
        }
      }
    }
    if swaps { swapBytes(of: &destination, width: width) }
  }

  /// Runs of bytes (PS3.5 annex G): one segment for each byte of each sample, the highest first.
  private func decodeRuns(
    _ stored: [UInt8], _ rows: Range<Int>, _ frame: Int, _ file: DICOMFrames,
    into destination: inout MutableRawSpan
  ) throws(DICOMError) {
    func damaged(_ what: String) -> DICOMError {
      .frameIsDamaged(file: file.file, frame: frame, what: what)
    }
    let walk = DICOMElements(bytes: stored, isExplicit: false, isBigEndian: false, place: 0)
    let width = pixels.width
    guard stored.count >= 64, walk.number(0, 4) == pixels.samples * width else {
      throw damaged("it has not \(pixels.samples * width) segments")
    }
    let wanted = (rows.lowerBound * pixels.columns)..<(rows.upperBound * pixels.columns)
    for byte in 0..<width {
      let number = channel * width + byte
      let start = walk.number(4 + 4 * number, 4)
      let last = number + 1 == pixels.samples * width
      let end = last ? stored.count : walk.number(8 + 4 * number, 4)
      guard start >= 64, start <= end, end <= stored.count else {
        throw damaged("segment \(number) lies outside of it")
      }
      let count = unsafe destination.withUnsafeMutableBytes { to in
        unsafe Self.expand(
          stored[start..<end], wanted, width: width, place: width - 1 - byte, into: to)
      }
      guard count == wanted.upperBound else {
        throw damaged("segment \(number) ends after \(count) of \(wanted.upperBound) bytes")
      }
    }
  }

  /// Writes the bytes `wanted` of a segment, every `width`-th; returns how many there were up to its
  /// last.
  private static func expand(
    _ source: ArraySlice<UInt8>, _ wanted: Range<Int>, width: Int, place: Int,
    into target: UnsafeMutableRawBufferPointer
  ) -> Int {
    var done = 0
    var next = source.startIndex
    func put(_ byte: UInt8) {
      if done >= wanted.lowerBound, done < wanted.upperBound {
        unsafe target[(done - wanted.lowerBound) * width + place] = byte
      }
      done += 1
    }
    while next < source.endIndex, done < wanted.upperBound {
      let control = Int8(bitPattern: source[next])
      next += 1
      if control >= 0 {
        let count = Int(control) + 1
        guard source.endIndex - next >= count else { return done }
        for index in 0..<count where done < wanted.upperBound { put(source[next + index]) }
        next += count
      } else if control != -128 {
        guard next < source.endIndex else { return done }
        for _ in 0..<(1 - Int(control)) where done < wanted.upperBound { put(source[next]) }
        next += 1
      }
    }
    return done
  }

  /// Takes away bits that are no part of the value, which old files used for overlays, and brings the
  /// sign to the top.
  private func trim(_ voxels: inout MutableRawSpan) {
    let all = 8 * pixels.width
    guard pixels.bits < all else { return }
    switch pixels.voxelType {
    case .uint8: trim(&voxels, as: UInt8.self)
    case .int8: trim(&voxels, as: Int8.self)
    case .uint16: trim(&voxels, as: UInt16.self)
    case .int16: trim(&voxels, as: Int16.self)
    case .uint32: trim(&voxels, as: UInt32.self)
    case .int32: trim(&voxels, as: Int32.self)
    default: break
    }
  }

  private func trim<Value: FixedWidthInteger>(_ voxels: inout MutableRawSpan, as: Value.Type) {
    let above = Value.bitWidth - pixels.bits - pixels.lowest
    let unused = Value.bitWidth - pixels.bits
    unsafe voxels.withUnsafeMutableBytes { bytes in
      for place in stride(from: 0, to: bytes.count, by: MemoryLayout<Value>.size) {
        let value = unsafe bytes.loadUnaligned(fromByteOffset: place, as: Value.self)
        unsafe bytes.storeBytes(
          of: (value << above) >> unused, toByteOffset: place, as: Value.self)
      }
    }
  }
}
