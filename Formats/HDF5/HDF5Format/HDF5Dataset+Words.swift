import HDF5Library
import VolumeCore

extension HDF5Dataset {
  /// "/a/b (5, 7, 11) uint16, chunks (1, 7, 11), gzip": what is shown to choose from.
  var words: String {
    var words = "\(path) \(HDF5FormatError.extents(extents)) \(element.words)"
    switch layout {
    case .chunked(let edges): words += ", chunks \(HDF5FormatError.extents(edges))"
    case .virtual: words += ", virtual"
    case .external: words += ", external"
    case .compact, .contiguous: break
    }
    for filter in filters { words += ", \(filter.words)" }
    return words
  }

  /// Whether it may be a volume: numbers along three axes at least, more than a line of them.
  var isVolume: Bool {
    element.voxelType != nil && extents.count >= 3 && extents.allSatisfy { $0 > 0 }
      && extents.filter { $0 > 1 }.count >= 2
  }
}

extension HDF5Element {
  /// "uint16", "bool", "compound of r, i".
  var words: String {
    if isBool { return "bool" }
    switch kind {
    case .integer, .enumeration: return "\(isSigned ? "int" : "uint")\(8 * byteCount)"
    case .bits: return "\(8 * byteCount) bits"
    case .float: return "float\(8 * byteCount)"
    case .compound: return "compound of \(names.joined(separator: ", "))"
    case .text: return "text"
    case .other: return "another type"
    }
  }

  /// Whether it is a real and an imaginary part.
  var isComplex: Bool {
    let known: [Set<String>] = [["r", "i"], ["real", "imag"], ["re", "im"]]
    return kind == .compound && known.contains(Set(names.map { $0.lowercased() }))
  }
}

extension HDF5Filter {
  /// The name that people know.
  var words: String {
    switch number {
    case 1: "gzip"
    case 2: "shuffle"
    case 3: "fletcher32"
    case 4: "szip"
    case 5: "nbit"
    case 6: "scaleoffset"
    case 32000: "lzf"
    case 32001: "blosc"
    case 32004: "lz4"
    case 32008: "bitshuffle"
    case 32013: "zfp"
    case 32015: "zstd"
    case 32017: "sz"
    case 32022: "jpeg"
    case 32026: "blosc2"
    default: name.isEmpty ? "filter \(number)" : name
    }
  }
}
