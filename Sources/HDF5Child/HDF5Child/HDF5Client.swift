import Glibc
import HDF5Library
import Synchronization
import SystemIO
import VolumeCore

/// What the library, in its own process, says of one file.
///
/// One request at a time; who wants several at once has several clients.
public final class HDF5Client: Sendable {
  /// The file.
  public let path: String
  private let state: Mutex<State>

  private struct State: ~Copyable {
    var child: ChildProcess?
    var failure: HDF5ChildError?
  }

  /// Starts a process and opens the file at `path` in it.
  public init(_ path: String) throws(HDF5ChildError) {
    // The process moves to the file's folder.
    let place = path.hasPrefix("/") ? path : absoluteFolder() + "/" + path
    self.path = path
    let child = try ChildProcess()
    state = Mutex(State(child: consume child, failure: nil))
    do {
      _ = try ask(.open(path: place)) { (_) throws(WireError) in }
    } catch {
      // The name as it was given says more than where it is.
      switch error {
      case .library(.notHDF5): throw .library(.notHDF5(path: path))
      case .library(.cannotOpen): throw .library(.cannotOpen(path: path))
      default: throw error
      }
    }
  }

  /// All groups and datasets.
  public func inventory() throws(HDF5ChildError) -> [HDF5Entry] {
    try ask(.inventory) { (wire) throws(WireError) in
      try wire.list { (wire) throws(WireError) in try wire.entry() }
    }
  }

  /// What is known of the dataset at `name`; `nil` where there is none.
  public func dataset(_ name: String) throws(HDF5ChildError) -> HDF5Dataset? {
    try ask(.dataset(name)) { (wire) throws(WireError) in
      try wire.optional { (wire) throws(WireError) in try wire.dataset() }
    }
  }

  /// An attribute of an object; `nil` where there is none.
  public func attribute(
    _ name: String, of object: String
  ) throws(HDF5ChildError) -> HDF5Value? {
    try ask(.attribute(name, object: object)) { (wire) throws(WireError) in
      try wire.optional { (wire) throws(WireError) in try wire.value() }
    }
  }

  /// A dataset of a few numbers or texts; `nil` where there is none.
  public func value(_ name: String) throws(HDF5ChildError) -> HDF5Value? {
    try ask(.value(name)) { (wire) throws(WireError) in
      try wire.optional { (wire) throws(WireError) in try wire.value() }
    }
  }

  /// The texts of an attribute; `nil` where there is no such attribute.
  public func strings(
    ofAttribute name: String, at object: String = "/"
  ) throws(HDF5ChildError) -> [String]? {
    try ask(.strings(name, object: object)) { (wire) throws(WireError) in
      try wire.optional { (wire) throws(WireError) in try wire.texts() }
    }
  }

  /// Whether there is a group or dataset at `object`, in the file itself.
  public func contains(_ object: String) throws(HDF5ChildError) -> Bool {
    try ask(.contains(object)) { (wire) throws(WireError) in try wire.bool() }
  }

  /// The extents of a dataset in the file itself.
  public func shape(ofDataset name: String) throws(HDF5ChildError) -> [Int] {
    try ask(.shape(name)) { (wire) throws(WireError) in
      let extents = try wire.ints()
      guard extents.allSatisfy({ $0 >= 0 }) else { throw WireError() }
      return extents
    }
  }

  /// Where the chunks in a box of chunks lie, in C order.
  public func chunks(
    of name: String, first: [Int], count: [Int], edges: [Int]
  ) throws(HDF5ChildError) -> [HDF5Chunk] {
    let wanted = count.reduce(1, *)
    return try ask(.chunks(name, first: first, count: count, edges: edges)) {
      (wire) throws(WireError) in
      let chunks = try wire.list { (wire) throws(WireError) in try wire.chunk() }
      guard chunks.count == wanted else { throw WireError() }
      return chunks
    }
  }

