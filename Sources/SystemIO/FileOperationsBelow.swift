import Synchronization

/// Operations that stand in for the system's below certain folders.
private struct StandIns: ~Copyable {
  /// Whether there are any: all that is asked where there are none.
  let areThere = Atomic<Bool>(false)
  let list = Mutex<[(folder: String, operations: any FileOperations)]>([])
}

private let standIns = StandIns()

/// The operations for `path`: the system's, unless others stand in for them there.
func operations(forPath path: String) -> any FileOperations {
  guard standIns.areThere.load(ordering: .acquiring) else { return SystemFileOperations() }
  return standIns.list.withLock { list in
    list.last { path == $0.folder || path.hasPrefix($0.folder + "/") }?.operations
      ?? SystemFileOperations()
  }
}

/// Lets `operations` stand in for the system's, for all paths that begin with `folder`, while `body`
/// runs; the rest of the process notices nothing.
///
/// Files that `body` leaves open keep the operations that they were opened with.
public func withFileOperations<Value, Failure>(
  _ operations: any FileOperations, below folder: String,
  _ body: () throws(Failure) -> Value
) throws(Failure) -> Value {
  standIns.list.withLock { $0.append((folder, operations)) }
  standIns.areThere.store(true, ordering: .releasing)
  defer {
    standIns.list.withLock { list in
      if let last = list.lastIndex(where: { $0.folder == folder }) { list.remove(at: last) }
      standIns.areThere.store(!list.isEmpty, ordering: .releasing)
    }
  }
  return try body()
}
