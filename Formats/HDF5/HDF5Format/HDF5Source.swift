import HDF5Child
import HDF5Library
import Synchronization
import SystemIO
import VolumeCore

/// The dataset that a reader reads, and who is asked about it.
struct HDF5Source: Sendable {
  /// The file as it was named, for people.
  var file: String
  var dataset: HDF5Dataset
  var axes: DatasetAxes
  var clients: ClientPool
  /// Bytes of a voxel.
  var width: Int
}

/// Processes that read one file at the same time: the library itself does one thing at a time.
final class ClientPool: Sendable {
  /// No more are started; each holds its own cache.
  private static let most = 4

  private struct State {
    var idle: [HDF5Client] = []
    var count = 1
  }

  private let path: String
  private let first: HDF5Client
  private let state: Mutex<State>

  init(_ first: HDF5Client) {
    path = first.path
    self.first = first
    state = Mutex(State(idle: [first]))
  }

  /// Lends a process that is idle, or a new one, or, where there are enough, one that is busy.
  func withClient<Value>(
    _ body: (HDF5Client) throws(HDF5ChildError) -> Value
  ) throws(HDF5ChildError) -> Value {
    let (idle, mayStart) = state.withLock { state -> (HDF5Client?, Bool) in
      if let client = state.idle.popLast() { return (client, false) }
      guard state.count < Self.most else { return (nil, false) }
      state.count += 1
      return (nil, true)
    }
    var lent = idle
    if mayStart {
      do throws(HDF5ChildError) {
        lent = try HDF5Client(path)
      } catch {
        state.withLock { $0.count -= 1 }
        throw error
      }
    }
    guard let client = lent else { return try body(first) }
    defer { state.withLock { $0.idle.append(client) } }
    return try body(client)
  }
}
