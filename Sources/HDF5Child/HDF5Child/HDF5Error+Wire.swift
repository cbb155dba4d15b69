import HDF5Library

extension WireWriter {
  package mutating func put(_ error: HDF5Error) {
    func put(_ number: UInt8, _ texts: [String], _ numbers: [Int] = []) {
      self.put(byte: number)
      self.put(texts)
      self.put(numbers)
    }
    switch error {
    case .notHDF5(let path): put(0, [path])
    case .cannotOpen(let path): put(1, [path])
    case .callFailed(let call, let object): put(2, [call, object])
    case .missing(let object): put(3, [object])
    case .leadsOutside(let object): put(4, [object])
    case .notText(let attribute, let object): put(5, [attribute, object])
    case .notFloatingPoint(let dataset): put(6, [dataset])
    case .tooLarge(let object, let count, let limit): put(7, [object], [count, limit])
    case .notWritten(let dataset): put(8, [dataset])
    case .outsideFolder(let object, let file): put(9, [object, file])
    case .fileMissing(let object, let file): put(10, [object, file])
    case .notNumbers(let dataset): put(11, [dataset])
    }
  }
}

extension WireReader {
  package mutating func error() throws(WireError) -> HDF5Error {
    let number = try byte()
    let texts = try texts()
    let numbers = try ints()
    switch (number, texts.count, numbers.count) {
    case (0, 1, 0): return .notHDF5(path: texts[0])
    case (1, 1, 0): return .cannotOpen(path: texts[0])
    case (2, 2, 0): return .callFailed(call: texts[0], object: texts[1])
    case (3, 1, 0): return .missing(object: texts[0])
    case (4, 1, 0): return .leadsOutside(object: texts[0])
    case (5, 2, 0): return .notText(attribute: texts[0], object: texts[1])
    case (6, 1, 0): return .notFloatingPoint(dataset: texts[0])
    case (7, 1, 2): return .tooLarge(object: texts[0], count: numbers[0], limit: numbers[1])
    case (8, 1, 0): return .notWritten(dataset: texts[0])
    case (9, 2, 0): return .outsideFolder(object: texts[0], file: texts[1])
    case (10, 2, 0): return .fileMissing(object: texts[0], file: texts[1])
    case (11, 1, 0): return .notNumbers(dataset: texts[0])
    default: throw WireError()
    }
  }
}
