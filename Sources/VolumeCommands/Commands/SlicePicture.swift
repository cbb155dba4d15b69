import EngineCore
import VolumeCore

/// One plane of a volume, thinned out to a size that a screen shows.
struct Slice: Sendable {
  /// Values across the picture.
  let width: Int
  /// Values down the picture.
  let height: Int
  /// Row by row.
  let values: [Float]

  /// The axis that a plane is perpendicular to.
  enum Axis: String, CaseIterable, Sendable {
    case z
    case y
    case x
  }

  /// Dots of the longer edge that a picture has at most.
  static let longestEdge = 2048

  /// Reads plane `position` across `axis`; every n-th voxel, where it is larger than the picture.
  init(_ reader: any VolumeReader, axis: Axis, position: Int) throws(Explanation) {
    let shape = reader.volume.shape
    var plane = Region(shape)
    let size: (height: Int, width: Int)
    switch axis {
    case .z:
      plane.z = position..<(position + 1)
      size = (shape.y, shape.x)
    case .y:
      plane.y = position..<(position + 1)
      size = (shape.z, shape.x)
    case .x:
      plane.x = position..<(position + 1)
      size = (shape.z, shape.y)
    }
    let step = (max(size.height, size.width) - 1) / Self.longestEdge + 1
    width = (size.width - 1) / step + 1
    height = (size.height - 1) / step + 1
    let bytes = try explained { () throws(VolumeReadError) in try reader.bytes(of: plane) }
    let type = reader.volume.voxelType
    var values: [Float] = []
    values.reserveCapacity(width * height)
    for row in 0..<height {
      for column in 0..<width {
        values.append(voxel(bytes, type, at: row * step * size.width + column * step))
      }
    }
    self.values = values
  }

  /// The window from the 0.2nd to the 99.8th percentile: single hot or dead voxels do not count.
  var window: Normalisation { Normalisation.window(ofSorted: values.filter(\.isFinite).sorted()) }
}

/// Voxel `index` of voxels in the machine's byte order.
func voxel(_ bytes: [UInt8], _ type: VoxelType, at index: Int) -> Float {
  switch type {
  case .uint8: Float(bytes[index])
  case .uint16:
    Float(unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
  case .float32:
    unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: Float.self)
  }
}

extension Normalisation {
  /// The window that holds all of `values` but the outermost five hundredth of each side.
  static func window(ofSorted values: [Float]) -> Normalisation {
    guard let first = values.first, let last = values.last else {
      return Normalisation(low: 0, high: 1, clips: true)
    }
    let cut = values.count / 500
    var low = values[cut]
    var high = values[values.count - 1 - cut]
    if low == high { (low, high) = (first, last) }
    if low == high { high = low + 1 }
    return Normalisation(low: low, high: high, clips: true)
  }
}

/// A grey slice beside the same with its labels over it.
struct SlicePicture: Sendable {
  /// What to show.
  enum View: String, CaseIterable, Sendable {
    case grey
    case labels
    case both
  }

  /// How much of a label's colour covers the grey below.
  static let coverage: Float = 0.45
  /// Dots between two panels.
  static let gap = 8

  var grey: Slice
  var labels: Slice?
  var classes: [LabelClass]
  var window: Normalisation
  var view: View

  /// The picture; its panels lie side by side.
  var image: ColourImage {
    let panels: [Bool] =
      labels == nil ? [false] : view == .both ? [false, true] : [view == .labels]
    let gaps = Self.gap * (panels.count - 1)
    var image = ColourImage(width: grey.width * panels.count + gaps, height: grey.height)
    for i in image.rgb.indices { image.rgb[i] = 255 }
    for (panel, showsLabels) in panels.enumerated() {
      draw(showsLabels, into: &image, column: panel * (grey.width + Self.gap))
    }
    return image
  }

  private func draw(_ showsLabels: Bool, into image: inout ColourImage, column: Int) {
    let colours = colourTable
    for row in 0..<grey.height {
      for x in 0..<grey.width {
        let value = grey.values[row * grey.width + x]
        let part = (value - window.low) / (window.high - window.low)
        let shade = part.isFinite ? min(max(part, 0), 1) * 255 : 0
        let target = 3 * (row * image.width + column + x)
        let label = showsLabels ? labels.map { $0.values[row * grey.width + x] } : nil
        let colour = label.flatMap { colours[Int($0)] }
        for channel in 0..<3 {
          let tint = colour.map { Float($0[channel]) }
          let mixed = tint.map { shade * (1 - Self.coverage) + $0 * Self.coverage } ?? shade
          image.rgb[target + channel] = UInt8(mixed.rounded())
        }
      }
    }
  }

  /// The colour of each value; the first class, the surroundings, stays grey, and so does what is
  /// outside or not annotated.
  private var colourTable: [[Int]?] {
    var table = [[Int]?](repeating: nil, count: 65536)
    for value in 1..<LabelClass.outsideValue {
      let known = classes.first { $0.value == value }?.colour
      let colour = known ?? LabelClass.palette[value % LabelClass.palette.count]
      table[value] = colour.count >= 3 ? colour.map { min(max($0, 0), 255) } : nil
    }
    return table
  }
}
