/// The number of an element: group and element.
enum DICOMTag {
  static let syntax: UInt32 = 0x0002_0010
  static let modality: UInt32 = 0x0008_0060
  static let seriesDescription: UInt32 = 0x0008_103E
  static let sliceThickness: UInt32 = 0x0018_0050
  static let between: UInt32 = 0x0018_0088
  static let series: UInt32 = 0x0020_000E
  static let instance: UInt32 = 0x0020_0013
  static let position: UInt32 = 0x0020_0032
  static let orientation: UInt32 = 0x0020_0037
  static let samples: UInt32 = 0x0028_0002
  static let photometric: UInt32 = 0x0028_0004
  static let planar: UInt32 = 0x0028_0006
  static let frames: UInt32 = 0x0028_0008
  static let rows: UInt32 = 0x0028_0010
  static let columns: UInt32 = 0x0028_0011
  static let pixelSpacing: UInt32 = 0x0028_0030
  static let allocated: UInt32 = 0x0028_0100
  static let stored: UInt32 = 0x0028_0101
  static let highBit: UInt32 = 0x0028_0102
  static let sign: UInt32 = 0x0028_0103
  static let intercept: UInt32 = 0x0028_1052
  static let slope: UInt32 = 0x0028_1053
  static let sharedGroups: UInt32 = 0x5200_9229
  static let frameGroups: UInt32 = 0x5200_9230
  static let floatPixels: UInt32 = 0x7FE0_0008
  static let doublePixels: UInt32 = 0x7FE0_0009
  static let pixels: UInt32 = 0x7FE0_0010
  static let item: UInt32 = 0xFFFE_E000
  static let itemEnd: UInt32 = 0xFFFE_E00D
  static let sequenceEnd: UInt32 = 0xFFFE_E0DD
}

/// Goes from element to element, and trusts no length.
struct DICOMElements {
  /// One element: its number, its type, and where its value lies.
  struct Element {
    var tag: UInt32
    /// Two letters; empty where the file does not say it.
    var type: String
    /// `nil`: to the mark that ends it.
    var count: Int?
    var start: Int
  }

  /// Why there is no next element.
  enum Stop: Error {
    /// The bytes that are in memory are at their end.
    case end
    /// An element cannot be what it says.
    case malformed(String)
  }

  let bytes: [UInt8]
  /// Whether types are written.
  var isExplicit: Bool
  var isBigEndian: Bool
  var place: Int

  func number(_ start: Int, _ count: Int) -> Int {
    var value = 0
    for index in 0..<count {
      value = value << 8 | Int(bytes[isBigEndian ? start + index : start + count - 1 - index])
    }
    return value
  }

  mutating func next() throws(Stop) -> Element {
    guard bytes.count - place >= 8 else { throw .end }
    let tag = UInt32(number(place, 2)) << 16 | UInt32(number(place + 2, 2))
    var element = Element(tag: tag, type: "", count: nil, start: place + 8)
    let length: Int
    if tag >> 16 == 0xFFFE || !isExplicit {
      length = number(place + 4, 4)
    } else {
      let letters = bytes[(place + 4)..<(place + 6)]
      guard letters.allSatisfy({ (0x41...0x5A).contains($0) }) else {
        throw .malformed("the element at byte \(place) has no type")
      }
      element.type = String(decoding: letters, as: UTF8.self)
      if ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"].contains(
        element.type)
      {
        guard bytes.count - place >= 12 else { throw .end }
        length = number(place + 8, 4)
        element.start = place + 12
      } else {
        length = number(place + 6, 2)
      }
    }
    if length != 0xFFFF_FFFF { element.count = length }
    place = element.start
    return element
  }

  /// Steps over a value.
  mutating func skip(_ count: Int) throws(Stop) {
    guard count <= bytes.count - place else { throw .end }
    place += count
  }
}
