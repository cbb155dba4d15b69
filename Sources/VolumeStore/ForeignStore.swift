import Compression
import SystemIO
import VolumeCore
import ZarrFormat

/// What the documents of a store of others say, before any chunk is opened.
struct ForeignStore {
  /// The array's folder.
  let folder: String
  /// The array.
  let array: ZarrArray
  /// Which of its dimensions are z, y and x.
  let axes: AxisChoice
  /// What is known of the volume.
  let volume: VolumeDescription
  /// A checksum of all of this, with the store's name.
  let fingerprint: String

  /// Reads the documents of the image, the group or the array at `path`.
  init(at path: String, hints: OpeningHints) throws(ForeignStoreError) {
    let place = try ForeignPlace(path, level: hints.level)
    folder = place.folder
    array = place.array
    var remarks = place.remarks
    axes = try Self.axes(place, channel: hints.channel, path: path, &remarks)

    var volume = VolumeDescription(
      shape: axes.shape(array.shape), voxelType: array.voxelType,
      format: Self.formatName(place))
    guard hints.agree(with: volume) else {
      throw .hintsAreUseless(path: path, shape: volume.shape, type: volume.voxelType)
    }
    if array.isBool { remarks.append("truth values, read as 0 and 1") }
    if let (image, level) = place.image {
      Self.describe(&volume, image, level, axes, &remarks)
    }
    if let given = hints.spacing {
      if let stored = volume.spacing, stored != given {
        throw .spacingDiffers(path: path, stored: stored, given: given)
      }
      volume.spacing = given
    }
    if let remark = ForeignFiles(folder: folder, array: array, axes: axes).remark {
      remarks.append(remark)
    }
    volume.remarks = remarks
    self.volume = volume

    var checksum = CRC32C()
    for name in ["zarr.json", ".zarray", ".zattrs"] {
      guard let bytes = try ForeignPlace.document("\(folder)/\(name)") else { continue }
      checksum.update(bytes)
    }
    let first = axes.index(Index3(z: 0, y: 0, x: 0), extents: array.fileChunk)
    let head = try? headFingerprint(
      ofFile: "\(folder)/\(array.key(ofFile: first))", headByteCount: 1 << 16)
    checksum.update(Array((head ?? "").utf8))
    fingerprint =
      "\(fileName(ofPath: path)), \(volume.byteCount) bytes, \(checksum.value.hexadecimal)"
  }

  private static func formatName(_ place: ForeignPlace) -> String {
    guard let (image, _) = place.image else { return "Zarr v\(place.array.zarrVersion)" }
    return "OME-Zarr \(image.version ?? (place.array.zarrVersion == 2 ? "0.4" : "0.5"))"
  }

  /// Size, place and classes, where the image says them.
  private static func describe(
    _ volume: inout VolumeDescription, _ image: OMEImage, _ number: Int, _ axes: AxisChoice,
    _ remarks: inout [String]
  ) {
    let level = image.levels[number]
    volume.classes = image.classes
    if number > 0 {
      remarks.append("level \(number) (\(level.path)) of \(image.levels.count)")
    }
    guard let z = axes.z, let scale = level.scale else { return }
    let dimensions = [z, axes.y, axes.x]
    let translation = level.translation ?? Array(repeating: 0, count: image.axes.count)
    let voxels = dimensions.map { translation[$0] / scale[$0] }
    if voxels.allSatisfy({ $0.magnitude < 0x1p40 && ($0 - $0.rounded()).magnitude < 1e-6 }) {
      volume.origin = Index3(
        z: Int(voxels[0].rounded()), y: Int(voxels[1].rounded()), x: Int(voxels[2].rounded()))
    }
    var micrometres: [Double] = []
    for dimension in dimensions {
      guard let unit = image.axes[dimension].unit else { continue }
      guard let factor = LengthUnit.micrometres(in: unit) else {
        remarks.append("the unit '\(unit)' of its axes is not known, so its voxel size is not used")
        return
      }
      micrometres.append(factor)
    }
    guard micrometres.count == 3 else { return }
    func lengths(_ numbers: [Double]) -> [Double] {
      zip(dimensions, micrometres).map { numbers[$0] * $1 }
    }
    let edges = lengths(scale)
    let spacing = VoxelSpacing(z: edges[0], y: edges[1], x: edges[2])
    guard spacing.isPossible else { return }
    volume.spacing = spacing
    guard level.translation != nil else { return }
    let at = lengths(translation)
    guard at.allSatisfy(\.isFinite) else { return }
    volume.position = PhysicalPosition(z: at[0], y: at[1], x: at[2])
  }
}

