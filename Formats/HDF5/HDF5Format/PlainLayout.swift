import HDF5Child
import HDF5Library
import VolumeCore

/// A dataset with attributes: those that Fiji, ilastik and we ourselves write, and those of the
/// published PA66 volumes.
struct PlainLayout {
  let contents: HDF5Contents
  /// Edges z, y, x in micrometres.
  static let edges = "element_size_um"
  /// The centre of the first voxel, z, y, x in micrometres.
  static let position = "position_um"
  /// The first voxel in the volume that it was cut from, z, y, x.
  static let origin = "origin_voxels"
  /// Names, values and colours of labels, as JSON.
  static let classes = "classes"

  init(_ contents: HDF5Contents) { self.contents = contents }

  func describe(_ found: inout FoundVolume) throws(HDF5FormatError) {
    let path = found.dataset.path
    if let edges = try three(Self.edges, path) {
      let spacing = VoxelSpacing(z: edges[0], y: edges[1], x: edges[2])
      if spacing.isPossible { found.about.spacing = spacing }
      if let place = try three(Self.position, path) {
        found.about.position = PhysicalPosition(z: place[0], y: place[1], x: place[2])
      }
    }
    if let text = try contents.attribute(Self.classes, of: path)?.text {
      found.about.classes = Self.classes(parsing: text)
    }
    try describePA66(&found)
  }

  private func three(_ name: String, _ path: String) throws(HDF5FormatError) -> [Double]? {
    guard let numbers = try contents.attribute(name, of: path)?.numbers, numbers.count == 3,
      numbers.allSatisfy(\.isFinite)
    else { return nil }
    return numbers
  }

  static func classes(parsing text: String) -> [LabelClass]? {
    guard let list = JSONValue(parsing: text)?.array, !list.isEmpty, list.count <= 256 else {
      return nil
    }
    var classes: [LabelClass] = []
    for item in list {
      guard let value = item["value"]?.integer, let name = item["name"]?.string,
        let colour = item["colour"]?.array?.compactMap(\.integer), colour.count == 4,
        (0...255).contains(value), colour.allSatisfy({ (0...255).contains($0) })
      else { return nil }
      classes.append(LabelClass(value: value, name: name, colour: colour))
    }
    return classes
  }

  /// The published volumes say the edge of a voxel in micrometres, and what labels mean, at the
  /// dataset or at its group.
  private func describePA66(_ found: inout FoundVolume) throws(HDF5FormatError) {
    let path = found.dataset.path
    let group = HDF5Contents.parent(path)
    guard ["/pa66", "/pa66_test", "/crack"].contains(group) else { return }
    found.format = "HDF5 (PA66)"
    for object in [path, group] {
      if found.about.spacing == nil,
        let edges = try contents.attribute("spacing", of: object)?.numbers
      {
        // Written as x, y, z where there are three.
        let spacing =
          edges.count == 3
          ? VoxelSpacing(z: edges[2], y: edges[1], x: edges[0])
          : VoxelSpacing(cube: edges.first ?? 0)
        if spacing.isPossible { found.about.spacing = spacing }
      }
      let isLabels = path.hasSuffix("ground_truth") || path.hasSuffix("prediction")
      if isLabels, found.about.classes == nil {
        found.about.classes = try mapping(of: object)
      }
    }
  }

  /// `{'matrix': 0, 'fiber': 1}` as text, in JSON's or in Python's quotes.
  private func mapping(of object: String) throws(HDF5FormatError) -> [LabelClass]? {
    guard let text = try contents.attribute("class_mapping", of: object)?.text,
      let members = JSONValue(parsing: text.replacing("'", with: "\""))?.object
    else { return nil }
    var classes: [LabelClass] = []
    for (name, value) in members {
      guard let value = value.integer, (0...255).contains(value) else { return nil }
      let palette = LabelClass.palette
      classes.append(
        LabelClass(value: value, name: name, colour: palette[value % palette.count]))
    }
    return classes.isEmpty ? nil : classes.sorted { $0.value < $1.value }
  }
}
