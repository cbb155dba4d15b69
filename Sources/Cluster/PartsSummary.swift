import VolumeCore

/// What the parts of a run took together, by what each attempt said of itself.
public struct PartsSummary: Hashable, Sendable {
  /// How many parts there are.
  public var parts: Int
  /// How often a part was begun.
  public var attempts = 0
  /// The machines.
  public var hosts: Set<String> = []
  /// Voxels that were made.
  public var voxels = 0
  /// Seconds that all attempts took one after the other.
  public var seconds = 0.0

  /// Adds up what lies in `folder`.
  public init(_ folder: PartsFolder, of parts: Int) {
    self.parts = parts
    for part in PartShare.all(of: parts) {
      for state in folder.states(of: part) {
        attempts += 1
        hosts.insert(state.host)
        voxels += max(0, state.done - state.doneBefore)
        seconds += state.seconds
      }
    }
  }

  /// Voxels that a part made in a second on the average; `nil` where nobody knows.
  public var rate: Double? { seconds > 0 && voxels > 0 ? Double(voxels) / seconds : nil }
}
