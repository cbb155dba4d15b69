import CCUDNN

/// A descriptor of cuDNN's backend interface, destroyed when its owner goes.
@safe final class BackendDescriptor {
  let descriptor: cudnnBackendDescriptor_t
  private let libraries: GPULibraries

  init(_ type: Int, _ libraries: GPULibraries) throws(GPUError) {
    self.libraries = libraries
    var descriptor: cudnnBackendDescriptor_t?
    try unsafe libraries.check(
      "cudnnBackendCreateDescriptor",
      cudnn: libraries.cudnn.createDescriptor(cudnnBackendDescriptorType_t(type), &descriptor))
    guard let descriptor = unsafe descriptor else {
      throw .cudnnFailed(
        call: "cudnnBackendCreateDescriptor", status: 0, name: "no descriptor", detail: "")
    }
    unsafe self.descriptor = descriptor
  }

  deinit { _ = unsafe libraries.cudnn.destroyDescriptor(descriptor) }

  /// Checks what has been set; from now on it does not change.
  func finalise() throws(GPUError) {
    try unsafe libraries.check(
      "cudnnBackendFinalize", cudnn: libraries.cudnn.finalize(descriptor))
  }

  /// Sets an attribute to values whose Swift type has the C type's layout.
  func set<Value>(_ name: Int, _ type: Int, _ values: [Value]) throws(GPUError) {
    let status = unsafe values.withUnsafeBufferPointer { values in
      unsafe libraries.cudnn.setAttribute(
        descriptor, cudnnBackendAttributeName_t(name), cudnnBackendAttributeType_t(type),
        Int64(values.count), values.baseAddress)
    }
    try libraries.check("cudnnBackendSetAttribute", cudnn: status)
  }

  /// An enumeration: 32 bits, whichever it is.
  func set(_ name: Int, _ type: Int, choice: Int) throws(GPUError) {
    try set(name, type, [Int32(choice)])
  }

  /// Whole numbers.
  func set(_ name: Int, numbers: [Int]) throws(GPUError) {
    try set(name, T2S_CUDNN_TYPE_INT64, numbers.map { Int64($0) })
  }

  /// Other descriptors, which must live as long as this one is prepared.
  func set(_ name: Int, _ others: [BackendDescriptor]) throws(GPUError) {
    try unsafe set(name, T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR, others.map { unsafe $0.descriptor })
  }

  /// How many values an attribute has.
  func count(_ name: Int, _ type: Int) throws(GPUError) -> Int {
    var count: Int64 = 0
    try unsafe libraries.check(
      "cudnnBackendGetAttribute",
      cudnn: libraries.cudnn.getAttribute(
        descriptor, cudnnBackendAttributeName_t(name), cudnnBackendAttributeType_t(type), 0, &count,
        nil))
    return Int(count)
  }

  /// Values of an attribute, `capacity` at most.
  func values<Value>(
    _ name: Int, _ type: Int, _ zero: Value, capacity: Int
  ) throws(GPUError) -> [Value] {
    var values = [Value](repeating: zero, count: capacity)
    var count: Int64 = 0
    let status = unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe libraries.cudnn.getAttribute(
        descriptor, cudnnBackendAttributeName_t(name), cudnnBackendAttributeType_t(type),
        Int64(values.count), &count, values.baseAddress)
    }
    try libraries.check("cudnnBackendGetAttribute", cudnn: status)
    return Array(values.prefix(Int(count)))
  }

  /// Fills descriptors, made for this, with those of an attribute; returns how many there are.
  func get(_ name: Int, into others: [BackendDescriptor]) throws(GPUError) -> Int {
    var pointers = unsafe others.map { unsafe Optional($0.descriptor) }
    var count: Int64 = 0
    let status = unsafe pointers.withUnsafeMutableBufferPointer { pointers in
      unsafe libraries.cudnn.getAttribute(
        descriptor, cudnnBackendAttributeName_t(name),
        cudnnBackendAttributeType_t(T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR), Int64(pointers.count),
        &count, pointers.baseAddress)
    }
    try libraries.check("cudnnBackendGetAttribute", cudnn: status)
    return min(Int(count), others.count)
  }
}

/// cuDNN's state for one thread.
@safe final class CUDNNHandle {
  let handle: cudnnHandle_t
  private let libraries: GPULibraries

  /// For the context of the calling thread.
  init(_ libraries: GPULibraries) throws(GPUError) {
    self.libraries = libraries
    var handle: cudnnHandle_t?
    try unsafe libraries.check("cudnnCreate", cudnn: libraries.cudnn.create(&handle))
    guard let handle = unsafe handle else {
      throw .cudnnFailed(call: "cudnnCreate", status: 0, name: "no handle", detail: "")
    }
    unsafe self.handle = handle
  }

  deinit { _ = unsafe libraries.cudnn.destroy(handle) }

  /// Where convolutions run from now on.
  func use(_ stream: GPUStream) throws(GPUError) {
    try unsafe libraries.check(
      "cudnnSetStream", cudnn: libraries.cudnn.setStream(handle, stream.stream))
  }
}
