import SystemIO
import VoxelFiles

/// What a file says before its pixels.
struct DICOMHeader: Hashable {
  var file: String
  var path: String
  var syntax = ""
  var series = ""
  var description = ""
  var instance: Int?
  var rows: Int?
  var columns: Int?
  var frames = 1
  var samples = 1
  var isPlanar = false
  var photometric = ""
  var allocated: Int?
  var stored: Int?
  var highBit: Int?
  var isSigned = false
  var pixelSpacing: [Double] = []
  var sliceThickness: Double?
  var between: Double?
  var orientation: [Double] = []
  /// The place of each frame, x, y, z in millimetres.
  var positions: [[Double]] = []
  var slope = 1.0
  var intercept = 0.0
  /// Which of the three elements holds the pixels.
  var pixelTag: UInt32 = 0
  var pixelStart = 0
  /// `nil`: they are in pieces.
  var pixelCount: Int?
  var isBigEndian = false
  var fileByteCount = 0

  /// Enough for the headers of most files, and more than any has.
  private static let usualHead = 64 << 10
  private static let longestHead = 64 << 20

  init(ofFile path: String) throws(DICOMError) {
    self.path = path
    file = fileName(ofPath: path)
    for limit in [Self.usualHead, Self.longestHead] {
      let bytes: [UInt8]
      do throws(SystemError) {
        (bytes, fileByteCount) = try head(ofFile: path, limit: limit)
      } catch {
        throw .system(error)
      }
      guard Self.isDICOM(bytes) else { throw .isNoDICOM(file: file) }
      var header = self
      do throws(DICOMElements.Stop) {
        try header.take(bytes)
        self = header
        return
      } catch {
        switch error {
        case .malformed(let what): throw .isMalformed(file: file, what: what)
        case .end:
          guard bytes.count < fileByteCount else {
            throw .isMalformed(file: file, what: "it ends before its pixels begin")
          }
        }
      }
    }
    throw .headerIsTooLong(file: file, limit: Self.longestHead)
  }

  /// Whether the bytes begin as those of a file do: 128 of anything, then "DICM".
  static func isDICOM(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 132 && Array(bytes[128..<132]) == Array("DICM".utf8)
  }

  private mutating func take(_ bytes: [UInt8]) throws(DICOMElements.Stop) {
    var walk = DICOMElements(bytes: bytes, isExplicit: true, isBigEndian: false, place: 132)
    // The first group is explicit and little-endian always, and says how the others are.
    while walk.bytes.count - walk.place >= 2, walk.number(walk.place, 2) == 2 {
      let element = try walk.next()
      guard let count = element.count else { throw .malformed("its first group has no length") }
      let start = walk.place
      try walk.skip(count)
      if element.tag == DICOMTag.syntax { syntax = Self.text(bytes[start..<(start + count)]) }
    }
    walk.isExplicit = syntax != "1.2.840.10008.1.2"
    isBigEndian = syntax == "1.2.840.10008.1.2.2"
    // A deflated file is one stream from here on.
    if syntax == "1.2.840.10008.1.2.1.99" { return }
    walk.isBigEndian = isBigEndian
    try takeElements(&walk, until: nil, depth: 0, isOfFrames: false)
    guard pixelTag != 0 else { throw .end }
  }

