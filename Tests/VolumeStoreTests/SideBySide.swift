import Glibc

/// Calls `body` for every element, each on a thread of its own, and waits for all.
func runSideBySide<Element: Sendable>(
  _ elements: [Element], _ body: @Sendable (Element) -> Void
) {
  withoutActuallyEscaping(body) { body in
    let threads = elements.map { element in
      var thread = pthread_t()
      let work = unsafe Unmanaged.passRetained(Work { body(element) })
      _ = unsafe pthread_create(
        &thread, nil,
        { context in
          guard let context = unsafe context else { return nil }
          unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
          return nil
        }, work.toOpaque())
      return thread
    }
    for thread in threads { pthread_join(thread, nil) }
  }
}

private final class Work: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
