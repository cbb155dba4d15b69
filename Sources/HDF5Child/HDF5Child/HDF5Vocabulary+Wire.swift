import HDF5Library

extension WireWriter {
  package mutating func put(_ dataset: HDF5Dataset) {
    put(dataset.path)
    put(dataset.file)
    put(dataset.extents)
    let element = dataset.element
    put(byte: element.kind.rawValue)
    put(element.byteCount)
    put(element.isSigned)
    put(element.isBigEndian)
    put(element.isPlain)
    put(element.names)
    put(element.values)
    switch dataset.layout {
    case .compact: put(byte: 0)
    case .contiguous(let offset):
      put(byte: 1)
      put(offset) { $0.put($1) }
    case .chunked(let edges):
      put(byte: 2)
      put(edges)
    case .virtual: put(byte: 3)
    case .external: put(byte: 4)
    }
    put(dataset.filters) { wire, filter in
      wire.put(filter.number)
      wire.put(filter.name)
      wire.put(filter.values)
      wire.put(filter.isAvailable)
    }
    put(dataset.storedByteCount)
    put(dataset.writtenChunkCount) { $0.put($1) }
    put(dataset.fillValue)
    put(dataset.isPlain)
    put(dataset.otherFiles)
    put(dataset.uncoveredCount)
  }

  package mutating func put(_ entry: HDF5Entry) {
    put(entry.path)
    put(entry.dataset) { $0.put($1) }
    put(entry.obstacle) { $0.put($1) }
  }

  package mutating func put(_ value: HDF5Value) {
    switch value {
    case .texts(let texts):
      put(byte: 0)
      put(texts)
    case .numbers(let numbers):
      put(byte: 1)
      put(numbers) { $0.put(Int(bitPattern: UInt(truncatingIfNeeded: $1.bitPattern))) }
    case .other: put(byte: 2)
    }
  }

  package mutating func put(_ chunk: HDF5Chunk) {
    put(chunk.offset) { $0.put($1) }
    put(chunk.byteCount)
    put(Int(chunk.skippedFilters))
  }
}

extension WireReader {
  package mutating func dataset() throws(WireError) -> HDF5Dataset {
    let path = try text()
    let file = try text()
    let extents = try ints()
    guard let kind = HDF5Element.Kind(rawValue: try byte()) else { throw WireError() }
    var element = HDF5Element(kind, byteCount: try count())
    element.isSigned = try bool()
    element.isBigEndian = try bool()
    element.isPlain = try bool()
    element.names = try texts()
    element.values = try ints()
    let layout: HDF5Layout
    switch try byte() {
    case 0: layout = .compact
    case 1:
      layout = .contiguous(offset: try optional { (wire) throws(WireError) in try wire.count() })
    case 2: layout = .chunked(try ints())
    case 3: layout = .virtual
    case 4: layout = .external
    default: throw WireError()
    }
    var dataset = HDF5Dataset(
      path: path, file: file, extents: extents, element: element, layout: layout)
    dataset.filters = try list { (wire) throws(WireError) in
      HDF5Filter(
        number: try wire.int(), name: try wire.text(), values: try wire.ints(),
        isAvailable: try wire.bool())
    }
    dataset.storedByteCount = try count()
    dataset.writtenChunkCount = try optional { (wire) throws(WireError) in try wire.count() }
    dataset.fillValue = try byteList()
    dataset.isPlain = try bool()
    dataset.otherFiles = try texts()
    dataset.uncoveredCount = try count()
    return dataset
  }

  package mutating func entry() throws(WireError) -> HDF5Entry {
    HDF5Entry(
      path: try text(),
      dataset: try optional { (wire) throws(WireError) in try wire.dataset() },
      obstacle: try optional { (wire) throws(WireError) in try wire.text() })
  }

  package mutating func value() throws(WireError) -> HDF5Value {
    switch try byte() {
    case 0: return .texts(try texts())
    case 1:
      return .numbers(
        try list { (wire) throws(WireError) in
          Double(bitPattern: UInt64(UInt(bitPattern: try wire.int())))
        })
    case 2: return .other
    default: throw WireError()
    }
  }

  package mutating func chunk() throws(WireError) -> HDF5Chunk {
    let offset = try optional { (wire) throws(WireError) in try wire.count() }
    let byteCount = try count()
    return HDF5Chunk(
      offset: offset, byteCount: byteCount,
      skippedFilters: UInt32(truncatingIfNeeded: try int()))
  }
}