  /// Takes elements up to byte `end`, up to the mark of an item's end, or up to the pixels.
  private mutating func takeElements(
    _ walk: inout DICOMElements, until end: Int?, depth: Int, isOfFrames: Bool
  ) throws(DICOMElements.Stop) {
    guard depth < 12 else { throw .malformed("sequences lie more than 12 deep in each other") }
    while end.map({ walk.place < $0 }) ?? true {
      if depth == 0, walk.place == walk.bytes.count { throw .end }
      let element = try walk.next()
      if element.tag == DICOMTag.itemEnd { return }
      if depth == 0,
        [DICOMTag.pixels, DICOMTag.floatPixels, DICOMTag.doublePixels].contains(element.tag)
      {
        pixelTag = element.tag
        pixelStart = element.start
        pixelCount = element.count
        return
      }
      let isGroups = element.tag == DICOMTag.sharedGroups || element.tag == DICOMTag.frameGroups
      if element.type == "SQ" || element.count == nil || isGroups
        || isOfFrames && isSequence(element)
      {
        try takeSequence(
          element, &walk, depth: depth, isOfFrames: isOfFrames || depth == 0 && isGroups)
        continue
      }
      guard let count = element.count else { continue }
      let start = walk.place
      try walk.skip(count)
      if depth == 0 || isOfFrames { take(element, walk, start..<(start + count), depth) }
    }
  }

  /// The sequences within those of frames, where types are not written.
  private func isSequence(_ element: DICOMElements.Element) -> Bool {
    [0x0028_9110, 0x0020_9113, 0x0020_9116].contains(element.tag)
  }

  private mutating func takeSequence(
    _ sequence: DICOMElements.Element, _ walk: inout DICOMElements, depth: Int, isOfFrames: Bool
  ) throws(DICOMElements.Stop) {
    if let count = sequence.count, !isOfFrames { return try walk.skip(count) }
    let end = sequence.count.map { walk.place.addingReportingOverflow($0).partialValue }
    // What has an unknown type and no length is written without types.
    let wasExplicit = walk.isExplicit
    if sequence.type == "UN" { walk.isExplicit = false }
    while end.map({ walk.place < $0 }) ?? true {
      let item = try walk.next()
      if item.tag == DICOMTag.sequenceEnd { break }
      guard item.tag == DICOMTag.item else {
        throw .malformed("a sequence has something else than items at byte \(item.start)")
      }
      try takeElements(
        &walk, until: item.count.map { walk.place.addingReportingOverflow($0).partialValue },
        depth: depth + 1, isOfFrames: isOfFrames)
    }
    walk.isExplicit = wasExplicit
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    trimmed(String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self))
  }

  private mutating func take(
    _ element: DICOMElements.Element, _ walk: DICOMElements, _ range: Range<Int>, _ depth: Int
  ) {
    // Values are short, but for what is of no interest here.
    guard range.count <= 4096 else { return }
    var text: String { Self.text(walk.bytes[range]) }
    var number: Int? { range.count >= 2 ? walk.number(range.lowerBound, 2) : nil }
    var numbers: [Double] {
      let parts = text.split(separator: "\\", omittingEmptySubsequences: false)
      let values = parts.compactMap { Double(trimmed($0)) }.filter(\.isFinite)
      return values.count == parts.count ? values : []
    }
    switch element.tag {
    case DICOMTag.pixelSpacing: if pixelSpacing.isEmpty { pixelSpacing = numbers }
    case DICOMTag.sliceThickness: sliceThickness = sliceThickness ?? numbers.first
    case DICOMTag.between: between = between ?? numbers.first
    case DICOMTag.orientation: if orientation.isEmpty { orientation = numbers }
    case DICOMTag.position: positions.append(numbers)
    case _ where depth > 0: break
    case DICOMTag.series: series = text
    case DICOMTag.seriesDescription: description = text
    case DICOMTag.instance: instance = Int(text)
    case DICOMTag.samples: samples = number ?? 1
    case DICOMTag.photometric: photometric = text
    case DICOMTag.planar: isPlanar = number == 1
    case DICOMTag.frames: frames = Int(text) ?? 0
    case DICOMTag.rows: rows = number
    case DICOMTag.columns: columns = number
    case DICOMTag.allocated: allocated = number
    case DICOMTag.stored: stored = number
    case DICOMTag.highBit: highBit = number
    case DICOMTag.sign: isSigned = number == 1
    case DICOMTag.slope: slope = numbers.first ?? 1
    case DICOMTag.intercept: intercept = numbers.first ?? 0
    default: break
    }
  }
}
