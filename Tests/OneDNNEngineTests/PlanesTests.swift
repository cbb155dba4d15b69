import CKernels
import Testing
import VolumeTesting

/// The loops of narrow layers in single precision, called one by one.
@Suite struct `Loops on planes` {
  static let kinds: [t2s_planes_kind] = [
    T2S_PLANES_PORTABLE, T2S_PLANES_AVX2, T2S_PLANES_AVX512,
  ].filter { $0.rawValue <= t2s_planes_best().rawValue }
  /// Rows and columns: less than a vector, of several blocks, with a rest of each length.
  static let shapes = [(2, 2), (6, 14), (4, 36), (3, 50), (8, 66), (2, 98)]

  @Test(arguments: shapes)
  func `convolve as the definition says, alike on every processor`(h: Int, w: Int) {
    for (count, relu) in [(1, false), (5, true), (16, true)] {
      let values = Values(count, h, w, seed: UInt64(h * w + count))
      let weights = numbers(count * 72, seed: 2)
      let bias = numbers(8, seed: 3)
      var all: [[Float]] = []
      for kind in Self.kinds {
        // What was in the memory before must not show.
        var out = [Float](repeating: .nan, count: 8 * values.plane + 64)
        unsafe values.withPlanes { planes in
          unsafe t2s_planes_convolution(
            kind, planes, count, &out, values.plane, weights, bias, h, w, relu ? 1 : 0,
            Int32(T2S_FIRST_ROW | T2S_LAST_ROW))
        }
        all.append(Array(out.prefix(8 * values.plane)))
      }
      #expect(all.allSatisfy { $0 == all[0] }, "\(count) channels")
      for o in 0..<8 {
        for y in -1...h {
          for x in -T2S_MARGIN..<Int32(values.stride) - T2S_MARGIN {
            let found = all[0][o * values.plane + values.place(y, Int(x))]
            guard (0..<h).contains(y), (0..<w).contains(Int(x)) else {
              #expect(found == 0, "the border at \(y), \(x)")
              continue
            }
            var sum = Double(bias[o])
            for c in 0..<count {
              for tap in 0..<9 {
                sum +=
                  Double(values.at(c, y + tap / 3 - 1, Int(x) + tap % 3 - 1))
                  * Double(weights[(c * 9 + tap) * 8 + o])
              }
            }
            if relu { sum = max(sum, 0) }
            #expect(abs(Double(found) - sum) < 1e-4, "output \(o) at \(y), \(x)")
          }
        }
      }
    }
  }

  @Test(arguments: shapes) func `pool over one layer and over two`(h: Int, w: Int) {
    for (layers, channels) in [(1, 8), (2, 3)] {
      let values = Values(layers * channels, h, w, seed: 7)
      for kind in Self.kinds {
        var out = [Float](repeating: .nan, count: (h / 2) * (w / 2) * channels)
        unsafe values.withPlanes {
          unsafe t2s_planes_max_pool(kind, $0, layers, channels, &out, h, w)
        }
        for y in 0..<h / 2 {
          for x in 0..<w / 2 {
            for c in 0..<channels {
              let all = (0..<4 * layers).map {
                values.at($0 / 4 * channels + c, 2 * y + $0 / 2 % 2, 2 * x + $0 % 2)
              }
              #expect(out[(y * (w / 2) + x) * channels + c] == all.max())
            }
          }
        }
      }
    }
  }

