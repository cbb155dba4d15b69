import SystemIO
import VolumeCore

/// The files beside a raw volume that say what it is.
struct Sidecars {
  /// What each says; all that speak must agree.
  var claims: [RawClaim] = []
  /// What was noticed that is no error.
  var remarks: [String] = []

  /// A sidecar's text has at most this many bytes.
  static let longestText = 1 << 20

  /// Reads every sidecar of the raw file at `path`.
  init(besideRawFile path: String) throws(RawError) {
    let volume = fileName(ofPath: path)
    for candidate in Self.candidates(path) {
      guard case .file(let byteCount) = kind(ofPath: candidate.path) else { continue }
      let name = fileName(ofPath: candidate.path)
      guard byteCount <= Self.longestText else {
        // A large file of a common ending is something else.
        guard candidate.isOurs else { continue }
        throw .sidecarCannotBeParsed(
          sidecar: name,
          why: "it has \(byteCount) bytes, and at most \(Self.longestText) are read")
      }
      let bytes = try asRawError { () throws(SystemError) in
        try contents(ofFile: candidate.path, limit: Self.longestText)
      }
      let claim: RawClaim? =
        switch candidate.kind {
        case .pyHST:
          try PyHSTSidecar(parsing: String(decoding: bytes, as: UTF8.self), name: name)
            .claim(name: name)
        case .xml:
          try XMLSidecar.claim(bytes, name: name, volume: volume, isOurs: candidate.isOurs)
        case .yaml, .metadata: try YAMLSidecar.claim(bytes, name: name, kind: candidate.kind)
        case .cil: try CILSidecar.claim(bytes, name: name)
        }
      guard let claim else { continue }
      claims.append(claim)
      if let remark = claim.remark { remarks.append(remark) }
      if claim.isSilent { remarks.append("the sidecar \(name) says nothing that PyHST's would") }
    }
  }

  private struct Candidate {
    var path: String
    var kind: SidecarKind
    /// Whether the name alone says that it is a sidecar of this very volume.
    var isOurs = true
  }

  /// Where sidecars of the raw file at `path` may lie, one place of each kind at most.
  private static func candidates(_ path: String) -> [Candidate] {
    var found: [Candidate] = []
    func isThere(_ path: String) -> Bool {
      if case .file = kind(ofPath: path) { true } else { false }
    }
    func add(_ kind: SidecarKind, _ places: [(path: String, isOurs: Bool)]) {
      guard let place = places.first(where: { isThere($0.path) }) else { return }
      found.append(Candidate(path: place.path, kind: kind, isOurs: place.isOurs))
    }
    guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else {
      add(.pyHST, [(path + ".info", true)])
      add(.xml, [(path + ".xml", true)])
      return found
    }
    let base = String(path[..<dot])
    // `scan.vol.info` speaks for `scan.raw` only where no `scan.vol` is there to own it.
    let volume = base + ".vol"
    let ownsVolume = volume != path && kind(ofPath: volume) == .missing
    add(.pyHST, [(path + ".info", true)] + (ownsVolume ? [(volume + ".info", true)] : []))
    add(
      .xml,
      [(path + ".xml", true)] + (ownsVolume ? [(volume + ".xml", true)] : [])
        + [(base + ".xml", false)])
    add(
      .yaml, [(path + ".yml", true), (base + ".yml", false), (base + ".yaml", false)])
    add(.metadata, [(base + ".metadata.yml", false)])
    add(.cil, [(path + ".ini", true), (base + ".ini", false)])
    return found
  }
}
