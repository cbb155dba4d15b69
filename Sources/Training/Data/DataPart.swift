import VolumeCore

/// A box of one of the scans: what is trained on, or what is kept to validate with.
public struct DataPart: Hashable, Sendable {
  /// Which scan, from 0.
  public var scan: Int
  /// The box.
  public var region: Region

  /// The box `region` of scan `scan`.
  public init(scan: Int, region: Region) {
    self.scan = scan
    self.region = region
  }
}

/// Which parts are trained on and which validate, checked against each other.
public struct Partition: Hashable, Sendable {
  /// What is trained on.
  public let training: [DataPart]
  /// What is kept to validate with.
  public let validation: [DataPart]

  /// Checks the parts of `scans`: each inside, annotated, and no voxel in both.
  ///
  /// - Parameter training: empty: all that does not validate, of every scan that has no validation part
  ///   of its own; a scan with validation parts and no training part is refused by its caller.
  public init(
    _ scans: [AnnotatedScan], training: [DataPart], validation: [DataPart]
  ) throws(TrainingDataError) {
    for part in training + validation {
      guard scans.indices.contains(part.scan) else {
        throw .noSuchScan(number: part.scan + 1, scans: scans.count)
      }
      let scan = scans[part.scan]
      guard Region(scan.shape).contains(part.region), !part.region.isEmpty else {
        throw .partOutside(scan: scan.name, part: part.region, shape: scan.shape)
      }
      guard !scan.annotated(in: part.region.z).isEmpty else {
        throw .partIsEmpty(scan: scan.name, part: part.region, layers: scan.layers)
      }
    }
    for a in training {
      for b in validation where a.scan == b.scan && a.region.overlaps(b.region) {
        throw .partsOverlap(
          scan: scans[a.scan].name, training: a.region, validation: b.region,
          shared: a.region.clamped(to: b.region))
      }
    }
    self.training = training
    self.validation = validation
  }

  /// What `parts` leave of `whole`, where each of them is whole along two axes, so that boxes are left;
  /// nothing where they are not.
  public static func rest(of whole: Region, without parts: [Region]) -> [Region] {
    var left = [whole]
    for part in parts {
      let isWhole = (part.z == whole.z, part.y == whole.y, part.x == whole.x)
      var next: [Region] = []
      for box in left {
        var (before, after) = (box, box)
        switch isWhole {
        case (false, true, true):
          before.z =
            box.z.lowerBound..<max(box.z.lowerBound, min(box.z.upperBound, part.z.lowerBound))
          after.z =
            min(box.z.upperBound, max(box.z.lowerBound, part.z.upperBound))..<box.z.upperBound
        case (true, false, true):
          before.y =
            box.y.lowerBound..<max(box.y.lowerBound, min(box.y.upperBound, part.y.lowerBound))
          after.y =
            min(box.y.upperBound, max(box.y.lowerBound, part.y.upperBound))..<box.y.upperBound
        case (true, true, false):
          before.x =
            box.x.lowerBound..<max(box.x.lowerBound, min(box.x.upperBound, part.x.lowerBound))
          after.x =
            min(box.x.upperBound, max(box.x.lowerBound, part.x.upperBound))..<box.x.upperBound
        default: return []
        }
        next += [before, after].filter { !$0.isEmpty }
      }
      left = next
    }
    return left
  }

  /// The part of `region` along its longer edge that is kept to validate with where the user names no
  /// validation part: its end, a multiple of `step` voxels long; what is left, then what is kept.
  ///
  /// Along z where at least ten layers are annotated: then whole layers are kept.
  public static func keepingAside(
    _ share: Double, of part: DataPart, in scan: AnnotatedScan, step: Int
  ) -> (training: DataPart, validation: DataPart)? {
    let region = part.region
    let layers = scan.annotated(in: region.z)
    var (left, kept) = (region, region)
    if layers.count >= 10 {
      let cut = layers[layers.count - max(1, Int(Double(layers.count) * share))]
      left.z = region.z.lowerBound..<cut
      kept.z = cut..<region.z.upperBound
    } else {
      let isWide = region.x.count > region.y.count
      let extent = isWide ? region.x.count : region.y.count
      let count = max(step, Int(Double(extent) * share) / step * step)
      guard extent - count >= count else { return nil }
      let range = isWide ? region.x : region.y
      let cut = range.upperBound - count
      if isWide {
        (left.x, kept.x) = (range.lowerBound..<cut, cut..<range.upperBound)
      } else {
        (left.y, kept.y) = (range.lowerBound..<cut, cut..<range.upperBound)
      }
    }
    return (DataPart(scan: part.scan, region: left), DataPart(scan: part.scan, region: kept))
  }
}
