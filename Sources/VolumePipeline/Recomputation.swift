import EngineCore
import NeuralGraph
import TilePlanning
import VolumeCore

/// How far labels that were computed again agree with those that are there.
public struct Agreement: Hashable, Sendable {
  /// Voxels that were compared.
  public var voxels = 0
  /// Those whose labels differ.
  public var differing = 0
  /// The largest distance to the decision among those: by how much the label that was computed again
  /// scored higher than the one that is there.
  public var largestDistance: Float = 0
  /// Differing voxels whose distance is above what rounding explains.
  public var beyondTies = 0
  /// Voxels that are labelled as none of the network's classes, which it was never asked for.
  public var notComputed = 0
  /// The first voxel that differs, in the scan, with the label that is there and the one computed
  /// again.
  public var first: Difference?

  /// One voxel whose labels differ.
  public struct Difference: Hashable, Sendable {
    /// Where.
    public var place: Index3
    /// The label that is there.
    public var stored: Int
    /// The one that was computed again.
    public var computed: Int
    /// How much higher that scored.
    public var distance: Float
  }

  /// Nothing was compared yet.
  public init() {}

  /// The share of voxels whose labels are the same; 1 where nothing was compared.
  public var share: Double { voxels == 0 ? 1 : 1 - Double(differing) / Double(voxels) }

  /// How far scores of one precision may lie apart because tiles of other shapes, other kernels or
  /// other machines round otherwise: the tie rule.
  public static func tieDistance(_ precision: Precision) -> Float {
    switch precision {
    case .f32: 1e-3
    case .f16: 1e-2
    case .bf16: 5e-2
    // Against another precision: bytes are rounded to one of 255 steps at every layer.
    case .int8: 0.5
    }
  }

  /// Adds what was found elsewhere.
  public static func += (a: inout Agreement, b: Agreement) {
    a.voxels += b.voxels
    a.differing += b.differing
    a.largestDistance = max(a.largestDistance, b.largestDistance)
    a.beyondTies += b.beyondTies
    a.notComputed += b.notComputed
    a.first = a.first ?? b.first
  }
}

/// Computes parts of a segmentation again, with scores, and compares them with labels that are there.
public struct Recomputation {
  private let execution: ExecutionPlan
  private let reading: TileReading
  private let labels: any VolumeReader
  private let origin: Index3
  private let engine: any InferenceEngine
  private let tie: Float

  /// Prepares to compute tiles of the shapes that `execution` lists.
  ///
  /// - Parameters:
  ///   - labels: what is there.
  ///   - origin: where its first voxel lies in the scan.
  ///   - precision: in which that was computed; `nil`: the same.
  public init(
    _ execution: ExecutionPlan, factory: any EngineFactory, from scan: any VolumeReader,
    comparingWith labels: any VolumeReader, at origin: Index3, madeIn precision: Precision? = nil
  ) throws(Explanation) {
    var execution = execution
    execution.output = .scores
    self.execution = execution
    let (here, there) = (execution.precision, precision ?? execution.precision)
    // Sums of bytes are the same everywhere.
    tie =
      here == .int8 && there == .int8
      ? Agreement.tieDistance(.f32)
      : max(Agreement.tieDistance(here), Agreement.tieDistance(there))
    reading = TileReading(reader: scan)
    self.labels = labels
    self.origin = origin
    do { engine = try factory.makeEngine(for: execution, slots: 1) } catch {
      throw error.explanation
    }
  }

  /// Bytes that the process takes at its peak while it computes tiles of these shapes again.
  static func memory(
    _ execution: ExecutionPlan, _ factory: any EngineFactory
  ) throws(Explanation) -> Int {
    var execution = execution
    execution.output = .scores
    let largest = execution.shapes.map(\.voxelCount).max() ?? 0
    do {
      return try MemoryModel.processByteCount(threads: 1)
        + factory.byteCount(for: execution, slots: 1)
        + largest * (execution.voxelType.byteCount + 1)
    } catch {
      throw error.explanation
    }
  }

  /// Computes `tile` again and compares its core.
  public func compare(_ tile: Tile) throws(Explanation) -> Agreement {
    var voxels = [UInt8](
      repeating: 0, count: tile.input.voxelCount * execution.voxelType.byteCount)
    do throws(VolumeReadError) {
      var span = voxels.mutableSpan
      var bytes = unsafe span.mutableBytes
      try reading.read(tile.input, into: &bytes)
    } catch {
      throw error.explanation
    }
    let stored: [UInt8]
    do throws(VolumeReadError) {
      stored = try labels.bytes(of: tile.core.relative(to: origin))
    } catch {
      throw error.explanation
    }
    var agreement = Agreement()
    guard stored.contains(where: { Int($0) < execution.graph.classCount }) else {
      agreement.notComputed = stored.count
      return agreement
    }
    do throws(EngineError) {
      try engine.submit(0, shape: tile.input.shape, unsafe voxels.span.bytes)
      try engine.collect(0) { scores throws(EngineError) in
        agreement = Self.compare(
          stored, tile.core, with: scores, of: tile.output, classes: execution.graph.classCount,
          tie: tie)
      }
    } catch {
      throw error.explanation
    }
    return agreement
  }

  /// Compares the labels of `core`, in C order, with scores of `box`, which holds it: of equal scores
  /// the first class counts, as in engines.
  static func compare(
    _ stored: [UInt8], _ core: Region, with scores: RawSpan, of box: Region, classes: Int,
    tie: Float
  ) -> Agreement {
    var agreement = Agreement()
    unsafe scores.withUnsafeBytes { bytes in
      let values = unsafe bytes.assumingMemoryBound(to: Float.self)
      var next = 0
      core.forEachRow(in: box, and: box) { z, y, offset, _ in
        for x in core.x {
          let first = (offset + x - core.x.lowerBound) * classes
          var best = 0
          for label in 1..<max(classes, 1)
          where unsafe values[first + label] > values[first + best] { best = label }
          let label = Int(stored[next])
          next += 1
          guard label < classes else {
            agreement.notComputed += 1
            continue
          }
          agreement.voxels += 1
          guard label != best else { continue }
          let distance = unsafe values[first + best] - values[first + label]
          agreement.differing += 1
          agreement.largestDistance = max(agreement.largestDistance, distance)
          if !(distance <= tie) { agreement.beyondTies += 1 }
          if agreement.first == nil {
            agreement.first = Agreement.Difference(
              place: Index3(z: z, y: y, x: x), stored: label, computed: best, distance: distance)
          }
        }
      }
    }
    return agreement
  }
}
