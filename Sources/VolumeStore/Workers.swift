import Glibc

/// Calls `body` on `count` threads at once, one of them the caller's, and waits for all.
///
/// Where a thread cannot be made the others do its work: `body` takes its work from a shared
/// counter, and so runs as often as there are threads.
func runOnThreads(_ count: Int, _ body: @Sendable () -> Void) {
  guard count > 1 else { return body() }
  withoutActuallyEscaping(body) { body in
    var threads: [pthread_t] = []
    for _ in 1..<count {
      var thread = pthread_t()
      let work = unsafe Unmanaged.passRetained(Work(body))
      let status = unsafe pthread_create(
        &thread, nil,
        { context in
          guard let context = unsafe context else { return nil }
          unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
          return nil
        }, work.toOpaque())
      if status == 0 {
        threads.append(thread)
      } else {
        unsafe work.release()
      }
    }
    body()
    for thread in threads { pthread_join(thread, nil) }
  }
}

private final class Work: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
