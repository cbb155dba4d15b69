import CComponents
import Pipelines
import SystemIO
import VolumeCore

/// Layers that were labelled by themselves, in a file, until whoever has all of them joins them: so
/// several machines label a volume, and the components and their numbers are those of one.
///
/// The file is pieces of whole layers, one after the other, in this machine's byte order (Slurm's nodes
/// have one): six words of 64 bits (a mark, the first layer, the layers, the runs, the components, whether
/// there are sums), where each row's runs begin (64 bits each), the runs, the sums of each component; and
/// a checksum of all of that. The end is a piece without layers.
extension ComponentSearch {
  /// Labels the layers of the search and writes them to `path`, which is there when it is whole.
  ///
  /// - Returns: `false` where it was stopped.
  public func label(
    to path: String, isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(Explanation) -> Bool {
    let unfinished = path + ".unfinished"
    do throws(Explanation) {
      let file = try scratch { () throws(SystemError) in
        LayersFile(try FileHandle(creating: unfinished))
      }
      let turns = Turns()
      let (height, measures) = (region.shape.y, options.measures)
      try label(turns, isStopped: isStopped, progress: progress) {
        part, first throws(Explanation) in
        try file.write(part, firstLayer: first, height: height, measures: measures)
      }
      guard !isStopped() else {
        try? removeFile(unfinished)
        return false
      }
      try file.end()
      try scratch { () throws(SystemError) in try rename(unfinished, to: path) }
      return true
    } catch {
      try? removeFile(unfinished)
      throw error
    }
  }

  /// Joins what was labelled to `paths`, which together have all layers of the region, in their order.
  ///
  /// - Parameter progress: called with the number of voxels of each piece that is joined.
  /// - Returns: `nil` where it was stopped.
  public func join(
    _ paths: [String], isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(Explanation) -> FoundComponents? {
    let joining = try ComponentJoining(self)
    let shape = region.shape
    var next = 0
    for path in paths {
      let file = try scratch { () throws(SystemError) in
        LayersFile(try FileHandle(readingFrom: path))
      }
      guard
        let part = Part(
          height: shape.y, width: shape.x, connectivity: options.connectivity, hasGreys: false)
      else { throw noMemory }
      while let first = try file.read(into: part, height: shape.y, measures: options.measures) {
        guard !isStopped() else { return nil }
        guard first == next, part.layers <= shape.z - first else {
          throw LayersFile.damage(path, "it has layers from \(first), and \(next) come next")
        }
        try joining.take(part, firstLayer: first)
        next += part.layers
        progress(part.layers * shape.y * shape.x)
      }
    }
    guard next == shape.z else {
      throw Explanation(
        .damaged, "layers \(next) to \(shape.z - 1) of the region were not labelled",
        remedy: "run the parts that have them again")
    }
    return try joining.end()
  }
}
