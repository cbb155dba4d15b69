import CDistances
import VolumeCore

/// The squared distance of every voxel of a box to the nearest voxel of a set, exact up to a reach.
///
/// Distances are between the middles of voxels, in voxels. They separate into the three axes
/// (Saito and Toriwaki, 1994), and since only those within the reach are asked for, each axis is a
/// least sum over so many neighbours, a row at a time.
public struct SquaredDistances: Sendable {
  /// The longest reach: sums of three squares stay below 2^16.
  public static let longestReach = 100
  /// What stands for all that is farther than the reach.
  public static let beyond: UInt16 = 40_000

  /// The extent of the box.
  public let shape: Shape3
  /// Distances that are longer, in voxels, are `beyond`.
  public let reach: Int
  /// For each voxel, in C order.
  public private(set) var values: [UInt16]
  private var other: [UInt16]

  /// Bytes for each voxel of a box.
  public static let bytesPerVoxel = 4

  /// Room for boxes of at most `shape`.
  public init(_ shape: Shape3, reach: Int) {
    precondition((1...Self.longestReach).contains(reach), "distances from 1 to 100 voxels")
    self.shape = shape
    self.reach = reach
    values = Array(repeating: 0, count: shape.voxelCount)
    other = values
  }

  /// Computes the distances to the voxels at which `features` is not 0; returns whether there is one.
  @discardableResult
  public mutating func compute(_ features: [UInt8]) -> Bool {
    precondition(features.count == values.count, "a feature for each voxel")
    guard alongRows(features) else {
      for i in values.indices { values[i] = Self.beyond }
      return false
    }
    let (rows, width) = (shape.y, shape.x)
    if rows > 1 {
      across(step: width, count: rows, groups: shape.z, groupStep: rows * width, run: width)
    }
    if shape.z > 1 {
      across(step: rows * width, count: shape.z, groups: 1, groupStep: 0, run: rows * width)
    }
    let most = UInt16(reach * reach)
    for i in values.indices where values[i] > most { values[i] = Self.beyond }
    return true
  }

  /// The squared distance to the nearest feature in the same row.
  private mutating func alongRows(_ features: [UInt8]) -> Bool {
    let width = shape.x
    let far = reach + 1
    var found = false
    for start in stride(from: 0, to: features.count, by: max(width, 1)) {
      var distance = far
      for i in start..<(start + width) {
        distance = features[i] != 0 ? 0 : min(distance + 1, far)
        values[i] = UInt16(truncatingIfNeeded: distance)
        if distance == 0 { found = true }
      }
      distance = far
      for i in stride(from: start + width - 1, through: start, by: -1) {
        distance = min(distance + 1, Int(values[i]))
        values[i] = distance == far ? Self.beyond : UInt16(distance * distance)
      }
    }
    return found
  }

  /// The least sum along one axis, whose voxels are `step` apart, for runs of neighbours at a time.
  private mutating func across(step: Int, count: Int, groups: Int, groupStep: Int, run: Int) {
    let reach = reach
    let total = values.count
    unsafe values.withUnsafeMutableBufferPointer { source in
      unsafe other.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe to.update(from: from, count: total)
        // A part of a run at a time, so that what is read again is still in the cache.
        let part = 4096
        for group in 0..<groups {
          for first in stride(from: 0, to: run, by: part) {
            let length = min(part, run - first)
            for at in 0..<count {
              let here = group * groupStep + at * step + first
              for away in 1...reach {
                let square = UInt16(away * away)
                if at >= away {
                  unsafe t2s_least_of_sum(to + here, from + here - away * step, square, length)
                }
                if at + away < count {
                  unsafe t2s_least_of_sum(to + here, from + here + away * step, square, length)
                }
              }
            }
          }
        }
      }
    }
    swap(&values, &other)
  }
}
