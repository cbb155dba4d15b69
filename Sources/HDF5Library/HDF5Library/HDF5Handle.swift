import CHDF5
import Synchronization

/// An identifier of the library, given back when its owner goes.
struct HDF5Handle: ~Copyable {
  let id: hid_t

  /// Takes over what `call` returned, which is negative where it failed.
  init(_ call: String, _ object: String, _ id: hid_t) throws(HDF5Error) {
    guard id >= 0 else { throw .callFailed(call: call, object: object) }
    self.id = id
  }

  deinit { H5Idec_ref(id) }
}

/// HDF5 says "failed" with a negative number; this says it with a throw that names the call.
func check<Result: SignedInteger>(
  _ call: String, _ object: String, _ result: Result
) throws(HDF5Error) -> Result {
  guard result >= 0 else { throw .callFailed(call: call, object: object) }
  return result
}

/// Not every build of the library may be called from two threads at once, so we never do.
private let oneAtATime = Mutex<Void>(())

/// Calls the library: alone, and without its printing of errors.
func calling<Value: Sendable>(
  _ body: () throws(HDF5Error) -> Value
) throws(HDF5Error) -> Value {
  try oneAtATime.withLock { _ throws(HDF5Error) in
    chdf5_silence()
    return try body()
  }
}

/// Closes a file: alone, too.
func closeFile(_ id: hid_t) {
  oneAtATime.withLock { _ in _ = H5Fclose(id) }
}
