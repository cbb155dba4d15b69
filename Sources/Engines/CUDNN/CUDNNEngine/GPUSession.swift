import CCUDA
import Synchronization

/// One card, ready: libraries, primary context, kernels. Shared by all that use the card; each thread
/// makes the context its own before it calls.
///
/// The primary context is the one that cuDNN uses, too.
@safe package final class GPUSession: @unchecked Sendable {
  package let libraries: GPULibraries
  package let driver: GPUDriver
  package let card: GPUCard
  let kernels: KernelModule
  private let context: CUcontext

  /// Opens the first card that the process may see, or says what is missing.
  package convenience init(_ places: GPULibraryPlaces = GPULibraryPlaces()) throws(GPUError) {
    // The driver first: without a card nobody wants to hear of cuDNN.
    let driver = try GPUDriver(GPULibraries.driver(places.driver))
    guard let card = driver.cards.first else { throw .noCard }
    try self.init(card, driver, GPULibraries(places))
  }

  /// Opens all cards that the process may see and that this cuDNN serves, the first of them for sure.
  package static func all(
    _ places: GPULibraryPlaces = GPULibraryPlaces()
  ) throws(GPUError) -> [GPUSession] {
    let first = try GPUSession(places)
    var sessions = [first]
    for card in first.driver.cards.dropFirst() {
      // One that is taken, or too old, is left out: `words` says which are used.
      guard let session = try? GPUSession(card, first.driver, first.libraries) else { continue }
      sessions.append(session)
    }
    return sessions
  }

  private init(
    _ card: GPUCard, _ driver: GPUDriver, _ libraries: GPULibraries
  ) throws(GPUError) {
    try checkServes(libraries.version, card: card.name, card.capability)
    var context: CUcontext?
    try unsafe libraries.check(
      "cuDevicePrimaryCtxRetain",
      libraries.cuda.primaryContextRetain(&context, CUdevice(card.ordinal)))
    guard let context = unsafe context else { throw .noCard }
    self.libraries = libraries
    self.driver = driver
    self.card = card
    unsafe self.context = context
    do throws(GPUError) {
      try unsafe libraries.check("cuCtxSetCurrent", libraries.cuda.contextSetCurrent(context))
      kernels = try KernelModule(libraries, .inference)
    } catch {
      _ = libraries.cuda.primaryContextRelease(CUdevice(card.ordinal))
      throw error
    }
  }

  deinit {
    try? enter()
    kernels.unload()
    _ = libraries.cuda.primaryContextRelease(CUdevice(card.ordinal))
  }

  /// Makes the card's context that of the calling thread.
  func enter() throws(GPUError) {
    try unsafe libraries.check("cuCtxSetCurrent", libraries.cuda.contextSetCurrent(context))
  }

  /// Bytes of the card's memory that are free, and all of them.
  package func memory() throws(GPUError) -> (free: Int, total: Int) {
    try enter()
    var (free, total) = (0, 0)
    try unsafe libraries.check("cuMemGetInfo", libraries.cuda.memGetInfo(&free, &total))
    return (free, total)
  }

  /// What a convolution may take beside its values. A part of all memory and not of what is free, so
  /// that the choice of engines is the same in every run.
  package var workspaceLimit: Int { min(1 << 30, card.memoryByteCount / 16) }

  /// "cuDNN 9.10.2 on NVIDIA H100 80GB HBM3 (9.0)".
  package var words: String { Self.words([self]) }

  /// "cuDNN 9.10.2 on 2 x Quadro P4000 (6.1)".
  static func words(_ sessions: [GPUSession]) -> String {
    guard let first = sessions.first else { return "cuDNN (no card)" }
    var kinds: [(name: String, count: Int)] = []
    for session in sessions {
      let name = "\(session.card.name) (\(session.card.capability))"
      if let place = kinds.firstIndex(where: { $0.name == name }) {
        kinds[place].count += 1
      } else {
        kinds.append((name, 1))
      }
    }
    let cards = kinds.map { $0.count > 1 ? "\($0.count) x \($0.name)" : $0.name }
    return "cuDNN \(first.libraries.version) on \(cards.joined(separator: " and "))"
  }
}
