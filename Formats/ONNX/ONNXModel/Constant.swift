/// Numbers that are known while a file is read: weights, and what exporters compute around them.
///
/// There are two kinds, as for the operators that take them: whole numbers (of any width, truth values
/// among them) and floats, which are kept in single precision whatever the file has.
struct Constant: Hashable {
  /// The numbers in C order.
  enum Values: Hashable {
    case integers([Int])
    case floats([Float])
  }

  var extents: [Int]
  var values: Values

  init(_ extents: [Int], _ values: Values) {
    self.extents = extents
    self.values = values
  }

  /// A list of whole numbers.
  init(_ integers: [Int]) { self.init([integers.count], .integers(integers)) }

  /// One whole number.
  init(scalar: Int) { self.init([], .integers([scalar])) }

  var count: Int {
    switch values {
    case .integers(let list): list.count
    case .floats(let list): list.count
    }
  }

  var isFloat: Bool { if case .floats = values { true } else { false } }

  /// The numbers in single precision.
  var floats: [Float] {
    switch values {
    case .integers(let list): list.map(Float.init)
    case .floats(let list): list
    }
  }

  /// The numbers cut to whole ones; `nil` where one is none, or beyond what an integer holds.
  var integers: [Int]? {
    switch values {
    case .integers(let list): return list
    case .floats(let list):
      var result: [Int] = []
      result.reserveCapacity(list.count)
      for value in list {
        guard let whole = Int(exactly: value.rounded(.towardZero)) else { return nil }
        result.append(whole)
      }
      return result
    }
  }

  /// The one whole number.
  var scalar: Int? {
    guard let integers, integers.count == 1 else { return nil }
    return integers[0]
  }

  /// The numbers at these places, with other extents.
  func taking(_ places: some Collection<Int>, _ extents: [Int]) -> Constant {
    switch values {
    case .integers(let list): Constant(extents, .integers(places.map { list[$0] }))
    case .floats(let list): Constant(extents, .floats(places.map { list[$0] }))
    }
  }
}

/// The product of extents; `nil` where one is below zero or the product is beyond `limit`.
func product(_ extents: some Sequence<Int>, limit: Int = 1 << 30) -> Int? {
  var result = 1
  var isEmpty = false
  for extent in extents {
    guard extent >= 0 else { return nil }
    if extent == 0 { isEmpty = true }
    let (product, overflow) = result.multipliedReportingOverflow(by: max(extent, 1))
    guard !overflow, product <= limit else { return nil }
    result = product
  }
  return isEmpty ? 0 : result
}

/// Distances of neighbours along each axis of an array in C order.
func strides(_ extents: [Int]) -> [Int] {
  var result = [Int](repeating: 1, count: extents.count)
  for axis in extents.indices.dropLast().reversed() {
    result[axis] = result[axis + 1] * max(extents[axis + 1], 1)
  }
  return result
}

extension Constant {
  /// The numbers of a tensor of the file.
  ///
  /// - Parameters:
  ///   - node: where it is used, for errors.
  ///   - external: lends the bytes of a tensor that lie in another file.
  init(
    _ tensor: ONNXTensor, node: String,
    external: (ONNXTensor) throws(ONNXModelError) -> [UInt8]
  ) throws(ONNXModelError) {
    guard let element = ONNXTensor.Element(rawValue: tensor.element) else {
      throw .unsupportedElement(tensor: tensor.name, type: tensor.element)
    }
    guard let count = product(tensor.extents, limit: 1 << 28) else {
      throw .impossibleExtents(tensor: tensor.name, extents: tensor.extents)
    }
    let listed = tensor.floats.isEmpty ? tensor.integers.count : tensor.floats.count
    if tensor.isExternal || (tensor.raw != nil && listed == 0) {
      let bytes =
        tensor.isExternal
        ? try external(tensor)[...] : tensor.raw ?? []
      guard bytes.count == count * element.byteCount else {
        throw .wrongByteCount(
          tensor: tensor.name, wanted: count * element.byteCount, found: bytes.count)
      }
      self.init(tensor.extents, Self.decode(bytes, element))
      return
    }
    guard listed == count else {
      throw .wrongByteCount(
        tensor: tensor.name, wanted: count * element.byteCount, found: listed * element.byteCount)
    }
    switch element {
    case .float32, .float64: self.init(tensor.extents, .floats(tensor.floats))
    case .float16:
      self.init(
        tensor.extents,
        .floats(tensor.integers.map { Self.half(UInt16(truncatingIfNeeded: $0)) }))
    case .bfloat16:
      self.init(
        tensor.extents,
        .floats(
          tensor.integers.map { Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: $0)) << 16) }))
    case .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .uint32, .uint64:
      self.init(tensor.extents, .integers(tensor.integers))
    }
    guard self.count == count else {
      throw .wrongByteCount(
        tensor: tensor.name, wanted: count * element.byteCount, found: 0)
    }
  }

  private static func decode(_ bytes: ArraySlice<UInt8>, _ element: ONNXTensor.Element) -> Values {
    let width = element.byteCount
    let places = stride(from: bytes.startIndex, to: bytes.endIndex, by: width)
    func bits(_ place: Int) -> UInt64 {
      var value: UInt64 = 0
      for i in 0..<width { value |= UInt64(bytes[place + i]) << UInt64(8 * i) }
      return value
    }
    switch element {
    case .float32: return .floats(places.map { Float(bitPattern: UInt32(bits($0))) })
    case .float64: return .floats(places.map { Float(Double(bitPattern: bits($0))) })
    case .float16: return .floats(places.map { half(UInt16(bits($0))) })
    case .bfloat16: return .floats(places.map { Float(bitPattern: UInt32(bits($0)) << 16) })
    case .int8: return .integers(places.map { Int(Int8(truncatingIfNeeded: bits($0))) })
    case .int16: return .integers(places.map { Int(Int16(truncatingIfNeeded: bits($0))) })
    case .int32: return .integers(places.map { Int(Int32(truncatingIfNeeded: bits($0))) })
    case .uint8, .uint16, .uint32, .int64, .uint64, .bool:
      return .integers(places.map { Int(truncatingIfNeeded: bits($0)) })
    }
  }

  /// An IEEE half as a float; by its parts, so that no processor needs to know halves.
  static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (1 + fraction) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}
