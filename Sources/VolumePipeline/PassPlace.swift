import VolumeCore

/// Where a run stands among several whose probabilities are averaged: what a network of single layers
/// says along each axis.
public struct PassPlace: Sendable {
  /// How many passes there are.
  public var count: Int
  /// How many were before this one.
  public var before: Int
  /// The sums that they left, one volume for each class but the last; they lie as this pass's scan does.
  public var sums: [any VolumeReader]

  /// Pass number `before` of `count`, after passes that left `sums`.
  public init(count: Int, before: Int, sums: [any VolumeReader]) {
    precondition(before < count && (before == 0) == sums.isEmpty)
    self.count = count
    self.before = before
    self.sums = sums
  }

  /// What reading the sums of tiles of `shape` keeps.
  func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    sums.reduce(0) { $0 + $1.cacheByteCount(forBoxesOf: shape) }
  }

  /// Lets the sums keep what that says, and no more.
  func limitCaches(forBoxesOf shape: Shape3) {
    for sum in sums { sum.limitCache(to: sum.cacheByteCount(forBoxesOf: shape)) }
  }
}
