import Evaluation
import SystemIO
import VolumeCore

/// Where a prediction is wrong, or what it took for what, computed while it is read.
final class DifferenceVolume: VolumeReader {
  /// What a voxel says.
  enum Kind: String, Sendable {
    /// uint8: 1 where the prediction is wrong, 0 where it is right, 255 where nothing counts.
    case errors
    /// uint16: 100 x truth + prediction; 65535 where nothing counts.
    case confusion
  }

  let volume: VolumeDescription
  let fingerprint: String
  private let pairing: LabelPairing
  private let kind: Kind
  /// Voxels that are read at a time, so that what is read in takes little beside what is written.
  private static let voxelsAtOnce = 1 << 20

  init(_ pairing: LabelPairing, _ kind: Kind) {
    self.pairing = pairing
    self.kind = kind
    let truth = pairing.truth.volume
    var volume = VolumeDescription(
      shape: truth.shape, voxelType: kind == .errors ? .uint8 : .uint16, format: "computed")
    volume.spacing = truth.spacing
    volume.origin = truth.origin
    volume.position = truth.position
    if kind == .errors {
      volume.classes = [
        LabelClass(value: 0, name: "right", colour: [64, 64, 64, 255]),
        LabelClass(value: 1, name: "wrong", colour: [213, 94, 0, 255]),
      ]
    }
    self.volume = volume
    fingerprint =
      "\(kind.rawValue) of \(pairing.prediction.fingerprint) against \(pairing.truth.fingerprint)"
      + (pairing.mask.map { " in \($0.fingerprint)" } ?? "")
  }

  func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    readers.reduce(0) { $0 + $1.cacheByteCount(forBoxesOf: shape) }
  }

  func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    readers.reduce(0) { $0 + $1.cacheByteCount(forSlabsOf: shape) }
  }

  func limitCache(to byteCount: Int) {
    for reader in readers { reader.limitCache(to: byteCount / readers.count) }
  }

  private var readers: [any VolumeReader] {
    [pairing.prediction, pairing.truth] + (pairing.mask.map { [$0] } ?? [])
  }

  func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let row = max(region.x.count, 1)
    let rows = max(1, min(region.y.count, Self.voxelsAtOnce / row))
    var place = 0
    for z in region.z {
      for first in stride(from: region.y.lowerBound, to: region.y.upperBound, by: rows) {
        let part = Region(
          z: z..<(z + 1), y: first..<min(first + rows, region.y.upperBound), x: region.x)
        let truth = try pairing.truth.bytes(of: part)
        let prediction = try pairing.prediction.bytes(of: part)
        let mask = try pairing.mask?.bytes(of: part)
        store(part, truth, prediction, mask, at: &place, into: &destination)
      }
    }
  }

  private func store(
    _ part: Region, _ truth: [UInt8], _ prediction: [UInt8], _ mask: [UInt8]?,
    at place: inout Int, into destination: inout MutableRawSpan
  ) {
    if mask == nil, kind == .errors, pairing.truth.volume.voxelType == .uint8,
      pairing.prediction.volume.voxelType == .uint8
    {
      let first = place
      unsafe destination.withUnsafeMutableBytes { target in
        unsafe truth.withUnsafeBufferPointer { truth in
          unsafe prediction.withUnsafeBufferPointer { prediction in
            for i in 0..<truth.count {
              let t = unsafe truth[i]
              unsafe target[first + i] = t == 255 ? 255 : t == prediction[i] ? 0 : 1
            }
          }
        }
      }
      place += part.voxelCount
      return
    }
    let types = (pairing.truth.volume.voxelType, pairing.prediction.volume.voxelType)
    let maskType = pairing.mask?.volume.voxelType ?? .uint8
    for i in 0..<part.voxelCount {
      let t = unsafe Int(types.0.value(truth.span.bytes, at: i))
      let p = unsafe Int(types.1.value(prediction.span.bytes, at: i))
      var counts = t != LabelClass.unannotatedValue
      if let mask { counts = unsafe counts && maskType.value(mask.span.bytes, at: i) != 0 }
      switch kind {
      case .errors:
        let value: UInt8 = !counts ? UInt8(LabelClass.unannotatedValue) : t == p ? 0 : 1
        destination.storeBytes(of: value, toByteOffset: place, as: UInt8.self)
        place += 1
      case .confusion:
        let value: UInt16 = counts ? UInt16(100 * t + p) : .max
        destination.storeBytes(of: value, toByteOffset: place, as: UInt16.self)
        place += 2
      }
    }
  }
}
