import Blobs
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Blobs of a layer` {
  private static let ones = (0..<256).map { $0 == 1 }

  /// Blobs by flooding, in the order of their first pixels; each pixel's number, -1 outside.
  private func flooded(
    _ pixels: [UInt8], _ width: Int, _ connectivity: LayerBlobs.Connectivity
  ) -> [Int] {
    let height = pixels.count / width
    var numbers = [Int](repeating: -1, count: pixels.count)
    var count = 0
    for first in pixels.indices where pixels[first] == 1 && numbers[first] < 0 {
      var queue = [first]
      numbers[first] = count
      while let at = queue.popLast() {
        for dy in -1...1 {
          for dx in -1...1 where connectivity == .corners || dy == 0 || dx == 0 {
            let (y, x) = (at / width + dy, at % width + dx)
            guard y >= 0, y < height, x >= 0, x < width else { continue }
            let next = y * width + x
            if pixels[next] == 1, numbers[next] < 0 {
              numbers[next] = count
              queue.append(next)
            }
          }
        }
      }
      count += 1
    }
    return numbers
  }

  @Test(arguments: 0..<60)
  func `are those that flooding finds, with their sums`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let (width, height) = (
      Int.random(in: 1...20, using: &random), Int.random(in: 1...15, using: &random)
    )
    let density = Double.random(in: 0.1...0.9, using: &random)
    let pixels = (0..<(width * height)).map { _ -> UInt8 in
      Double.random(in: 0..<1, using: &random) < density
        ? 1 : UInt8.random(in: 2...3, using: &random)
    }
    for connectivity in LayerBlobs.Connectivity.allCases {
      let numbers = flooded(pixels, width, connectivity)
      let found = unsafe LayerBlobs(
        pixels.span.bytes, width: width, connectivity: connectivity, isInside: Self.ones)
      var own = [Int](repeating: -1, count: pixels.count)
      for run in found.runs { for x in run.columns { own[run.row * width + x] = run.blob } }
      #expect(own == numbers)
      #expect(found.blobs.count == (numbers.max() ?? -1) + 1)
      for (number, blob) in found.blobs.enumerated() {
        let places = numbers.indices.filter { numbers[$0] == number }
        let (ys, xs) = (places.map { $0 / width }, places.map { $0 % width })
        #expect(blob.area == places.count)
        #expect(blob.rows == (ys.min() ?? 0)..<((ys.max() ?? 0) + 1))
        #expect(blob.columns == (xs.min() ?? 0)..<((xs.max() ?? 0) + 1))
        #expect(blob.firstColumn == xs[0])
        let (y, x) = (
          Double(ys.reduce(0, +)) / Double(places.count),
          Double(xs.reduce(0, +)) / Double(places.count)
        )
        #expect(abs(blob.centroid.row - y) < 1e-9 && abs(blob.centroid.column - x) < 1e-9)
      }
    }
  }

  /// scikit-image 0.25: regionprops of a bar of 3 rows and 9 columns, and of a line.
  @Test func `have the axes that scikit-image gives them`() throws {
    func blob(_ rows: [String]) throws -> Blob {
      let pixels = rows.joined().map { $0 == "#" ? UInt8(1) : 0 }
      return try #require(
        unsafe LayerBlobs(
          pixels.span.bytes, width: rows[0].count, connectivity: .corners, isInside: Self.ones
        ).blobs.first)
    }
    let bar = try blob(["#########", "#########", "#########"])
    // The variance of n equally spaced pixels is (n^2 - 1) / 12.
    #expect(abs(bar.axes.major - 4 * (80.0 / 12).squareRoot()) < 1e-9)
    #expect(abs(bar.axes.minor - 4 * (8.0 / 12).squareRoot()) < 1e-9)
    let line = try blob(["#....", ".#...", "..#..", "...#.", "....#"])
    #expect(abs(line.axes.major - 4 * 2.0) < 1e-9)
    #expect(line.axes.minor < 1e-6 && line.longestEdge == 5)
  }
}
