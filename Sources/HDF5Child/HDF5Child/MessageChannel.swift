import Glibc

/// Messages over a socket: eight bytes of length, then the bytes.
struct MessageChannel: Sendable {
  let descriptor: Int32

  /// No message is longer.
  static let longest = 64 << 20

  /// Sends `bytes`; `false` where the other side is gone.
  func send(_ bytes: [UInt8]) -> Bool {
    var wire = WireWriter()
    wire.put(bytes.count)
    return sendAll(wire.bytes) && sendAll(bytes)
  }

  /// The next message; `nil` where the other side is gone, or does not speak in time.
  func receive(seconds: Int?) -> [UInt8]? {
    let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
    guard let head = receiveAll(8, deadline) else { return nil }
    var wire = WireReader(head)
    guard let count = try? wire.count(), count <= Self.longest else { return nil }
    return receiveAll(count, deadline)
  }

  private func sendAll(_ bytes: [UInt8]) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.send(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done,
          Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  private func receiveAll(_ wanted: Int, _ deadline: ContinuousClock.Instant?) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: min(max(wanted, 1), 1 << 16))
    // Grows with what comes, not with what was announced.
    while bytes.count < wanted {
      if let deadline {
        let left = (deadline - ContinuousClock.now) / .milliseconds(1)
        guard left > 0 else { return nil }
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let status = unsafe poll(&ready, 1, Int32(min(left.rounded(.up), 1e6)))
        if status < 0, errno != EINTR { return nil }
        if status <= 0 { continue }
      }
      let room = min(piece.count, wanted - bytes.count)
      let count = unsafe recv(descriptor, &piece, room, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      bytes.append(contentsOf: piece.prefix(count))
    }
    return bytes
  }
}