  @Test(arguments: shapes) func `spread phases, and bring planes back`(h: Int, w: Int) {
    // Two layers' phases of 3 channels; the second layer's are taken.
    let (channels, lanes) = (3, 12)
    let phases = numbers(h * w * 2 * lanes, seed: 8)
    let large = Values(channels, 2 * h, 2 * w, seed: 9)
    var planes = [Float](repeating: .nan, count: channels * large.plane)
    var back = [Float](repeating: .nan, count: 4 * h * w * channels)
    unsafe phases.withUnsafeBufferPointer { phases in
      guard let first = phases.baseAddress else { return }
      unsafe t2s_planes_depth_to_space(
        first + lanes, lanes, &planes, large.plane, h, w, channels,
        Int32(T2S_FIRST_ROW | T2S_LAST_ROW))
    }
    unsafe large.withPlanes(of: planes) {
      unsafe t2s_planes_to_channels_last($0, channels, &back, 2 * h, 2 * w)
    }
    for y in 0..<2 * h {
      for x in 0..<2 * w {
        for c in 0..<channels {
          let pixel = (y / 2 * w + x / 2) * 2 * lanes + lanes
          #expect(
            back[(y * 2 * w + x) * channels + c] == phases[pixel + (2 * c + y % 2) * 2 + x % 2])
        }
      }
    }
    #expect(planes.allSatisfy { !$0.isNaN }, "a border that was not cleared")
  }

  @Test(arguments: shapes) func `score, and give the first largest`(h: Int, w: Int) {
    let (channels, classes) = (8, 3)
    let values = Values(channels, h, w, seed: 10)
    var weights = numbers(channels * classes, seed: 11)
    var bias = numbers(classes, seed: 12)
    // Two classes that are always alike: the first counts.
    for c in 0..<channels { weights[c * classes + 2] = weights[c * classes + 1] }
    bias[2] = bias[1]
    var all: [([Float], [UInt8])] = []
    for kind in Self.kinds {
      var scores = [Float](repeating: .nan, count: h * w * classes)
      var labels = [UInt8](repeating: 9, count: h * w)
      unsafe values.withPlanes {
        unsafe t2s_planes_scores(kind, $0, channels, weights, bias, classes, &scores, h, w)
        unsafe t2s_planes_labels(kind, $0, channels, weights, bias, classes, &labels, h, w)
      }
      all.append((scores, labels))
    }
    #expect(all.allSatisfy { $0 == all[0] })
    for pixel in 0..<h * w {
      let (y, x) = (pixel / w, pixel % w)
      let expected = (0..<classes).map { k in
        (0..<channels).reduce(Double(bias[k])) {
          $0 + Double(values.at($1, y, x)) * Double(weights[$1 * classes + k])
        }
      }
      let found = all[0].0[pixel * classes..<(pixel + 1) * classes]
      #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
      #expect(
        Int(all[0].1[pixel]) == (found[found.startIndex + 1] > found[found.startIndex] ? 1 : 0))
    }
  }

  // MARK: - Helpers

  private func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
  }

  /// Planes of random numbers with zeros around.
  private struct Values {
    let planes: Int
    let stride: Int
    let plane: Int
    private var numbers: [Float]

    init(_ planes: Int, _ h: Int, _ w: Int, seed: UInt64) {
      self.planes = planes
      stride = t2s_pairs_stride(w)
      plane = t2s_pairs_plane(h, w)
      // Loops may read 256 bytes past the end.
      numbers = Array(repeating: 0, count: planes * plane + 64)
      var random = SeededRandom(seed: seed)
      for p in 0..<planes {
        for y in 0..<h {
          for x in 0..<w {
            numbers[p * plane + place(y, x)] = Float.random(in: -1...1, using: &random)
          }
        }
      }
    }

    func place(_ y: Int, _ x: Int) -> Int { (y + 1) * stride + x + Int(T2S_MARGIN) }

    func at(_ p: Int, _ y: Int, _ x: Int) -> Float { numbers[p * plane + place(y, x)] }

    @unsafe func withPlanes(_ body: (UnsafePointer<UnsafePointer<Float>?>) -> Void) {
      unsafe withPlanes(of: numbers, body)
    }

    /// The addresses of planes that lie in `numbers` as ours do.
    @unsafe func withPlanes(
      of numbers: [Float], _ body: (UnsafePointer<UnsafePointer<Float>?>) -> Void
    ) {
      unsafe numbers.withUnsafeBufferPointer { all in
        var addresses: [UnsafePointer<Float>?] = unsafe []
        for p in 0..<planes {
          unsafe addresses.append(all.baseAddress.map { unsafe $0 + p * plane })
        }
        unsafe body(addresses)
      }
    }
  }
}
