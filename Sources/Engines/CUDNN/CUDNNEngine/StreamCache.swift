import Synchronization

/// Keeps the windows of the streams that were asked for last: they do not depend on a tile's rows and columns.
final class StreamCache: Sendable {
  /// All that they depend on, for one network.
  struct Key: Hashable {
    /// Layers of the tile.
    var depth: Int
    /// Of these, that come in at a time.
    var chunk: Int
    /// How many times a layer may be moved.
    var copies: Int
  }

  private struct State {
    var windows: [Key: CardWindows] = [:]
    var order: [Key] = []
  }
  private let state = Mutex(State())
  /// Some megabytes each.
  private static let most = 4

  /// Those of `key`, made where they are not kept.
  func windows(_ key: Key, make: () -> CardWindows) -> CardWindows {
    if let known = state.withLock({ $0.windows[key] }) { return known }
    let windows = make()
    state.withLock { state in
      if state.windows.updateValue(windows, forKey: key) == nil { state.order.append(key) }
      if state.order.count > Self.most { state.windows[state.order.removeFirst()] = nil }
    }
    return windows
  }
}
