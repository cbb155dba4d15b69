/// Stores whose state can be told, and mended: the seam that commands see.
public protocol StoreChecking: Sendable {
  /// Whether there is a store at `path`, finished or not.
  func isStore(_ path: String) -> Bool

  /// Looks at the store at `path`.
  ///
  /// - Parameters:
  ///   - part: the part of its files that is looked at closely; `nil`: all.
  ///   - progress: called with the bytes looked at since it was called last, and with all there are.
  ///   - isStopped: whether to stop; the check then throws.
  func check(
    _ path: String, _ depth: StoreCheckDepth, part: PartShare?,
    progress: @escaping @Sendable (_ bytes: Int, _ total: Int) -> Void,
    isStopped: @escaping @Sendable () -> Bool
  ) throws(Explanation) -> StoreReport

  /// Forgets what `report` calls damaged in the store at `path`, which `output` describes, and returns
  /// a writer that lacks just that; finished, it is what an undisturbed run had made.
  func mend(
    _ path: String, _ output: OutputDescription, _ report: StoreReport
  ) throws(Explanation) -> any VolumeWriter

  /// What made the unfinished store at `path` and from what, as its `OutputDescription.plan` said;
  /// `nil` where there is none, it is finished, or its plan is damaged. Throws where a newer version
  /// began it.
  func begun(_ path: String) throws(Explanation) -> [String: JSONValue]?

  /// The folder in which the parts of a store at `path` meet, whether it is there or not.
  func partsFolder(of path: String) -> String

  /// The parts of `count` of which shards are missing in the store at `path`; `nil` where no store was
  /// begun in parts there.
  func missingParts(_ path: String, of count: Int) throws(Explanation) -> [PartShare]?

  /// The document that a `FactKeepingWriter` kept under `name` in the store at `path`; `nil` where
  /// there is none. Throws where it is not what was written.
  func kept(_ name: String, in path: String) throws(Explanation) -> JSONValue?

  /// The facts of a committed block of the store at `path`; `nil` where there are none. Throws where
  /// they are not what was written.
  func facts(of block: Index3, in path: String) throws(Explanation) -> [String: JSONValue]?
}

extension StoreChecking {
  /// Looks at all of the store at `path`.
  public func check(
    _ path: String, _ depth: StoreCheckDepth,
    progress: @escaping @Sendable (_ bytes: Int, _ total: Int) -> Void,
    isStopped: @escaping @Sendable () -> Bool
  ) throws(Explanation) -> StoreReport {
    try check(path, depth, part: nil, progress: progress, isStopped: isStopped)
  }
}
