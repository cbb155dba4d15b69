import Glibc
import VolumeCore

/// `value` times `factor`, without the dust that scaling leaves behind the thirteenth digit: lengths
/// are scaled from one unit to another, and 0.65 is to come back as 0.65.
public func scaledLength(_ value: Double, by factor: Double) -> Double {
  let scaled = value * factor
  guard factor != 1, scaled.isFinite, scaled != 0 else { return scaled }
  let digits = 13 - Int(log10(scaled.magnitude).rounded(.up))
  // Powers beyond these are no exact numbers themselves.
  guard (0...22).contains(digits) else { return scaled }
  let power = pow(10, Double(digits))
  return (scaled * power).rounded() / power
}

extension VoxelSpacing {
  /// The edges (z, y, x), each in units of `micrometres`.
  public init(z: Double, y: Double, x: Double, unit micrometres: Double) {
    self.init(
      z: scaledLength(z, by: micrometres), y: scaledLength(y, by: micrometres),
      x: scaledLength(x, by: micrometres))
  }
}

extension PhysicalPosition {
  /// The place (z, y, x), in units of `micrometres`.
  public init(z: Double, y: Double, x: Double, unit micrometres: Double) {
    self.init(
      z: scaledLength(z, by: micrometres), y: scaledLength(y, by: micrometres),
      x: scaledLength(x, by: micrometres))
  }
}

extension VolumeDescription {
  /// Where the centre of the first voxel lies, for formats that have a place for it: as the input
  /// said, or, of a part cut from a volume of known voxel size, how far in the part begins.
  public var positionToWrite: PhysicalPosition? {
    if let position { return position }
    guard let spacing, origin != Index3(z: 0, y: 0, x: 0) else { return nil }
    return PhysicalPosition(
      z: Double(origin.z) * spacing.z, y: Double(origin.y) * spacing.y,
      x: Double(origin.x) * spacing.x)
  }
}
