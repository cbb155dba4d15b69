/// How the processor's cores are shared between the stages of a run: the one place that decides.
///
/// The engine gets every core, since it is what a run waits for; reading ahead and encoding behind
/// take a core for moments, which delays one tile and not all.
public struct ThreadBudget: Hashable, Sendable {
  /// Tiles computed at once, each by one core.
  public var engine: Int
  /// Tiles in flight: those computed, as many read ahead, so that no core waits where reading takes as
  /// long as computing and neither is quite even, and two being read and written.
  public var slots: Int
  /// Blocks that are counted and encoded at once, each by a thread and its helpers.
  public var encoding = 1

  /// A budget of `cores` cores with `slots` tiles in flight, where that was asked for; there are
  /// `tiles` in all.
  public init(cores: Int, slots: Int? = nil, tiles: Int = .max) {
    let cores = max(1, cores)
    self.slots = min(max(1, slots ?? 2 * cores + 2), max(1, tiles))
    engine = min(cores, self.slots)
  }
}
