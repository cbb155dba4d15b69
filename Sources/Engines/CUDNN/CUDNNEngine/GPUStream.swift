import CCUDA

/// A queue of work of the card. Never the default one, which waits for all others.
@safe final class GPUStream {
  let stream: CUstream
  let session: GPUSession

  init(_ session: GPUSession) throws(GPUError) {
    self.session = session
    try session.enter()
    var stream: CUstream?
    try unsafe session.libraries.check(
      "cuStreamCreate",
      session.libraries.cuda.streamCreate(&stream, UInt32(T2S_CU_STREAM_NON_BLOCKING)))
    guard let stream = unsafe stream else {
      throw .callFailed(call: "cuStreamCreate", code: 0, name: "no stream")
    }
    unsafe self.stream = stream
  }

  deinit {
    try? session.enter()
    _ = unsafe session.libraries.cuda.streamSynchronize(stream)
    _ = unsafe session.libraries.cuda.streamDestroy(stream)
  }

  /// Waits on the host until all is done.
  func synchronise() throws(GPUError) {
    try unsafe session.libraries.check(
      "cuStreamSynchronize", session.libraries.cuda.streamSynchronize(stream))
  }

  /// What comes from now on comes after what `event` has recorded last.
  func wait(for event: GPUEvent) throws(GPUError) {
    try unsafe session.libraries.check(
      "cuStreamWaitEvent", session.libraries.cuda.streamWaitEvent(stream, event.event, 0))
  }

  /// `event` is reached when all that was begun before is done.
  func record(_ event: GPUEvent) throws(GPUError) {
    try unsafe session.libraries.check(
      "cuEventRecord", session.libraries.cuda.eventRecord(event.event, stream))
  }

  /// Copies to the card; `from` stays as it is until that is done.
  func copy(_ byteCount: Int, from: UnsafeRawPointer, to address: UInt64) throws(GPUError) {
    try unsafe session.libraries.check(
      "cuMemcpyHtoDAsync", session.libraries.cuda.copyToDevice(address, from, byteCount, stream))
  }

  /// Copies from the card.
  func copy(
    _ byteCount: Int, from address: UInt64, to: UnsafeMutableRawPointer
  ) throws(GPUError) {
    try unsafe session.libraries.check(
      "cuMemcpyDtoHAsync", session.libraries.cuda.copyToHost(to, address, byteCount, stream))
  }

  /// Copies `values` to the card and waits.
  func upload<Value: BitwiseCopyable>(_ values: [Value], to address: UInt64) throws(GPUError) {
    let result = unsafe values.withUnsafeBytes { bytes -> Result<Void, GPUError> in
      guard let base = bytes.baseAddress else { return .success(()) }
      do throws(GPUError) {
        try unsafe copy(bytes.count, from: base, to: address)
        try synchronise()
        return .success(())
      } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Copies `count` values from the card and waits.
  func download<Value: BitwiseCopyable>(
    _ count: Int, _ zero: Value, from address: UInt64
  ) throws(GPUError) -> [Value] {
    var values = [Value](repeating: zero, count: count)
    let result = unsafe values.withUnsafeMutableBytes { bytes -> Result<Void, GPUError> in
      guard let base = bytes.baseAddress else { return .success(()) }
      do throws(GPUError) {
        try unsafe copy(bytes.count, from: address, to: base)
        try synchronise()
        return .success(())
      } catch { return .failure(error) }
    }
    try result.get()
    return values
  }
}

/// A point in a stream that others can wait for.
@safe final class GPUEvent: @unchecked Sendable {
  let event: CUevent
  private let session: GPUSession

  /// - Parameter isTimed: whether the distance of two can be asked for.
  init(_ session: GPUSession, isTimed: Bool = false) throws(GPUError) {
    self.session = session
    try session.enter()
    var event: CUevent?
    let flags = T2S_CU_EVENT_BLOCKING_SYNC | (isTimed ? 0 : T2S_CU_EVENT_DISABLE_TIMING)
    try unsafe session.libraries.check(
      "cuEventCreate", session.libraries.cuda.eventCreate(&event, UInt32(flags)))
    guard let event = unsafe event else {
      throw .callFailed(call: "cuEventCreate", code: 0, name: "no event")
    }
    unsafe self.event = event
  }

  deinit {
    try? session.enter()
    _ = unsafe session.libraries.cuda.eventDestroy(event)
  }

  /// Waits on the host until the event is reached; the thread sleeps meanwhile.
  func wait() throws(GPUError) {
    try unsafe session.libraries.check(
      "cuEventSynchronize", session.libraries.cuda.eventSynchronize(event))
  }

  /// Milliseconds from this event to a later one; both have been reached.
  func milliseconds(to later: GPUEvent) throws(GPUError) -> Float {
    var result: Float = 0
    try unsafe session.libraries.check(
      "cuEventElapsedTime",
      session.libraries.cuda.eventElapsedTime(&result, event, later.event))
    return result
  }
}
