import Glibc
import VolumeCore

/// Labels of the layers between annotated ones, by the signed distance to each class's boundary
/// (shape-based interpolation: Raya and Udupa, IEEE Trans. Medical Imaging 9, 1990).
///
/// In each of the two annotated layers every class has a distance for every pixel: to the nearest
/// pixel of another label where the pixel is of the class, minus that to the nearest of the class
/// where it is not. Between the layers distances go over in a straight line, and the class with the
/// greatest has the pixel; the least value where several have it. What is not annotated (255) and
/// what is outside (254) are classes here like any other. A class that one of the two layers lacks
/// ends near the other.
public struct LayerInterpolation: Sendable {
  /// Rows and columns.
  public let height: Int
  /// Columns.
  public let width: Int
  private let values: [UInt8]
  private let first: [[Float]]
  private let second: [[Float]]

  /// Bytes for `classes` labels of a layer of `pixels`.
  public static func byteCount(pixels: Int, classes: Int) -> Int { pixels * (8 * classes + 24) }

  /// Between `first` and `second`, layers of labels, row by row.
  public init(_ first: [UInt8], _ second: [UInt8], width: Int) {
    precondition(first.count == second.count && width > 0 && first.count % width == 0)
    self.width = width
    let height = first.count / width
    self.height = height
    var isThere = [Bool](repeating: false, count: 256)
    for label in first { isThere[Int(label)] = true }
    for label in second { isThere[Int(label)] = true }
    let values = (0..<256).filter { isThere[$0] }.map { UInt8($0) }
    self.values = values
    self.first = values.map { Self.distances(first, $0, height, width) }
    self.second = values.map { Self.distances(second, $0, height, width) }
  }

  /// The layer at `share` of the way from the first, 0, to the second, 1.
  public func labels(at share: Float) -> [UInt8] {
    var best = [Float](repeating: -.infinity, count: height * width)
    var labels = [UInt8](repeating: 0, count: height * width)
    for (place, value) in values.enumerated() {
      let (a, b) = (first[place], second[place])
      for i in labels.indices {
        let distance = a[i] * (1 - share) + b[i] * share
        if distance > best[i] {
          best[i] = distance
          labels[i] = value
        }
      }
    }
    return labels
  }

  /// The signed distance of each pixel to the boundary of `value`, in pixels, positive inside.
  static func distances(
    _ labels: [UInt8], _ value: UInt8, _ height: Int, _ width: Int
  ) -> [Float] {
    let inside = squares(labels.map { $0 != value }, height, width)
    let outside = squares(labels.map { $0 == value }, height, width)
    return labels.indices.map { i in
      labels[i] == value
        ? Float(inside[i]).squareRoot() - 0.5 : 0.5 - Float(outside[i]).squareRoot()
    }
  }

  /// The squared distance of each pixel to the nearest that is true, exactly (Meijster, Roerdink and
  /// Hesselink, 2000); farther than any in the layer where none is.
  package static func squares(_ isThere: [Bool], _ height: Int, _ width: Int) -> [Int] {
    let far = height + width
    var columns = [Int](repeating: far, count: height * width)
    for x in 0..<width {
      var distance = far
      for y in 0..<height {
        distance = isThere[y * width + x] ? 0 : min(distance + 1, far)
        columns[y * width + x] = distance
      }
      distance = far
      for y in stride(from: height - 1, through: 0, by: -1) {
        distance = min(distance + 1, columns[y * width + x])
        columns[y * width + x] = distance
      }
    }
    var result = columns
    // The lower envelope of parabolas, one for each column.
    var apexes = [Int](repeating: 0, count: width)
    var starts = [Int](repeating: 0, count: width)
    for y in 0..<height {
      let row = y * width
      func value(_ x: Int, _ apex: Int) -> Int {
        (x - apex) * (x - apex) + columns[row + apex] * columns[row + apex]
      }
      func meeting(_ i: Int, _ u: Int) -> Int {
        let (a, b) = (columns[row + i], columns[row + u])
        let sum = u * u - i * i + b * b - a * a
        // Rounded down, also below 0.
        let divisor = 2 * (u - i)
        return sum >= 0 ? sum / divisor : -((-sum + divisor - 1) / divisor)
      }
      var count = 1
      (apexes[0], starts[0]) = (0, 0)
      for u in 1..<max(width, 1) {
        while count > 0, value(starts[count - 1], apexes[count - 1]) > value(starts[count - 1], u) {
          count -= 1
        }
        if count == 0 {
          (apexes[0], starts[0]) = (u, 0)
          count = 1
        } else {
          let start = 1 + meeting(apexes[count - 1], u)
          if start < width {
            (apexes[count], starts[count]) = (u, start)
            count += 1
          }
        }
      }
      for x in stride(from: width - 1, through: 0, by: -1) {
        result[row + x] = value(x, apexes[count - 1])
        if x == starts[count - 1] { count -= 1 }
      }
    }
    return result
  }
}
