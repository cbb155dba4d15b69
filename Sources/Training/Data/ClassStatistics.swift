import EngineCore
import Glibc
import VolumeCore

/// What the training parts hold, counted once before training begins.
public struct ClassStatistics: Hashable, Sendable {
  /// Annotated voxels of each class.
  public var voxels: [Int]
  /// Voxels without annotation.
  public var ignored = 0
  /// How often each of 256 grey steps from 0 to 1, after normalisation, occurs.
  public var greyHistogram = [Int](repeating: 0, count: 256)
  /// The mean of each class's normalised grey values.
  public var means: [Double]
  /// The deviation of the scan's noise, in normalised grey values: of what is left of places of one
  /// class without their mean.
  public var noise = 0.0
  /// How alike the noise of two neighbours is: 0 not at all, 1 the same.
  public var noiseCorrelation = 0.0

  /// Annotated voxels.
  public var annotated: Int { voxels.reduce(0, +) }
  /// Each class's share of them.
  public var shares: [Double] { voxels.map { Double($0) / Double(max(annotated, 1)) } }
}

/// Goes through the training parts once, a few rows at a time.
struct StatisticsScan {
  let scans: [AnnotatedScan]
  let map: ClassMap
  /// Is told after each band; throws to stop.
  let checkForStop: () throws(TrainingDataError) -> Void

  /// Voxels read at a time at most.
  static let bandVoxels = 1 << 20

  /// Counts the classes of all parts, and of each cell of them.
  func run(
    _ parts: [DataPart], crop: Shape3
  ) throws(TrainingDataError) -> (statistics: ClassStatistics, grids: [CellGrid]) {
    let classes = map.classes.count
    var statistics = ClassStatistics(
      voxels: [Int](repeating: 0, count: classes), means: [Double](repeating: 0, count: classes))
    var grids: [CellGrid] = []
    var noise = NoiseEstimate()
    for part in parts {
      let scan = scans[part.scan]
      var grid = CellGrid(
        part, layers: scan.annotated(in: part.region.z), crop: crop, classes: classes)
      for (number, layer) in grid.layers.enumerated() {
        let rows = max(16, Self.bandVoxels / max(1, part.region.x.count))
        for first in stride(from: part.region.y.lowerBound, to: part.region.y.upperBound, by: rows)
        {
          try checkForStop()
          let y = first..<min(first + rows, part.region.y.upperBound)
          let band = Region(z: layer..<(layer + 1), y: y, x: part.region.x)
          let bytes = try scan.labelBytes(layer: layer, y: y, x: band.x)
          let greys = try scan.voxels(band)
          try count(bytes, greys, band, scan, number, &grid, &statistics)
          noise.add(greys, try scan.labels(band, within: band, map.table), width: band.x.count)
        }
      }
      grids.append(grid)
    }
    for kind in 0..<classes where statistics.voxels[kind] > 0 {
      statistics.means[kind] /= Double(statistics.voxels[kind])
    }
    (statistics.noise, statistics.noiseCorrelation) = (noise.deviation, noise.correlation)
    try check(statistics)
    return (statistics, grids)
  }

  private func count(
    _ bytes: [UInt8], _ greys: [Float], _ band: Region, _ scan: AnnotatedScan, _ layer: Int,
    _ grid: inout CellGrid, _ statistics: inout ClassStatistics
  ) throws(TrainingDataError) {
    let type = scan.labels.volume.voxelType
    let part = grid.part.region
    var place = 0
    for y in band.y {
      for x in band.x {
        let value =
          type == .uint8 ? Double(bytes[place]) : unsafe type.value(bytes.span.bytes, at: place)
        let whole = Int(exactly: value) ?? -1
        guard map.knows(whole) else {
          throw .labelIsNoClass(
            scan: scan.name, value: value, at: Index3(z: band.z.lowerBound, y: y, x: x),
            classes: map.classes.map(\.value))
        }
        let kind = map.table[whole]
        let grey = greys[place]
        if grey.isFinite {
          statistics.greyHistogram[Int(min(max(grey, 0), 1) * 255 + 0.5)] += 1
        }
        if kind == AnnotatedScan.ignored {
          statistics.ignored += 1
        } else {
          statistics.voxels[Int(kind)] += 1
          statistics.means[Int(kind)] += Double(grey)
          let cell = grid.index(layer: layer, y: y - part.y.lowerBound, x: x - part.x.lowerBound)
          grid.voxels[cell * grid.classes + Int(kind)] += 1
        }
        place += 1
      }
    }
  }

  private func check(_ statistics: ClassStatistics) throws(TrainingDataError) {
    let present = statistics.voxels.filter { $0 > 0 }.count
    guard present > 0 else { throw .tooFewClasses(0) }
    for (entry, count) in zip(map.classes, statistics.voxels) where count == 0 {
      throw .classIsMissing(
        name: entry.name, value: entry.value, voxels: statistics.annotated)
    }
    guard present > 1 else { throw .tooFewClasses(1) }
  }
}

/// Noise, estimated where a square of one class lies in a row: squares' own means are taken away.
struct NoiseEstimate {
  private static let edge = 8
  private var squares = 0.0
  private var products = 0.0
  private var count = 0.0
  private var pairs = 0.0

  /// Looks at the squares of a band of rows of `width`.
  mutating func add(_ greys: [Float], _ labels: [UInt8], width: Int) {
    let edge = Self.edge
    let rows = greys.count / max(width, 1)
    // Every fourth square is plenty.
    for y in stride(from: 0, to: rows - edge + 1, by: 2 * edge) {
      for x in stride(from: 0, to: width - edge + 1, by: 2 * edge) {
        let kind = labels[y * width + x]
        guard kind != AnnotatedScan.ignored else { continue }
        var sum = 0.0
        var isPure = true
        for j in 0..<edge {
          for i in 0..<edge {
            let place = (y + j) * width + x + i
            isPure = isPure && labels[place] == kind
            sum += Double(greys[place])
          }
        }
        guard isPure, sum.isFinite else { continue }
        let mean = sum / Double(edge * edge)
        for j in 0..<edge {
          for i in 0..<edge {
            let place = (y + j) * width + x + i
            let own = Double(greys[place]) - mean
            squares += own * own
            count += 1
            if i + 1 < edge {
              products += own * (Double(greys[place + 1]) - mean)
              pairs += 1
            }
          }
        }
      }
    }
  }

  /// The deviation; 0 where no square was of one class.
  var deviation: Double { count > 0 ? (squares / count).squareRoot() : 0 }

  /// How alike neighbours along a row are; 0 where nothing is known.
  var correlation: Double {
    guard pairs > 0, squares > 0 else { return 0 }
    return min(max(products / pairs / (squares / count), 0), 0.98)
  }
}