  /// Reads a box of a dataset, of `byteCount` bytes, and lends it to `body`; at most
  /// `largestBox` bytes.
  ///
  /// - Parameters:
  ///   - decodedByteCount: bytes that the library may have to decode for it.
  ///   - patience: seconds of processor time beside that.
  public func read(
    _ name: String, start: [Int], count: [Int], byteCount: Int, decodedByteCount: Int,
    asFloats: Bool = false, patience: Int = 4, _ body: (RawSpan) -> Void
  ) throws(HDF5ChildError) {
    precondition(byteCount <= Self.largestBox)
    // The slowest filters decode more than this a second.
    let seconds = patience + min(decodedByteCount >> 23, 600)
    let request = ChildRequest.read(
      name, start: start, count: count, asFloats: asFloats, seconds: seconds)
    try state.withLock { (state) throws(HDF5ChildError) in
      let size = try Self.ask(request, path, &state) { (wire) throws(WireError) in
        try wire.count()
      }
      guard size == byteCount, state.child != nil else {
        throw .senseless(path: path, doing: request.doing)
      }
      state.child?.memory.withBytes(first: size, body)
    }
  }

  /// The most bytes of one box.
  public static var largestBox: Int { ChildProcess.memoryByteCount }

  package func misbehave(_ how: Int, seconds: Int? = nil) throws(HDF5ChildError) {
    try state.withLock { (state) throws(HDF5ChildError) in
      try Self.ask(.misbehave(how), path, &state, seconds: seconds) { (wire) throws(WireError) in
        guard wire.isAtEnd else { throw WireError() }
      }
    }
  }

  private func ask<Value: Sendable>(
    _ request: ChildRequest, _ read: (inout WireReader) throws(WireError) -> Value
  ) throws(HDF5ChildError) -> Value {
    try state.withLock { (state) throws(HDF5ChildError) in
      try Self.ask(request, path, &state, read)
    }
  }

  private static func ask<Value: Sendable>(
    _ request: ChildRequest, _ path: String, _ state: inout State, seconds: Int? = nil,
    _ read: (inout WireReader) throws(WireError) -> Value
  ) throws(HDF5ChildError) -> Value {
    // A child that failed once is not asked again: what it did to itself is not known.
    if let failure = state.failure { throw failure }
    guard state.child != nil else { throw .senseless(path: path, doing: request.doing) }
    let limit = seconds ?? request.clockSeconds
    let start = ContinuousClock.now
    let isSent = state.child?.channel.send(request.bytes) ?? false
    let answer = isSent ? state.child?.channel.receive(seconds: limit) : nil
    guard let answer else {
      let isLate = ContinuousClock.now - start >= .seconds(limit)
      let ending = state.child?.end(killing: isLate) ?? .exited(0)
      let failure = Self.failure(ending, isLate, limit, request, path)
      state.child = nil
      state.failure = failure
      throw failure
    }
    do {
      var wire = WireReader(answer)
      switch try wire.byte() {
      case 0: return try read(&wire)
      case 1: throw HDF5ChildError.library(try wire.error())
      default: throw WireError()
      }
    } catch let error as HDF5ChildError {
      throw error
    } catch {
      let failure = HDF5ChildError.senseless(path: path, doing: request.doing)
      state.child = nil
      state.failure = failure
      throw failure
    }
  }

  private static func failure(
    _ ending: ChildProcess.Ending, _ isLate: Bool, _ seconds: Int, _ request: ChildRequest,
    _ path: String
  ) -> HDF5ChildError {
    if isLate { return .silent(seconds: seconds, path: path, doing: request.doing) }
    switch ending {
    case .exited(let code): return .exited(code: code, path: path, doing: request.doing)
    case .signalled(24):  // SIGXCPU
      return .tookTooLong(
        processorSeconds: request.processorSeconds, path: path, doing: request.doing)
    case .signalled(let signal):
      return .ended(bySignal: signal, path: path, doing: request.doing)
    }
  }
}

/// The folder that relative paths are meant from.
private func absoluteFolder() -> String {
  guard let path = unsafe getcwd(nil, 0) else { return "." }
  defer { unsafe free(path) }
  return unsafe String(cString: path)
}
