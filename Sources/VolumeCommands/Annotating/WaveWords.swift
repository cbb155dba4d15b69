import Annotation

/// Says what goes on after each block was worked on once: nobody knows how often blocks will have news
/// for each other, but how many have some now is seen to sink.
struct WaveWords {
  let console: Console
  /// Blocks in the volume.
  let blocks: Int
  private var lastSaid: ContinuousClock.Instant?

  init(console: Console, blocks: Int) { (self.console, self.blocks) = (console, blocks) }

  /// Says that `wave` begins: on a terminal in the line that is written over, elsewhere where a growth
  /// begins and every 10 seconds at most.
  mutating func say(_ wave: GrowthWave, isWatershed: Bool) {
    guard blocks > 1, wave.growth > 0 || wave.number > 0 else { return }
    let now = ContinuousClock.now
    if !console.isTerminal, let lastSaid, now - lastSaid < .seconds(10), wave.number > 0 { return }
    lastSaid = now
    let what =
      isWatershed
      ? wave.growth == 0 ? "water rises" : "water is divided among classes" : "growing on"
    let part = wave.growths > 1 ? " (\(wave.growth + 1) of \(wave.growths))" : ""
    let line =
      wave.number == 0
      ? "\(what)\(part), in all \(blocks) blocks"
      : "\(what)\(part): \(wave.blocks) of \(blocks) blocks have news from their neighbours"
    if console.isTerminal { console.update(line) } else { console.note(line) }
  }
}
