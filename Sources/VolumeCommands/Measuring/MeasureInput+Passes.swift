import SystemIO
import VolumeCore
import VolumePasses

extension MeasureInput {
  /// A pass with blocks and threads for the limits, said before it starts.
  func prepared(_ pass: BlockPass) throws(Explanation) -> PreparedPass {
    try pass.prepared(memory: limits.memory, threads: limits.threads)
  }

  /// Runs `body` with a progress line.
  func watch<Value>(
    _ what: String, _ pass: PreparedPass,
    _ body: (@escaping @Sendable () -> Bool, @escaping @Sendable (Int) -> Void) throws(Explanation)
      -> Value
  ) throws(Explanation) -> Value {
    let context = context
    context.console.note(
      "\(what): \(pass.words), at most \(Words.memory(pass.byteCount)) of memory, beside "
        + "\(Words.memory(peakResidentBytes() ?? 0)) of the tool itself")
    let progress = Progress(context.console, what, total: region.voxelCount)
    let value = try body({ context.stopSignal() != nil }, { progress.add($0) })
    progress.end()
    try context.checkForStop(remedy: "give the same command again")
    return value
  }

  /// Which values are of the measured class.
  func flags(of values: [Int]) -> [Bool] { (0..<256).map { values.contains($0) } }

  /// Which values are of any class: not 254 (outside) nor 255 (not annotated), unless they are what is
  /// measured.
  func known(beside values: [Int]) -> [Bool] {
    (0..<256).map {
      values.contains($0) || ($0 != LabelClass.outsideValue && $0 != LabelClass.unannotatedValue)
    }
  }

  /// A class's name that needs no quotes in a table.
  func plainName(_ value: Int) -> String {
    name(of: [value]).filter { !",\"\n".contains($0) }
  }

  /// The voxel's edges, 1 where they are not known: z, y, x.
  var edges: [Double] {
    let s = spacing ?? VoxelSpacing(cube: 1)
    return [s.z, s.y, s.x]
  }

  /// The voxel's edge where it is a cube; throws where it is not.
  func cubeEdge(_ what: String) throws(Explanation) -> Double {
    let edges = edges
    guard let edge = edges.last, edges.allSatisfy({ abs($0 / edge - 1) < 1e-6 }) else {
      throw Explanation(
        .input,
        "\(what) needs cubic voxels, and these are \(edges[0]) x \(edges[1]) x \(edges[2]) µm",
        remedy: "give --voxel-size where the file is wrong")
    }
    return edge
  }
}
