import SystemIO
import VolumeCore
import VoxelFiles

/// The grid of voxels that a header declares, and one number of each of its values.
struct AmiraLattice: Hashable {
  /// The extent.
  let shape: Shape3
  /// The array that is read.
  let field: AmiraHeader.Field
  /// What one number of it is.
  let voxelType: VoxelType
  /// Numbers that lie beside each other in a voxel.
  let numbers: Int
  /// Which of them is read.
  let number: Int

  /// Chooses what `channel` stands for in `header`; the numbers of all arrays are counted on.
  init(_ header: AmiraHeader, hints: OpeningHints, file: String) throws(AvizoError) {
    let fields = header.fields.filter { $0.owner == "Lattice" }
    guard !fields.isEmpty, let extent = header.extents["Lattice"] else {
      throw .hasNoLattice(file: file, holds: header.fields.map { "\($0.owner) \($0.name)" })
    }
    guard extent.count == 3 || extent.count == 2 else {
      throw .latticeIsNotRead(file: file, extent: extent)
    }
    let shape = Shape3(z: extent.count == 3 ? extent[2] : 1, y: extent[1], x: extent[0])
    if let kind = header.parameters["CoordType"]?.values.first, kind != "uniform" {
      throw .isNotUniform(file: file, kind: kind)
    }
    var channels: [(field: AmiraHeader.Field, number: Int)] = []
    for field in fields {
      let numbers = Self.numbers(of: field)
      // Nothing has so many; and each is listed.
      guard numbers <= 4096, channels.count <= 4096 else {
        throw .typeIsNotRead(
          file: file, field: field.name, type: "\(field.type)[\(field.components)]")
      }
      channels += (0..<numbers).map { (field, $0) }
    }
    let kinds = fields.map {
      let count = Self.numbers(of: $0)
      return count == 1 ? $0.name : "\($0.name) (\(count))"
    }
    let channel: Int
    do {
      channel = try hints.channel(
        of: channels.count, kind: kinds.joined(separator: ", "), file: file)
    } catch {
      throw .hint(error)
    }
    let (field, number) = channels[channel]
    guard let type = AmiraType(field.type) else {
      throw .typeIsNotRead(file: file, field: field.name, type: field.type)
    }
    let numbers = Self.numbers(of: field)
    switch field.compression {
    case nil, "HxZip": break
    case "HxByteRLE":
      // Nowhere is it said in which order it takes the bytes of wider values.
      guard type.voxelType.byteCount == 1, numbers == 1 else {
        let components = field.components > 1 ? "[\(field.components)]" : ""
        throw .runsAreOfWideValues(
          file: file, field: field.name, type: field.type + components)
      }
    case .some(let compression):
      throw .compressionIsNotRead(file: file, compression: compression)
    }
    guard let bytes = FlatLayout.checkedByteCount(shape, type.voxelType),
      !bytes.multipliedReportingOverflow(by: numbers).overflow
    else { throw .extentIsImpossible(file: file, shape: shape) }
    self.shape = shape
    self.field = field
    voxelType = type.voxelType
    self.numbers = numbers
    self.number = number
  }

  /// Numbers of a value of `field`: of a complex vector, two for each of its components.
  private static func numbers(of field: AmiraHeader.Field) -> Int {
    let (product, overflows) = field.components.multipliedReportingOverflow(
      by: AmiraType(field.type)?.numbers ?? 1)
    return overflows ? .max : product
  }

  /// Puts voxel size, place and classes of `header` into `volume`.
  func describe(_ volume: inout VolumeDescription, by header: AmiraHeader) {
    describePlace(&volume, by: header.parameters)
    let materials = header.parameters["Materials"]?.inside?.entries.filter { $0.inside != nil }
    guard let materials, !materials.isEmpty, field.name.lowercased().contains("label") else {
      return
    }
    guard voxelType == .uint8 else {
      volume.remarks.append(
        "the names of \(materials.count) materials are left out: they are taken along with labels "
          + "of 8 bits")
      return
    }
    let ids = materials.enumerated().compactMap { place, material in
      material.inside?.numbers("Id")?.first.map { $0 - Double(place) }
    }
    // Labels are the places of materials in this list; the Id is counted from 0 or from 1, or is of
    // other use.
    if Set(ids).count > 1 || ids.first.map({ $0 != 0 && $0 != 1 }) == true {
      volume.remarks.append(
        "the materials' Ids are not in their order; a label is the place in the list, from 0")
    }
    volume.classes = materials.prefix(256).enumerated().map { place, material in
      let colour = material.inside?.numbers("Color")?.prefix(3).map {
        Int((255 * min(max($0.isNaN ? 0 : $0, 0), 1)).rounded())
      }
      let palette = LabelClass.palette
      return LabelClass(
        value: place, name: material.name,
        colour: colour?.count == 3 ? (colour ?? []) + [255] : palette[place % palette.count])
    }
  }

  private func describePlace(
    _ volume: inout VolumeDescription, by parameters: AmiraParameters
  ) {
    if let matrix = parameters.numbers("TransformationMatrix"),
      matrix != [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    {
      volume.remarks.append(
        "the file moves or turns the volume (TransformationMatrix); that is not applied")
    }
    guard let box = parameters.numbers("BoundingBox"), box.count == 6 else {
      volume.remarks.append("the file gives no voxel size: it has no BoundingBox of six numbers")
      return
    }
    let words = box.map { "\($0)" }.joined(separator: " ")
    let unit = parameters["Units"]?.inside?["Coordinates"]?.values.first
    guard let unit, let micrometres = LengthUnit.micrometres(in: unit) else {
      volume.remarks.append(
        "the voxel size is not used: the BoundingBox \(words) has "
          + (unit.map { "the unit \($0), which is not known" } ?? "no unit"))
      return
    }
    volume.position = PhysicalPosition(z: box[4], y: box[2], x: box[0], unit: micrometres)
    // The box reaches from the centre of the first voxel to that of the last.
    guard shape.z > 1, shape.y > 1, shape.x > 1 else {
      volume.remarks.append(
        "the BoundingBox \(words) gives no voxel size along an axis of one voxel")
      return
    }
    let spacing = VoxelSpacing(
      z: (box[5] - box[4]) / Double(shape.z - 1), y: (box[3] - box[2]) / Double(shape.y - 1),
      x: (box[1] - box[0]) / Double(shape.x - 1), unit: micrometres)
    guard spacing.isPossible else {
      volume.remarks.append("the voxel size is not used: the BoundingBox \(words) has no extent")
      return
    }
    volume.spacing = spacing
  }
}
