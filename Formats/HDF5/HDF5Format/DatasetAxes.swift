import HDF5Library
import VolumeCore

/// Which axes of a dataset are the volume's, and where the others stand still.
struct DatasetAxes: Hashable, Sendable {
  /// The axis of layers; `nil` where the dataset is one layer.
  var z: Int?
  /// The axis of rows.
  var y: Int
  /// The axis of columns.
  var x: Int
  /// The index along each axis of the dataset; 0 along the volume's own.
  var fixed: [Int]

  /// Channels are few: an axis with more is none.
  static let mostChannels = 16

  /// The axes of a dataset; those of extent 1 are left out, last first.
  init(_ found: FoundVolume, file: String) throws(HDF5FormatError) {
    let dataset = found.dataset
    let extents = dataset.extents
    guard extents.count >= 2, extents.count <= 8 else {
      throw .wrongRank(file: file, dataset: dataset.path, extents: extents)
    }
    var axes = Array(extents.indices)
    fixed = Array(repeating: 0, count: extents.count)
    let isChosen = found.channel != nil
    if let channelAxis = found.channelAxis {
      let count = extents[channelAxis]
      fixed[channelAxis] = try Self.channel(found, count: count, file)
      axes.removeAll { $0 == channelAxis }
    } else {
      if axes.count > 3, extents[axes.count - 1] == 1 { axes.removeLast() }
      while axes.count > 3, let single = axes.firstIndex(where: { extents[$0] == 1 }) {
        axes.remove(at: single)
      }
      if axes.count == 4 {
        let axis = try Self.channelAxis(axes, found, file)
        fixed[axis] = try Self.channel(found, count: extents[axis], file)
        axes.removeAll { $0 == axis }
      } else if isChosen, found.channel != 0 {
        throw .channelIsMissing(file: file, channel: found.channel ?? 0, channels: 1)
      }
    }
    guard axes.count == 2 || axes.count == 3 else {
      throw .wrongRank(file: file, dataset: dataset.path, extents: extents)
    }
    x = axes.removeLast()
    y = axes.removeLast()
    z = axes.last
  }

  /// The first or the last axis is one of channels where it alone is short: nothing is guessed.
  private static func channelAxis(
    _ axes: [Int], _ found: FoundVolume, _ file: String
  ) throws(HDF5FormatError) -> Int {
    let extents = found.dataset.extents
    let (first, last) = (axes[0], axes[3])
    switch (extents[first] <= mostChannels, extents[last] <= mostChannels) {
    case (true, false): return first
    case (false, true): return last
    default: throw .wrongRank(file: file, dataset: found.dataset.path, extents: extents)
    }
  }

  private static func channel(
    _ found: FoundVolume, count: Int, _ file: String
  ) throws(HDF5FormatError) -> Int {
    guard let channel = found.channel ?? (count == 1 ? 0 : nil) else {
      throw .severalChannels(
        file: file, dataset: found.dataset.path, extents: found.dataset.extents, channels: count)
    }
    guard channel >= 0, channel < count else {
      throw .channelIsMissing(file: file, channel: channel, channels: count)
    }
    return channel
  }

  /// The extent of the volume in a dataset of `extents`.
  func shape(_ extents: [Int]) -> Shape3 {
    Shape3(z: z.map { extents[$0] } ?? 1, y: extents[y], x: extents[x])
  }

  /// The same three numbers, one for each axis of the dataset, the others as `rest` says.
  func spread(_ index: Index3, _ rest: [Int]) -> [Int] {
    var all = rest
    if let z { all[z] = index.z }
    all[y] = index.y
    all[x] = index.x
    return all
  }

  /// Numbers from one to the next along each axis of a box of `extents` in C order.
  func steps(_ extents: [Int]) -> (all: [Int], z: Int, y: Int, x: Int) {
    var all = [Int](repeating: 1, count: extents.count)
    for axis in (0..<(extents.count - 1)).reversed() {
      all[axis] = all[axis + 1] * extents[axis + 1]
    }
    return (all, z.map { all[$0] } ?? 0, all[y], all[x])
  }

  /// Whether the volume's axes lie in the dataset without another between or behind them.
  var areLast: Bool {
    let count = fixed.count
    return x == count - 1 && y == count - 2 && (z == nil || z == count - 3)
  }
}
