import HDF5Child
import HDF5Library
import VolumeCore

/// The layouts of other programs that are known, asked one after another.
struct Layouts {
  let contents: HDF5Contents
  let hints: OpeningHints
  let imaris: ImarisLayout
  let bigDataViewer: BigDataViewerLayout
  let dream3D: DREAM3DLayout
  let nexus: NeXusLayout
  let plain: PlainLayout

  init(_ contents: HDF5Contents, _ hints: OpeningHints) throws(HDF5FormatError) {
    self.contents = contents
    self.hints = hints
    imaris = ImarisLayout(contents)
    bigDataViewer = BigDataViewerLayout(contents)
    dream3D = DREAM3DLayout(contents)
    nexus = try NeXusLayout(contents)
    plain = PlainLayout(contents)
  }

  /// The volume that a layout means without being told a path.
  func chosen() throws(HDF5FormatError) -> FoundVolume? {
    if let path = try imaris.chosen(hints), let dataset = contents.listed(path) {
      return try described(dataset)
    }
    if let path = try bigDataViewer.chosen(hints), let dataset = contents.listed(path) {
      return try described(dataset)
    }
    if let path = try nexus.chosen(), let dataset = try contents.dataset(path), dataset.isVolume,
      try projections(dataset) == nil, hints.level == nil
    {
      return try described(dataset)
    }
    return nil
  }

  /// What the layout that `dataset` belongs to says of it.
  func described(_ dataset: HDF5Dataset) throws(HDF5FormatError) -> FoundVolume {
    if let found = try imaris.described(dataset) { return found }
    if let found = try bigDataViewer.described(dataset) { return found }
    if let found = try dream3D.described(dataset, hints) { return found }
    var found = FoundVolume(dataset)
    found.channel = hints.channel
    try nexus.describe(&found)
    try plain.describe(&found)
    return found
  }

  /// The sign by which `dataset` holds projections; `nil` where it does not.
  func projections(_ dataset: HDF5Dataset) throws(HDF5FormatError) -> String? {
    let group = HDF5Contents.parent(dataset.path)
    for sign in ["image_key", "image_key_control", "theta"]
    where contents.has(HDF5Contents.join(group, sign)) {
      return "'\(sign)' lies beside it"
    }
    if HDF5Contents.name(group) == "exchange", contents.has("/exchange/theta") {
      return "'theta' lies beside it"
    }
    if nexus.isProjections(dataset.path) { return "its entry is defined as NXtomo" }
    return nil
  }

  func refuseProjections(_ dataset: HDF5Dataset) throws(HDF5FormatError) {
    guard let sign = try projections(dataset) else { return }
    throw .isProjections(file: contents.file, dataset: dataset.path, sign: sign)
  }
}

/// Takes the number off a name: 3 of "Channel 3" where the word is "Channel ".
func number(of name: String, behind word: String) -> Int? {
  guard name.hasPrefix(word) else { return nil }
  let digits = name.dropFirst(word.count)
  guard !digits.isEmpty, digits.utf8.count <= 9,
    digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
  else { return nil }
  return Int(digits)
}
