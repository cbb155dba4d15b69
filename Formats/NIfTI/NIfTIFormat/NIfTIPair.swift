import SystemIO

/// The files of a NIfTI volume: one, or a header `X.hdr` with its voxels in `X.img`.
struct NIfTIPair {
  /// Where the header is.
  var header: String
  /// Where its voxels are, should they be in another file: the names to look for.
  var data: [String]

  /// What belongs to `path`, which may name either of the two.
  init(_ path: String) {
    var stem = path
    var packing = ""
    for suffix in [".gz", ".bz2"] where path.lowercased().hasSuffix(suffix) {
      packing = String(path.suffix(suffix.count))
      stem = String(path.dropLast(suffix.count))
    }
    let kind = stem.suffix(4)
    let isUpper = kind == kind.uppercased()
    let base = String(stem.dropLast(4))
    /// Names with the suffix in the case of the path's own, packed as it first.
    func names(_ suffix: String) -> [String] {
      let name = base + (isUpper ? suffix.uppercased() : suffix)
      return [name + packing] + ["", ".gz", ".bz2"].filter { $0 != packing }.map { name + $0 }
    }
    switch kind.lowercased() {
    case ".img":
      let all = names(".hdr")
      header = all.first { VoxelKind.isFile($0) } ?? all[0]
      data = [path]
    case ".hdr":
      header = path
      data = names(".img")
    default:
      header = path
      data = []
    }
  }

  /// Whether a name is that of such a file; `isPart`: of one that has a header beside it.
  static func kind(of path: String) -> (isNIfTI: Bool, isPart: Bool) {
    var name = path.lowercased()
    for suffix in [".gz", ".bz2"] where name.hasSuffix(suffix) {
      name = String(name.dropLast(suffix.count))
    }
    return (name.hasSuffix(".nii") || name.hasSuffix(".hdr"), name.hasSuffix(".img"))
  }
}

/// What lies at a path.
enum VoxelKind {
  static func isFile(_ path: String) -> Bool {
    if case .file = kind(ofPath: path) { true } else { false }
  }

  /// Bytes of the file at `path`; 0 where there is none.
  static func byteCount(_ path: String) -> Int {
    if case .file(let count) = kind(ofPath: path) { count } else { 0 }
  }
}
