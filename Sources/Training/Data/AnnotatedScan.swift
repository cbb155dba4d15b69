import EngineCore
import VolumeCore

/// A scan with labels of all of it, of some of its voxels, or of some of its layers.
public final class AnnotatedScan: Sendable {
  /// For errors: the scan's path.
  public let name: String
  /// The grey values.
  public let scan: any VolumeReader
  /// The labels: of the scan's extent, or of the annotated layers alone.
  public let labels: any VolumeReader
  /// How grey values become what the network takes.
  public let normalisation: Normalisation
  /// The annotated layers in their order; `nil`: all.
  public let layers: [Int]?
  /// Which layer of the labels belongs to a layer of the scan, where they are not the same.
  private let labelLayer: [Int: Int]?

  /// The value of a label that teaches nothing.
  public static let ignored = UInt8(LabelClass.unannotatedValue)

  /// A scan with its labels; checks that they belong together, as far as their extents say.
  ///
  /// - Parameters:
  ///   - layers: the annotated layers, in the order of the labels where those are such layers alone.
  ///   - used: those of them that are used; `nil`: all.
  public init(
    name: String, scan: any VolumeReader, labels: any VolumeReader, normalisation: Normalisation,
    layers: [Int]? = nil, used: [Int]? = nil
  ) throws(TrainingDataError) {
    let (shape, labelShape) = (scan.volume.shape, labels.volume.shape)
    guard !labels.volume.voxelType.isFloatingPoint else {
      throw .labelsAreNotWhole(scan: name, type: labels.volume.voxelType)
    }
    var seen: Set<Int> = []
    for layer in layers ?? [] {
      guard (0..<shape.z).contains(layer) else {
        throw .layerOutside(scan: name, layer: layer, layers: shape.z)
      }
      guard seen.insert(layer).inserted else { throw .layerTwice(scan: name, layer: layer) }
    }
    let isFlat = labelShape.y == shape.y && labelShape.x == shape.x
    if isFlat, labelShape.z == shape.z {
      labelLayer = nil
    } else if isFlat, let layers, labelShape.z == layers.count {
      labelLayer = Dictionary(uniqueKeysWithValues: zip(layers, 0...))
    } else {
      throw .shapesDisagree(
        scan: name, shape: shape, labels: labelShape, layers: layers?.count)
    }
    self.name = name
    self.scan = scan
    self.labels = labels
    self.normalisation = normalisation
    if let used {
      let known = layers.map(Set.init)
      self.layers = used.filter { known?.contains($0) ?? (0..<shape.z).contains($0) }.sorted()
    } else {
      self.layers = layers?.sorted()
    }
  }

  /// The scan's extent.
  public var shape: Shape3 { scan.volume.shape }

  /// The annotated layers among `range`.
  public func annotated(in range: Range<Int>) -> [Int] {
    layers.map { $0.filter(range.contains) } ?? Array(range)
  }

  /// The scan's and the labels' fingerprints, by which a training that goes on knows them again.
  public var fingerprint: String { "\(scan.fingerprint) \(labels.fingerprint)" }

  /// Normalised grey values of `box`, which may reach outside: there the scan is mirrored, its faces
  /// not repeated.
  package func voxels(_ box: Region) throws(TrainingDataError) -> [Float] {
    let inside = box.clamped(to: Region(shape))
    let part = inside == box ? box : source(of: box)
    let numbers = try normalisedVoxels(part, of: scan, normalisation)
    guard part != box else { return numbers }
    return mirrored(numbers, of: part, into: box)
  }

  /// The labels of `box` as classes, by `classes`, which has one for each of 256 values; 255 outside
  /// `allowed` and where nothing is annotated.
  package func labels(
    _ box: Region, within allowed: Region, _ classes: [UInt8]
  ) throws(TrainingDataError) -> [UInt8] {
    var result = [UInt8](repeating: Self.ignored, count: box.voxelCount)
    let inside = box.clamped(to: allowed).clamped(to: Region(shape))
    guard !inside.isEmpty else { return result }
    let type = labels.volume.voxelType
    let width = inside.x.count
    for run in runs(in: inside.z) {
      let source = labelLayer?[run.lowerBound] ?? run.lowerBound
      let part = Region(z: source..<(source + run.count), y: inside.y, x: inside.x)
      let bytes = try read(labels, part)
      var from = 0
      for z in run {
        for y in inside.y {
          let to =
            ((z - box.z.lowerBound) * box.y.count + y - box.y.lowerBound) * box.x.count
            + inside.x.lowerBound - box.x.lowerBound
          for x in 0..<width {
            let value =
              type == .uint8
              ? Int(bytes[from + x])
              : unsafe Int(exactly: type.value(bytes.span.bytes, at: from + x)) ?? 256
            result[to + x] = (0..<256).contains(value) ? classes[value] : Self.ignored
          }
          from += width
        }
      }
    }
    return result
  }

