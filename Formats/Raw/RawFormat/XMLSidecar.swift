import VolumeCore
import VoxelFiles
import XMLReading

/// The `.vol.xml` that the ESRF lays beside a volume: `tomodb2/reconstruction/listSubVolume/subVolume`
/// with SIZEX, SIZEY, SIZEZ, BYTE_ORDER and voxelSize (in micrometres).
enum XMLSidecar {
  /// What the document `bytes`, called `name`, says of the volume in the file called `volume`; `nil`
  /// where it is another kind of document.
  ///
  /// - Parameter isOurs: whether the file's name leaves no doubt what it should be.
  static func claim(
    _ bytes: [UInt8], name: String, volume: String, isOurs: Bool
  ) throws(RawError) -> RawClaim? {
    guard let root = XMLElement(parsing: bytes) else {
      guard isOurs else { return nil }
      throw .sidecarCannotBeParsed(sidecar: name, why: "it is no well-formed XML")
    }
    guard root.name == "tomodb2",
      let list = root["reconstruction", "listSubVolume"] ?? root["reconstruction"]
    else {
      guard isOurs else { return nil }
      throw .sidecarLacks(sidecar: name, what: "tomodb2/reconstruction/listSubVolume/subVolume")
    }
    let all = list.children("subVolume")
    // Files are renamed: one that stands alone is meant whatever it is called.
    let own = all.filter { volumeName($0) == volume }
    guard let element = own.count == 1 ? own[0] : all.count == 1 ? all[0] : nil else {
      throw .sidecarLacks(
        sidecar: name, what: "exactly one subVolume whose SUBVOLUME_NAME is \(volume)")
    }

    func text(_ key: String) -> String? {
      element.child(key).map { trimmed($0.text) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    func extent(_ key: String) throws(RawError) -> Int {
      guard let text = text(key) else {
        throw .sidecarLacks(sidecar: name, what: "all of SIZEX, SIZEY and SIZEZ")
      }
      guard let extent = Int(text), extent > 0 else {
        throw .sidecarIsMalformed(sidecar: name, line: "<\(key)>\(text)</\(key)>")
      }
      return extent
    }
    var claim = RawClaim(source: .sidecar(name, .xml))
    claim.shape = Shape3(z: try extent("SIZEZ"), y: try extent("SIZEY"), x: try extent("SIZEX"))
    switch text("BYTE_ORDER")?.uppercased() {
    case nil: break
    case "LOWBYTEFIRST": claim.byteOrder = .little
    case "HIGHBYTEFIRST": claim.byteOrder = .big
    case let other?:
      throw .sidecarIsMalformed(sidecar: name, line: "<BYTE_ORDER>\(other)</BYTE_ORDER>")
    }
    if let edge = text("voxelSize").flatMap({ Double($0) }), edge > 0, edge.isFinite {
      claim.spacing = VoxelSpacing(cube: edge)
    }
    return claim
  }

  /// The name of the file that a subVolume stands for, without folders.
  private static func volumeName(_ element: XMLElement) -> String? {
    element.child("SUBVOLUME_NAME").map { element in
      String(trimmed(element.text).split(separator: "/").last ?? "")
    }
  }
}
