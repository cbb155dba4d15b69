import VolumeCore

/// Warnings where rows or layers do not resemble their neighbours: every permutation of a shape
/// passes the check of the file's size, and this alone tells them apart.
///
/// A few stretches of a few kilobytes are read. Constant, tiny and purely noisy volumes say
/// nothing, and get no warning.
func shapeWarnings(for file: RawFile, _ layout: RawLayout) -> [String] {
  let sample = NeighbourSample(
    file: file, type: layout.voxelType, order: layout.byteOrder, offset: layout.offset)
  let shape = layout.shape
  let rows = layout.neighbours(in: sample)
  guard let alongRow = sample.likeness(at: 1).here, alongRow >= 0.3 else { return [] }

  let best = shape.permutations
    // Rows or columns of one voxel are the same bytes by another name.
    .filter { min($0.y, $0.x) > 1 }
    .map { (shape: $0, likeness: RawLayout(permuting: layout, to: $0).neighbours(in: sample)) }
    .filter { $0.likeness.isBetter(than: rows) }
    .max { $0.likeness.sum < $1.likeness.sum }
  let rowsUnlike = rows.row.here.map { $0 < 0.3 * alongRow } ?? false
  let layersUnlike = rows.layer.here.map { $0 < 0.15 * alongRow } ?? false
  guard rowsUnlike || layersUnlike || best != nil else { return [] }

  func figure(_ value: Float?) -> String {
    value.map { "\(($0 * 100).rounded() / 100)" } ?? "unknown"
  }
  let who = rowsUnlike ? "rows" : layersUnlike ? "layers" : "rows or layers"
  var warning =
    "WARNING: neighbouring \(who) do not resemble each other (correlation along a row "
    + "\(figure(alongRow)), between rows \(figure(rows.row.here))"
  if shape.z > 1 { warning += ", between layers \(figure(rows.layer.here))" }
  warning += "): is \(shape.words) the right order of the axes?"
  if let best { warning += " --shape \(best.shape) fits better: \(best.shape.words)" }
  return [warning]
}

/// How alike rows and layers are in one reading of a file.
struct Neighbours {
  var row: NeighbourSample.Likeness
  var layer: NeighbourSample.Likeness

  var sum: Float { (row.here ?? 0) + (layer.here ?? 0) }

  /// Whether this is no accident and clearly above `other`.
  func isBetter(than other: Neighbours) -> Bool {
    func rises(
      _ mine: NeighbourSample.Likeness, _ theirs: NeighbourSample.Likeness
    ) -> Bool {
      // A distance that stands out from those beside it is a row or a layer, not a smooth image.
      guard let here = mine.here, mine.peak > 0.03 else { return false }
      return here > (theirs.here ?? 0) + 0.1
    }
    return rises(row, other.row) || rises(layer, other.layer)
  }
}

extension RawLayout {
  /// A row's distance must differ from the distances beside it by more than a blurred edge.
  static let peakMargin = 5

  init(permuting layout: RawLayout, to shape: Shape3) {
    self = layout
    self.shape = shape
  }

  func neighbours(in sample: NeighbourSample) -> Neighbours {
    Neighbours(
      row: shape.y > 1 ? sample.likeness(at: shape.x, margin: Self.peakMargin) : .init(),
      layer: shape.z > 1
        ? sample.likeness(at: shape.x * shape.y, margin: Self.peakMargin) : .init())
  }
}

extension Shape3 {
  /// The other orders of the three extents.
  var permutations: [Shape3] {
    let all = [
      Shape3(z: z, y: x, x: y), Shape3(z: y, y: z, x: x), Shape3(z: y, y: x, x: z),
      Shape3(z: x, y: z, x: y), Shape3(z: x, y: y, x: z),
    ]
    return Set(all).subtracting([self]).sorted { "\($0)" < "\($1)" }
  }
}

/// The byte order in which voxels resemble their neighbours more, or `nil` where it hardly matters.
func smootherByteOrder(of file: RawFile, _ layout: RawLayout) -> ByteOrder? {
  func smoothness(_ order: ByteOrder) -> Float {
    let sample = NeighbourSample(
      file: file, type: layout.voxelType, order: order, offset: layout.offset)
    return (sample.likeness(at: 1).here ?? 0) - sample.shareOfNonsense()
  }
  let little = smoothness(.little)
  let big = smoothness(.big)
  guard abs(little - big) > 0.1 else { return nil }
  return little > big ? .little : .big
}