extension ForeignStore {
  /// Which dimension is which: as the image's axes say, else as the array's names say.
  private static func axes(
    _ place: ForeignPlace, channel: Int?, path: String, _ remarks: inout [String]
  ) throws(ForeignStoreError) -> AxisChoice {
    let shape = place.array.shape
    guard let (image, _) = place.image else {
      return try axes(namedBy: place.array, channel, path, &remarks)
    }
    guard image.axes.count == shape.count else {
      throw .axes(path: path, found: "\(image.axes.count) axes for \(shape.count) dimensions")
    }
    let names = image.axes.map(\.name)
    if let own = place.array.dimensionNames, !zip(own, names).allSatisfy({ $0 == nil || $0 == $1 })
    {
      let own = own.map { $0 ?? "?" }.joined(separator: ", ")
      throw .axes(
        path: path,
        found: "the image calls them \(names.joined(separator: ", ")), the array \(own)")
    }
    // A type that contradicts the name is not passed over.
    for axis in image.axes where ["z", "y", "x"].contains(axis.name) {
      guard axis.type == nil || axis.type == "space" else {
        throw .axes(path: path, found: "axis \(axis.name) has the type \(axis.type ?? "")")
      }
    }
    let kinds = image.axes.map { axis in
      switch axis.type {
      case "time": "t"
      case "channel": "c"
      default: axis.name
      }
    }
    return try choice(kinds, shape, channel, path)
  }

  private static func axes(
    namedBy array: ZarrArray, _ channel: Int?, _ path: String, _ remarks: inout [String]
  ) throws(ForeignStoreError) -> AxisChoice {
    let names = array.dimensionNames ?? []
    let kinds = names.map { $0 ?? "" }
    let known = Set(kinds).intersection(["t", "c", "z", "y", "x"])
    if known.isSuperset(of: ["y", "x"]) { return try choice(kinds, array.shape, channel, path) }
    guard array.shape.count == 3, known.isEmpty else {
      throw .axes(
        path: path,
        found: "\(array.shape.count) dimensions of \(array.shape), "
          + (kinds.isEmpty ? "without names" : "called \(kinds.joined(separator: ", "))"))
    }
    if let channel { throw .noSuchChannel(path: path, channel: channel, count: 1) }
    let called = kinds.allSatisfy(\.isEmpty) ? "have no names" : "are called \(kinds)"
    remarks.append("its dimensions \(called): they are taken as z, y, x in this order")
    return .inOrder
  }

  /// Finds z, y and x among `kinds`; whatever else is there stands still.
  private static func choice(
    _ kinds: [String], _ shape: [Int], _ channel: Int?, _ path: String
  ) throws(ForeignStoreError) -> AxisChoice {
    guard Set(kinds).count == kinds.count, let y = kinds.firstIndex(of: "y"),
      let x = kinds.firstIndex(of: "x")
    else { throw .axes(path: path, found: kinds.joined(separator: ", ")) }
    var choice = AxisChoice(
      z: kinds.firstIndex(of: "z"), y: y, x: x, fixed: Array(repeating: 0, count: kinds.count))
    var hasChannels = false
    for (dimension, kind) in kinds.enumerated() where !["z", "y", "x"].contains(kind) {
      let count = shape[dimension]
      switch kind {
      case "c":
        hasChannels = true
        if let channel {
          guard (0..<count).contains(channel) else {
            throw .noSuchChannel(path: path, channel: channel, count: count)
          }
          choice.fixed[dimension] = channel
        } else if count > 1 {
          throw .hasChannels(path: path, count: count)
        }
      case "t": if count > 1 { throw .hasTimes(path: path, count: count) }
      default:
        guard count == 1 else {
          throw .axes(path: path, found: "axis \(kind) of \(count) is none of t, c, z, y, x")
        }
      }
    }
    if let channel, !hasChannels, channel != 0 {
      throw .noSuchChannel(path: path, channel: channel, count: 1)
    }
    return choice
  }
}
