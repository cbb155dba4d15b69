import SystemIO
import VolumeCore
import VoxelFiles

/// What a header says of the voxels, checked: extents, type, files.
struct MetaImageVolume {
  var files: PlainFiles
  /// Layers of one volume; `files` has those of all that lie behind each other.
  var layers: Int
  /// What the fourth axis counts: 1, or how many volumes lie behind each other.
  var volumes: Int
  var isCompressed: Bool
  var compressedByteCount: Int?

  init(
    _ header: MetaImageHeader, path: String, hints: OpeningHints
  ) throws(MetaImageError) {
    let file = fileName(ofPath: path)
    if let kind = header.fields["ObjectType"], kind != "Image" {
      throw .isNoImage(file: file, kind: kind)
    }
    let axes = try header.integer("NDims", file: file)
    guard let extents = try header.integers("DimSize", file: file) else {
      throw .isNotSaid(file: file, key: "DimSize")
    }
    guard axes == nil || axes == extents.count else {
      throw .valueIsMalformed(
        file: file, key: "DimSize", value: header.fields["DimSize"] ?? "")
    }
    guard (2...4).contains(extents.count) else {
      throw .hasOtherAxes(file: file, extents: extents)
    }
    guard let typeName = header.fields["ElementType"] else {
      throw .isNotSaid(file: file, key: "ElementType")
    }
    // An array is several values beside each other, as ElementNumberOfChannels says too.
    let plainName =
      typeName.hasSuffix("_ARRAY") ? String(typeName.dropLast("_ARRAY".count)) : typeName
    guard let type = VoxelType(metaName: plainName) else {
      throw .typeIsNotRead(file: file, type: typeName)
    }
    guard try header.truth("BinaryData", file: file) != false else { throw .isText(file: file) }
    let bigEndian = try header.truth(
      "BinaryDataByteOrderMSB", "ElementByteOrderMSB", file: file)
    let order: ByteOrder
    switch bigEndian {
    case true?: order = .big
    case false?: order = .little
    case nil where type.byteCount == 1: order = .native
    case nil:
      guard let said = hints.byteOrder else { throw .byteOrderIsUnknown(file: file, type: type) }
      order = said
    }
    layers = extents.count > 2 ? extents[2] : 1
    volumes = extents.count > 3 ? extents[3] : 1
    isCompressed = try header.truth("CompressedData", file: file) ?? false
    compressedByteCount = try header.integer("CompressedDataSize", file: file)

    let (allLayers, overflows) = layers.multipliedReportingOverflow(by: volumes)
    let channels = try header.integer("ElementNumberOfChannels", file: file) ?? 1
    files = PlainFiles(
      shape: Shape3(z: allLayers, y: extents[1], x: extents[0]), voxelType: type,
      byteOrder: order, files: [])
    files.valuesPerVoxel = channels
    guard !overflows, layers > 0, volumes > 0, files.checkedByteCount != nil else {
      throw .extentIsImpossible(file: file, extents: extents, channels: channels)
    }
    let names = try DataFileNames(header, extents: extents, file: file)
    let headerSize = try header.integer("HeaderSize", file: file) ?? 0
    guard headerSize >= -1 else {
      throw .valueIsMalformed(file: file, key: "HeaderSize", value: "\(headerSize)")
    }
    if isCompressed, names.isSeveral || headerSize == -1 {
      throw .compressionIsAmbiguous(file: file)
    }
    switch names {
    case .local:
      // MetaIO counts HeaderSize from the beginning of the file here too.
      files.files = [
        .init(
          path: path,
          start: headerSize == -1
            ? .fromEnd : .at(headerSize > 0 ? headerSize : header.byteCount))
      ]
    case .files(let names):
      for name in names {
        guard let place = insidePath(name, besideHeader: path) else {
          throw .leadsOutside(file: file, name: name)
        }
        files.files.append(.init(path: place, start: headerSize == -1 ? .fromEnd : .at(headerSize)))
      }
    }
  }
}

/// Where `ElementDataFile` says that the voxels are.
enum DataFileNames {
  case local
  case files([String])

  var isSeveral: Bool { if case .files(let names) = self { names.count > 1 } else { false } }

  /// Reads a name, `LOCAL`, `LIST [axes]` with names in lines of their own, or a pattern with the
  /// first number, the last and the step.
  init(
    _ header: MetaImageHeader, extents: [Int], file: String
  ) throws(MetaImageError) {
    let value = header.fields["ElementDataFile"] ?? ""
    let words = value.split(separator: " ").map(String.init)
    guard let first = words.first else { throw .isNotSaid(file: file, key: "ElementDataFile") }
    guard !["LOCAL", "Local", "local"].contains(value) else {
      self = .local
      return
    }
    /// Files of so many axes that all are to have.
    func count(ofFilesWith axes: Int) throws(MetaImageError) -> Int {
      guard axes >= 2, axes <= extents.count else {
        throw .valueIsMalformed(file: file, key: "ElementDataFile", value: value)
      }
      return extents[axes...].reduce(1, *)
    }
    let names: [String]
    var wanted: Int
    if first == "LIST" {
      guard words.count <= 2, let axes = words.count == 2 ? Int(words[1]) : extents.count - 1 else {
        throw .valueIsMalformed(file: file, key: "ElementDataFile", value: value)
      }
      names = header.list
      wanted = try count(ofFilesWith: max(axes, words.count == 2 ? axes : 2))
    } else if value.contains("%") {
      // The numbers are counted from the end, since the pattern may hold spaces.
      var numbers: [Int] = []
      var rest = words
      while numbers.count < 3, rest.count > 1, let number = Int(rest[rest.count - 1]) {
        numbers.insert(number, at: 0)
        rest.removeLast()
      }
      wanted = try count(ofFilesWith: max(2, extents.count - 1))
      guard let pattern = NamePattern(rest.joined(separator: " ")),
        let all = pattern.names(
          from: numbers.first ?? 1, to: numbers.count > 1 ? numbers[1] : wanted,
          step: numbers.count > 2 ? numbers[2] : 1, limit: 1 << 20)
      else { throw .valueIsMalformed(file: file, key: "ElementDataFile", value: value) }
      names = all
      // One file for each layer, whatever the axes above them.
      if names.count != wanted { wanted = try count(ofFilesWith: 2) }
    } else {
      names = [value]
      wanted = 1
    }
    guard names.count == wanted else {
      throw .filesAreTooFewOrMany(file: file, found: names.count, wanted: wanted)
    }
    self = .files(names)
  }
}
