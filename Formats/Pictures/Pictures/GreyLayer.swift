import VolumeCore

/// One layer of grey values as a picture needs it.
public struct GreyLayer: Hashable, Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The values, row by row.
  public let values: [Float]

  /// A layer of `values`.
  public init(width: Int, height: Int, values: [Float]) {
    precondition(values.count == width * height)
    self.width = width
    self.height = height
    self.values = values
  }

  /// A layer of voxels as a reader delivers them: C order, the machine's byte order.
  public init(width: Int, height: Int, voxelType: VoxelType, bytes: [UInt8]) {
    precondition(bytes.count == width * height * voxelType.byteCount)
    let values = unsafe voxelType.values(bytes.span.bytes, count: width * height)
    self.init(width: width, height: height, values: values)
  }

  /// The layer with edges of at most `edge` pixels; each pixel is the mean of what it covers.
  public func shrunk(toEdge edge: Int) -> GreyLayer {
    let size = shrunkSize(width: width, height: height, edge: edge)
    guard size.width < width || size.height < height else { return self }
    var sums = [Double](repeating: 0, count: size.width * size.height)
    var counts = [Double](repeating: 0, count: size.width * size.height)
    for row in 0..<height {
      let to = row * size.height / height * size.width
      for column in 0..<width {
        let value = values[row * width + column]
        guard value.isFinite else { continue }
        let target = to + column * size.width / width
        sums[target] += Double(value)
        counts[target] += 1
      }
    }
    return GreyLayer(
      width: size.width, height: size.height,
      values: zip(sums, counts).map { Float($1 > 0 ? $0 / $1 : .nan) })
  }

  /// The layer in greys, black at the window's lower end and white at its upper one.
  public func picture(window: GreyWindow) -> Picture {
    let range = window.high - window.low
    var rgb: [UInt8] = []
    rgb.reserveCapacity(values.count * 3)
    for value in values {
      let part = range > 0 ? (value - window.low) / range : value > window.low ? 1 : 0
      let level = part.isFinite ? UInt8(max(0, min(1, part)) * 255 + 0.5) : 0
      rgb.append(level)
      rgb.append(level)
      rgb.append(level)
    }
    return Picture(width: width, height: height, rgb: rgb)
  }
}

/// Which grey value is shown black and which white.
public struct GreyWindow: Hashable, Sendable {
  /// Shown black, with all below.
  public var low: Float
  /// Shown white, with all above.
  public var high: Float

  /// A window from `low` to `high`.
  public init(low: Float, high: Float) {
    self.low = low
    self.high = high
  }

  /// From the 0.5th to the 99.5th percentile of a layer's values, so that a few hot pixels do not
  /// turn all the others black.
  public init(fitting layer: GreyLayer) {
    let step = max(1, layer.values.count / 65_536)
    let sample = stride(from: 0, to: layer.values.count, by: step)
      .map { layer.values[$0] }.filter(\.isFinite).sorted()
    guard let first = sample.first, let last = sample.last else {
      self.init(low: 0, high: 1)
      return
    }
    let low = sample[sample.count * 5 / 1000]
    let high = sample[min(sample.count - 1, sample.count * 995 / 1000)]
    // A layer of two values, or nearly: the percentiles may be the same.
    self.init(low: low < high ? low : first, high: low < high ? high : last)
  }
}

/// The size that fits into a square of `edge` with the same proportions; never larger.
func shrunkSize(width: Int, height: Int, edge: Int) -> (width: Int, height: Int) {
  let longest = max(width, height)
  guard edge > 0, longest > edge else { return (width, height) }
  return (max(1, width * edge / longest), max(1, height * edge / longest))
}
