/// Whether tiles of volumes are computed a few layers at a time.
package enum StreamChoice: Hashable, Sendable {
  /// Where it takes less memory.
  case automatic
  /// For tests.
  case always
  /// For tests.
  case never
}
