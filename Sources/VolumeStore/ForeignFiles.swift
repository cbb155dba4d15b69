import SystemIO
import VolumeCore
import ZarrFormat

/// Which files of an array are there: in plain Zarr a missing one is fill value, and nothing tells
/// whether it was ever written.
struct ForeignFiles {
  /// The most files that are counted.
  static let mostFiles = 100_000
  /// The most folders that are listed.
  static let mostFolders = 5_000

  let folder: String
  let array: ZarrArray
  let axes: AxisChoice

  /// How many files the volume has, and how many of them are there; `nil` where there are too many to
  /// count.
  var counts: (all: Int, present: Int)? {
    let counts = array.fileCounts
    guard let all = axes.shape(counts).checkedVoxelCount, all <= Self.mostFiles else { return nil }
    var folders = 0
    guard let present = present(&folders) else { return nil }
    return (all, present)
  }

  /// What there is to say of files that are missing.
  var remark: String? {
    guard let counts, counts.present < counts.all else { return nil }
    let what = array.sharding == nil ? "chunks" : "shards"
    let fill =
      array.saysFillValue
      ? "the fill value" : "0, since the array says no fill value"
    return "\(counts.all - counts.present) of \(counts.all) \(what) have no file: "
      + "their voxels are \(fill)"
  }

  private func present(_ folders: inout Int) -> Int? {
    let (separator, isStandard) =
      switch array.keyEncoding {
      case .standard(let separator): (separator, true)
      case .zarr2(let separator): (separator, false)
      }
    if separator == "/" {
      return count(in: isStandard ? "\(folder)/c" : folder, dimension: 0, &folders)
    }
    guard let names = try? names(inFolder: folder) else { return 0 }
    return names.count { name in
      var parts = name.split(separator: ".", omittingEmptySubsequences: false)[...]
      if isStandard, parts.popFirst() != "c" { return false }
      return parts.count == array.shape.count
        && zip(parts, array.shape.indices).allSatisfy { isWanted($0, dimension: $1) }
    }
  }

  private func count(in folder: String, dimension: Int, _ folders: inout Int) -> Int? {
    folders += 1
    guard folders <= Self.mostFolders else { return nil }
    let wanted = ((try? names(inFolder: folder)) ?? []).filter {
      isWanted($0[...], dimension: dimension)
    }
    guard dimension + 1 < array.shape.count else { return wanted.count }
    var sum = 0
    for name in wanted {
      guard let count = count(in: "\(folder)/\(name)", dimension: dimension + 1, &folders) else {
        return nil
      }
      sum += count
    }
    return sum
  }

  /// Whether `name` is a number of a file of the volume along `dimension`.
  private func isWanted(_ name: Substring, dimension: Int) -> Bool {
    guard let number = Int(name), String(number) == name else { return false }
    if [axes.z, axes.y, axes.x].contains(dimension) {
      return (0..<array.fileCounts[dimension]).contains(number)
    }
    return number == axes.fixed[dimension] / array.fileChunk[dimension]
  }
}
