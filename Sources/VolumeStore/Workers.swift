import Glibc
import SystemIO

/// Calls `body` on `count` threads at once, one of them the caller's, and waits for all.
///
/// Where a thread cannot be made the others do its work: `body` takes its work from a shared
/// counter, and so runs as often as there are threads.
func runOnThreads(_ count: Int, _ body: @Sendable () -> Void) {
  guard count > 1 else { return body() }
  withoutActuallyEscaping(body) { body in
    var threads: [pthread_t] = []
    for number in 1..<count {
      var thread = pthread_t()
      let heir = Timeline.heir(number: number + 1)
      let work = unsafe Unmanaged.passRetained(Work(body, heir))
      let status = unsafe pthread_create(
        &thread, nil,
        { context in
          guard let context = unsafe context else { return nil }
          unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
          return nil
        }, work.toOpaque())
      if status == 0 {
        threads.append(thread)
      } else {
        heir?.isNotBegun()
        unsafe work.release()
      }
    }
    body()
    for thread in threads { pthread_join(thread, nil) }
  }
}

private final class Work: Sendable {
  private let body: @Sendable () -> Void
  private let heir: Timeline.Heir?

  init(_ body: @escaping @Sendable () -> Void, _ heir: Timeline.Heir?) {
    self.body = body
    self.heir = heir
  }

  func run() {
    if let heir { heir.run(body) } else { body() }
  }
}
