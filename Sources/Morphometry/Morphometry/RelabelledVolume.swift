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

  /// Reads a few layers at a time, so that numbers take little beside what is written.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    var place = 0
    for z in region.z {
      let layer = Region(z: z..<(z + 1), y: region.y, x: region.x)
      let numbers = try numbers.bytes(of: layer)
      let labels = try labels.bytes(of: layer.moved(by: origin))
      let type = self.labels.volume.voxelType
      for i in 0..<layer.voxelCount {
        let number = unsafe numbers.span.bytes.unsafeLoadUnaligned(
          fromByteOffset: 4 * i, as: UInt32.self)
        let old =
          type == .uint8
          ? labels[i]
          : unsafe UInt8(clamping: Int(type.value(labels.span.bytes, at: i)))
        let isCrack =
          number > 0
          && sheets.holds(
            number, z, region.y.lowerBound + i / region.x.count,
            region.x.lowerBound + i % region.x.count)
        destination.storeBytes(
          of: isCrack ? value : old, toByteOffset: place, as: UInt8.self)
        place += 1
      }
    }
  }
}
