import Glibc

/// How alike a file's voxels are to those a given number of voxels further, for every distance up
/// to a row's length, from a few windows.
struct Autocorrelation {
  /// The rows that are found.
  static let lags = 16...16_384
  /// What changes over more voxels than this is left out: what most scans show, and what is left of
  /// one whose fibres lie along the rows.
  static let reaches = [8, 32]

  /// The reach that was taken.
  let reach: Int

  /// The correlation at each distance, from 0 on.
  let values: [Float]

  /// Of the windows `levels`, which are equally long.
  init(of levels: [[UInt8]], reach: Int) {
    self.reach = reach
    guard let length = levels.first?.count, length > 1 else {
      values = []
      return
    }
    var size = 1
    while size < 2 * length { size *= 2 }
    let transform = FourierTransform(size: size)
    var power = [Float](repeating: 0, count: size)
    // Two windows at once, one as the imaginary part: the sum of both is the real part of the result.
    for first in stride(from: 0, to: levels.count, by: 2) {
      var real = highPassed(levels[first], reach: reach)
      var imaginary = first + 1 < levels.count ? highPassed(levels[first + 1], reach: reach) : []
      real += [Float](repeating: 0, count: size - real.count)
      imaginary += [Float](repeating: 0, count: size - imaginary.count)
      transform.run(&real, &imaginary)
      for index in 0..<size {
        power[index] += real[index] * real[index] + imaginary[index] * imaginary[index]
      }
    }
    // The power is not symmetric; the real part of its transform is that of its symmetric half.
    var imaginary = [Float](repeating: 0, count: size)
    transform.run(&power, &imaginary)
    let count = min(Self.lags.upperBound + 64, length - 1)
    let scale = power[0] / Float(length)
    values =
      scale > 0
      ? (0..<count).map { power[$0] / Float(length - $0) / scale }
      : [Float](repeating: 0, count: count)
  }

  /// How much the distance stands out from those beside it: by this a row is told from a smooth image.
  func peak(at distance: Int) -> Float {
    guard distance >= max(Self.lags.lowerBound, 3 * reach / 2), distance + reach < values.count
    else { return 0 }
    let near = 3 * reach / 8
    let count = Float(reach - near + 1)
    let before = values[(distance - reach)...(distance - near)].reduce(0, +) / count
    let after = values[(distance + near)...(distance + reach)].reduce(0, +) / count
    return values[distance] - max(before, after)
  }

  /// The highest of all peaks.
  var highestPeak: Float {
    Self.lags.prefix { $0 + reach < values.count }.reduce(0) { max($0, peak(at: $1)) }
  }
}

/// The discrete Fourier transform of a power of two of complex numbers.
struct FourierTransform {
  let size: Int
  private let cosines: [Float]
  private let sines: [Float]

  init(size: Int) {
    precondition(size > 0 && size & (size - 1) == 0)
    self.size = size
    let angles = (0..<max(1, size / 2)).map { 2 * Double.pi * Double($0) / Double(size) }
    cosines = angles.map { Float(cos($0)) }
    sines = angles.map { Float(sin($0)) }
  }

  /// Transforms in place.
  func run(_ real: inout [Float], _ imaginary: inout [Float]) {
    precondition(real.count == size && imaginary.count == size)
    guard size > 1 else { return }
    var target = 0
    for source in 1..<size {
      var bit = size >> 1
      while target & bit != 0 {
        target ^= bit
        bit >>= 1
      }
      target |= bit
      if source < target {
        real.swapAt(source, target)
        imaginary.swapAt(source, target)
      }
    }
    var half = 1
    while half < size {
      let step = size / (2 * half)
      for first in stride(from: 0, to: size, by: 2 * half) {
        for index in 0..<half {
          let (c, s) = (cosines[index * step], sines[index * step])
          let (a, b) = (first + index, first + index + half)
          // exp(-i angle)
          let x = real[b] * c + imaginary[b] * s
          let y = imaginary[b] * c - real[b] * s
          real[b] = real[a] - x
          imaginary[b] = imaginary[a] - y
          real[a] += x
          imaginary[a] += y
        }
      }
      half *= 2
    }
  }
}
