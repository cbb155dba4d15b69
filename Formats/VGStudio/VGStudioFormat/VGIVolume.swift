import SystemIO
import VolumeCore
import VoxelFiles

/// One `{volume1}` of a header: its files, its place in the scene, and what is worth telling.
struct VGIVolume: Hashable {
  /// `volume1`.
  let name: String
  /// The files, the first layers first.
  let files: [VGIFile]
  /// The extent of their parts together.
  let shape: Shape3
  /// The voxel.
  let spacing: VoxelSpacing?
  /// What was noticed that is no error.
  let remarks: [String]

  /// Decodes `object` of `header`, which is called `file`.
  init(
    _ object: VGIHeader.Object, of header: VGIHeader, said: VoxelType?, file: String
  ) throws(VGStudioError) {
    name = object.name
    let representation = object.section("representation")
    let sections = object.sections
      .compactMap { section in
        VGIHeader.number(of: section.name, after: "file").map { (number: $0, section: section) }
      }
      .sorted { $0.number < $1.number }
    for (one, other) in zip(sections, sections.dropFirst()) where one.number == other.number {
      throw .saysTwice(
        file: file, key: "[file\(one.number)]", one: one.section.values["name"] ?? "",
        other: other.section.values["name"] ?? "")
    }
    var files: [VGIFile] = []
    for (_, section) in sections {
      files.append(
        try VGIFile(section, representation: representation, said: said, file: file))
    }
    guard let first = files.first else {
      throw .leavesOut(file: file, key: "[file1]", section: name)
    }
    var layers = 0
    for (index, other) in files.enumerated() {
      guard other.size.y == first.size.y, other.size.x == first.size.x,
        other.part.y.count == first.part.y.count, other.part.x.count == first.part.x.count,
        other.voxelType == first.voxelType
      else { throw .filesDiffer(file: file, one: first.name, other: files[index].name) }
      layers += other.part.z.count
    }
    let shape = Shape3(z: layers, y: first.part.y.count, x: first.part.x.count)
    guard FlatLayout.checkedByteCount(shape, first.voxelType) != nil else {
      throw .extentIsImpossible(file: file, shape: shape)
    }
    if let said = try representation?.integers("size", counts: [3], file: file) {
      let whole = Shape3(z: said[2], y: said[1], x: said[0])
      guard whole == shape else {
        throw .representationDiffers(file: file, representation: whole, files: shape)
      }
    }
    self.files = files
    self.shape = shape

    var remarks = Self.remarks(on: object, first)
    let geometry = header.geometry(of: object.name)
    spacing = Self.spacing(geometry, &remarks)
    if let turn = geometry?.numbers("rotate"), turn != [1, 0, 0, 0, 1, 0, 0, 0, 1] {
      remarks.append(
        "the header turns the volume in its scene; the voxels are read as they lie in the file")
    }
    self.remarks = remarks
  }

  private static func remarks(on object: VGIHeader.Object, _ file: VGIFile) -> [String] {
    var remarks: [String] = []
    let sections = object.sections.filter { section in
      section.name == "representation"
        || VGIHeader.number(of: section.name, after: "file") != nil
    }
    if let mirror = sections.compactMap({ $0.values["mirror"] })
      .first(where: { $0.contains { ("1"..."9").contains($0) } })
    {
      remarks.append(
        "WARNING: the header has VGStudio mirror the volume when it loads it (mirror = \(mirror)); "
          + "the voxels are read as they lie in the file")
    }
    if file.part != Region(file.size) {
      remarks.append(
        "the header takes a part of what the file holds: \(file.part) of "
          + "\(file.size) (z, y, x)")
    }
    return remarks
  }

  private static func spacing(
    _ geometry: VGIHeader.Section?, _ remarks: inout [String]
  ) -> VoxelSpacing? {
    guard let geometry, let text = geometry.values["resolution"] else {
      remarks.append("the header gives no voxel size")
      return nil
    }
    guard let unit = geometry.values["unit"], let micrometres = LengthUnit.micrometres(in: unit)
    else {
      remarks.append(
        "the voxel size (resolution = \(text)) is not used: "
          + (geometry.values["unit"].map { "\($0) is no unit that is known" } ?? "it has no unit"))
      return nil
    }
    guard let numbers = geometry.numbers("resolution"), numbers.count == 3 || numbers.count == 1,
      let first = numbers.first, let last = numbers.last
    else {
      remarks.append("the voxel size (resolution = \(text)) is not used: it is not three numbers")
      return nil
    }
    let spacing = VoxelSpacing(
      z: last, y: numbers.count == 3 ? numbers[1] : first, x: first, unit: micrometres)
    guard spacing.isPossible else {
      remarks.append("the voxel size (resolution = \(text)) is not used: it is not positive")
      return nil
    }
    if let scale = geometry.numbers("scale"), scale.contains(where: { $0 != 1 }) {
      remarks.append(
        "the header scales the volume in its scene; the voxel size is its resolution, unscaled")
    }
    return spacing
  }
}
