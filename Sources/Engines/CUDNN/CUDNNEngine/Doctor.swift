import CCUDA
import CCUDNN
import VolumeCore

/// What there is of NVIDIA on a machine, and whether it computes; for people, and to be sent along
/// with a report.
package struct DoctorReport: Hashable, Sendable {
  /// One line of the table.
  package struct Row: Hashable, Sendable {
    /// What was looked at.
    package var subject: String
    /// What was found.
    package var found: String
    /// Whether that is as it should be.
    package var isGood: Bool

    /// A line.
    package init(_ subject: String, _ found: String, isGood: Bool = true) {
      self.subject = subject
      self.found = found
      self.isGood = isGood
    }
  }

  /// The lines, in the order in which things were looked for.
  package var rows: [Row] = []
  /// What keeps the card from being used; `nil` where it can be.
  package var obstacle: Explanation?
  /// cuDNN's own description of the card, for `gpu plans` on machines without one.
  package var deviceProperties: String?

  /// An empty report.
  package init() {}

  /// Looks at everything, and goes on as far as it gets.
  package init(_ places: GPULibraryPlaces) {
    var driver: GPUDriver?
    do throws(GPUError) {
      let table = try GPULibraries.driver(places.driver)
      rows.append(Row("driver", "\(places.driver) is there"))
      let started = try GPUDriver(table)
      driver = started
      rows.append(Row("CUDA", "\(started.words) is what the driver serves"))
    } catch { fail("driver", error) }
    for card in driver?.cards ?? [] {
      rows.append(
        Row(
          "card \(card.ordinal)",
          "\(card.name), compute capability \(card.capability), \(card.multiprocessors) "
            + "multiprocessors, \(card.memoryByteCount >> 20) MiB, \(card.uuid)"
            + (card.hasTimeLimit ? "; a screen hangs on it" : ""),
          isGood: card.capability >= ComputeCapability(6, 1)))
    }
    if driver?.cards.isEmpty == true { fail("card", .noCard) }
    var version: CUDNNVersion?
    do throws(GPUError) {
      let (table, path) = try GPULibraries.cudnn(places)
      let found = CUDNNVersion(number: Int(table.getVersion()))
      version = found
      rows.append(Row("cuDNN", "\(found) (\(path))"))
    } catch { fail("cuDNN", error) }
    guard let card = driver?.cards.first, let version else { return }
    do throws(GPUError) {
      try checkServes(version, card: card.name, card.capability)
      rows.append(Row("together", "cuDNN \(version) serves compute capability \(card.capability)"))
      let session = try GPUSession(places)
      rows.append(
        Row("kernels", "\(KernelSignatures.all.count) of ours are loaded (PTX 7.8, sm_61)"))
      let memory = try session.memory()
      rows.append(
        Row("memory", "\(memory.free >> 20) of \(memory.total >> 20) MiB are free"))
      let rates = try session.copyRates()
      rows.append(
        Row("copies", "to the card \(rates.toCard) GB/s, from it \(rates.fromCard) GB/s, pinned"))
      deviceProperties = try? session.deviceProperties()
      try SelfCheck(session).quick()
      rows.append(Row("self-check", "kernels and two networks give what the processor gives"))
    } catch { fail("self-check", error) }
  }

  private mutating func fail(_ subject: String, _ error: GPUError) {
    rows.append(Row(subject, error.explanation.what, isGood: false))
    obstacle = obstacle ?? error.explanation
  }
}

extension GPUSession {
  /// Gigabytes a second of pinned memory's copies.
  func copyRates() throws(GPUError) -> (toCard: Int, fromCard: Int) {
    try enter()
    let count = 256 << 20
    let host = try PinnedMemory(count, self)
    let card = try DeviceMemory(count, self)
    let stream = try GPUStream(self)
    let (start, middle, end) = (
      try GPUEvent(self, isTimed: true), try GPUEvent(self, isTimed: true),
      try GPUEvent(self, isTimed: true)
    )
    try unsafe stream.copy(count, from: host.base, to: card.address)
    try stream.record(start)
    try unsafe stream.copy(count, from: host.base, to: card.address)
    try stream.record(middle)
    try unsafe stream.copy(count, from: card.address, to: host.base)
    try stream.record(end)
    try stream.synchronise()
    withExtendedLifetime((host, card)) {}
    func rate(_ milliseconds: Float) -> Int {
      Int((Double(count) / 1e6 / Double(max(milliseconds, 1e-3))).rounded())
    }
    return (rate(try start.milliseconds(to: middle)), rate(try middle.milliseconds(to: end)))
  }

  /// cuDNN's description of the card in its own JSON.
  package func deviceProperties() throws(GPUError) -> String {
    try enter()
    let handle = try CUDNNHandle(libraries)
    let described = try BackendDescriptor(T2S_CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, libraries)
    try unsafe described.set(
      T2S_CUDNN_ATTR_DEVICEPROP_HANDLE, T2S_CUDNN_TYPE_HANDLE, [handle.handle])
    try described.finalise()
    let bytes = try described.values(
      T2S_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, T2S_CUDNN_TYPE_CHAR, UInt8(0),
      capacity: 1 << 16)
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