  /// The annotated layers among `range` that lie one after the other in the labels, too.
  private func runs(in range: Range<Int>) -> [Range<Int>] {
    guard layers != nil else { return [range] }
    var runs: [Range<Int>] = []
    for layer in annotated(in: range) {
      let source = labelLayer?[layer] ?? layer
      if let last = runs.last, last.upperBound == layer,
        labelLayer == nil || labelLayer?[layer - 1] == source - 1
      {
        runs[runs.count - 1] = last.lowerBound..<(layer + 1)
      } else {
        runs.append(layer..<(layer + 1))
      }
    }
    return runs
  }

  /// The bytes of `part`, which lies inside.
  func read(_ reader: any VolumeReader, _ part: Region) throws(TrainingDataError) -> [UInt8] {
    do { return try reader.bytes(of: part) } catch { throw .reading(error.explanation) }
  }

  /// The largest label of a layer of the scan that is a class: less than 254.
  public func largestLabel(layer: Int) throws(TrainingDataError) -> Int {
    let type = labels.volume.voxelType
    var largest = 0
    // A few rows at a time.
    for first in stride(from: 0, to: shape.y, by: 256) {
      let rows = first..<min(first + 256, shape.y)
      let bytes = try labelBytes(layer: layer, y: rows, x: 0..<shape.x)
      for place in 0..<(rows.count * shape.x) {
        let value = unsafe type.value(bytes.span.bytes, at: place)
        if value < 254, value > Double(largest) { largest = Int(value) }
      }
    }
    return largest
  }

  /// The label bytes of one whole or partial layer of the scan.
  func labelBytes(layer: Int, y: Range<Int>, x: Range<Int>) throws(TrainingDataError) -> [UInt8] {
    let source = labelLayer?[layer] ?? layer
    return try read(labels, Region(z: source..<(source + 1), y: y, x: x))
  }
}

extension AnnotatedScan {
  /// What must be read so that all of `box` can be mirrored from it.
  private func source(of box: Region) -> Region {
    func reach(_ wanted: Range<Int>, _ extent: Int) -> Range<Int> {
      let places = wanted.map { mirror($0, extent) }
      return (places.min() ?? 0)..<((places.max() ?? 0) + 1)
    }
    return Region(
      z: reach(box.z, shape.z), y: reach(box.y, shape.y), x: reach(box.x, shape.x))
  }

  private func mirrored(_ numbers: [Float], of part: Region, into box: Region) -> [Float] {
    let columns = box.x.map { mirror($0, shape.x) - part.x.lowerBound }
    var result: [Float] = []
    result.reserveCapacity(box.voxelCount)
    for z in box.z {
      let layer = mirror(z, shape.z) - part.z.lowerBound
      for y in box.y {
        let row = (layer * part.y.count + mirror(y, shape.y) - part.y.lowerBound) * part.x.count
        for column in columns { result.append(numbers[row + column]) }
      }
    }
    return result
  }
}

/// Grey values of `part`, which lies inside, as engines normalise them, so that training sees what
/// inference will.
package func normalisedVoxels(
  _ part: Region, of scan: any VolumeReader, _ normalisation: Normalisation
) throws(TrainingDataError) -> [Float] {
  let type = scan.volume.voxelType
  let scale = 1 / (normalisation.high - normalisation.low)
  let low = normalisation.low
  let values: [UInt8]
  do { values = try scan.bytes(of: part) } catch { throw .reading(error.explanation) }
  var numbers = [Float](repeating: 0, count: part.voxelCount)
  unsafe values.withUnsafeBytes { bytes in
    for i in numbers.indices {
      let grey: Float =
        switch type {
        case .uint8: unsafe Float(bytes[i])
        case .uint16: unsafe Float(bytes.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self))
        case .float32: unsafe bytes.loadUnaligned(fromByteOffset: 4 * i, as: Float.self)
        default: unsafe Float(type.value(bytes.bytes, at: i))
        }
      numbers[i] = (grey - low) * scale
    }
  }
  if normalisation.clips {
    for i in numbers.indices { numbers[i] = min(max(numbers[i], 0), 1) }
  }
  return numbers
}

/// Place `i` of a line of `extent` voxels that goes on mirrored at both ends, the ends not repeated.
func mirror(_ i: Int, _ extent: Int) -> Int {
  guard extent > 1 else { return 0 }
  let period = 2 * (extent - 1)
  let place = ((i % period) + period) % period
  return place < extent ? place : period - place
}
