/// A writer that keeps small facts of each block beside it, and documents of the whole run: hashes,
/// counts, a receipt.
///
/// The facts of a block are safe on disk before the block counts as committed, so whoever goes on
/// with a run that was killed has them of every committed block.
public protocol FactKeepingWriter: VolumeWriter {
  /// Commits `block` as `commit(_:_:)` does, with `facts` of it, each under the name of who found it.
  ///
  /// Facts must follow from the voxels and the plan alone: equal runs make equal bytes.
  @discardableResult
  func commit(
    _ block: Index3, _ voxels: RawSpan, facts: [String: JSONValue]
  ) throws(VolumeWriteError) -> Int

  /// What was kept of `block`; `nil` where it is not committed, or nothing was kept of it, or that
  /// was damaged since.
  func facts(of block: Index3) -> [String: JSONValue]?

  /// Keeps a document called `name` (letters and dashes) in the place of an earlier one; also after
  /// `finish`.
  func keep(_ name: String, _ document: JSONValue) throws(VolumeWriteError)

  /// The document of that name; `nil` where there is none, or it was damaged.
  func kept(_ name: String) -> JSONValue?

  /// The documents of that name that parts of the output kept, where they are being put together.
  func keptByParts(_ name: String) -> [JSONValue]
}

extension FactKeepingWriter {
  /// There are no parts.
  public func keptByParts(_ name: String) -> [JSONValue] { [] }
}
