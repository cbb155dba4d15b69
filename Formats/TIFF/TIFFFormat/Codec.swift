/// The compressions of TIFF by their numbers.
enum Codec {
  /// What compression `number` is called, and whether it is read: those that lose nothing are.
  static func described(_ number: Int) -> (name: String, isRead: Bool) {
    switch number {
    case 1: ("none", true)
    case 5: ("LZW", true)
    case 8, 32946: ("deflate", true)
    case 32773: ("PackBits", true)
    case 34925: ("LZMA", true)
    case 50000: ("zstd", true)
    case 2, 3, 4: ("CCITT (a fax)", false)
    case 6, 7: ("JPEG", false)
    case 33003, 33004, 33005, 34712: ("JPEG 2000", false)
    case 34661: ("JBIG", false)
    case 34887: ("LERC", false)
    case 50001: ("WebP", false)
    case 50002, 52546: ("JPEG XL", false)
    case 22610, 34892: ("JPEG XR or lossy JPEG", false)
    default: ("of kind \(number)", false)
    }
  }

  /// Whether a predictor goes with compression `number`; elsewhere readers disagree on what it means.
  static func takesPredictor(_ number: Int) -> Bool {
    [5, 8, 32946, 34925, 50000].contains(number)
  }

  /// No stream of compression `number` grows by more than this when it is decoded.
  static func mostGrowth(_ number: Int) -> Int {
    switch number {
    case 5: 4096
    case 8, 32946: 1100
    case 32773: 128
    default: 50_000
    }
  }
}
