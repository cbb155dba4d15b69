import Synchronization
import VolumeCore

/// Looks at a store for a command: finds who can, says how far it is, stops when asked to.
struct StoreChecker {
  let context: CommandContext

  /// Who knows stores.
  func stores(_ path: String) throws(Explanation) -> any StoreChecking {
    guard let stores = context.catalogue.stores else {
      throw Explanation(
        .input, "\(path): stores are not known here", remedy: "use a build that reads stores")
    }
    guard stores.isStore(path) else {
      throw Explanation(
        .input, "\(path) is no store: neither Zarr's documents nor a begun run are there",
        remedy: "give the folder that ends in .zarr; `info` says what other files hold")
    }
    return stores
  }

  /// The state of the store at `path`.
  func report(
    _ path: String, _ depth: StoreCheckDepth, part: PartShare? = nil
  ) throws(Explanation) -> StoreReport {
    let stores = try stores(path)
    let said = Mutex<Progress?>(nil)
    let console = context.console
    let stopSignal = context.stopSignal
    defer { console.closeLine() }
    do throws(Explanation) {
      return try stores.check(
        path, depth, part: part,
        progress: { bytes, total in
          // Without a ledger nobody knows how much there is; a quick look is over at once.
          guard depth == .full, total > 0 else { return }
          let progress = said.withLock { progress in
            let one = progress ?? Progress(console, "verifying", total: total, unit: .bytes)
            progress = one
            return one
          }
          progress.add(bytes)
        },
        isStopped: { stopSignal() != nil })
    } catch {
      try context.checkForStop(remedy: "give the command again: nothing was changed")
      throw error
    }
  }
}
