import VolumeCore

/// Labels in which the voxels of cracks have another value.
public final class RelabelledVolume: VolumeReader {
  /// As the labels, in bytes.
  public let volume: VolumeDescription
  private let labels: any VolumeReader
  private let numbers: any VolumeReader
  private let sheets: CrackSheets
  private let value: UInt8
  private let origin: Index3

  /// `labels` in which what `sheets` hold becomes `value`. `numbers` are those of the part of the labels
  /// that begins at `origin`, which alone is read.
  public init(
    _ labels: any VolumeReader, _ numbers: any VolumeReader, origin: Index3, _ sheets: CrackSheets,
    value: Int, classes: [LabelClass]?
  ) {
    self.labels = labels
    self.numbers = numbers
    self.origin = origin
    self.sheets = sheets
    self.value = UInt8(truncatingIfNeeded: value)
    var volume = numbers.volume
    volume.voxelType = .uint8
    volume.classes = classes
    self.volume = volume
  }

  /// The labels'.
  public var fingerprint: String { "relabelled " + labels.fingerprint }

  /// What reading the labels needs.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    labels.cacheByteCount(forBoxesOf: shape)
  }

  /// What reading the labels needs.
  public func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    labels.cacheByteCount(forSlabsOf: shape)
  }

  /// Passed on.
  public func limitCache(to byteCount: Int) { labels.limitCache(to: byteCount) }

  /// Reads labels where they are wanted, and numbers a layer at a time, so that they take little beside.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    try readLabels(region, into: &destination)
    var place = 0
    for z in region.z {
      let layer = Region(z: z..<(z + 1), y: region.y, x: region.x)
      let bytes = try numbers.bytes(of: layer)
      for y in region.y {
        for x in region.x {
          let number = unsafe bytes.span.bytes.unsafeLoadUnaligned(
            fromByteOffset: 4 * (place - (z - region.z.lowerBound) * layer.voxelCount),
            as: UInt32.self)
          if number > 0, sheets.holds(number, z, y, x) {
            destination.storeBytes(of: value, toByteOffset: place, as: UInt8.self)
          }
          place += 1
        }
      }
    }
  }

  /// The labels as bytes. A store's chunks are many layers thick: all of `region` at once, or they would be
  /// decoded for each.
  private func readLabels(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let type = labels.volume.voxelType
    guard type != .uint8 else {
      return try labels.read(region.moved(by: origin), into: &destination)
    }
    var place = 0
    for z in region.z {
      let layer = Region(z: z..<(z + 1), y: region.y, x: region.x)
      let old = try labels.bytes(of: layer.moved(by: origin))
      for i in 0..<layer.voxelCount {
        destination.storeBytes(
          of: unsafe UInt8(clamping: Int(type.value(old.span.bytes, at: i))),
          toByteOffset: place, as: UInt8.self)
        place += 1
      }
    }
  }
}
