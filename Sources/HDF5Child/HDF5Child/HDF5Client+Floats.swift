import HDF5Library
import VolumeCore

extension HDF5Client {
  /// The numbers of a floating-point dataset in the file itself, C order, in single precision.
  ///
  /// - Parameter limit: the most elements to be read; a larger dataset is an error.
  public func floats(ofDataset name: String, limit: Int) throws(HDF5ChildError) -> [Float] {
    guard let dataset = try dataset(name) else { throw .library(.missing(object: name)) }
    guard dataset.element.kind == .float else { throw .library(.notFloatingPoint(dataset: name)) }
    let extents = dataset.extents
    let count = extents.reduce(1) { product, extent in
      let (result, overflow) = product.multipliedReportingOverflow(by: extent)
      return overflow || extent < 0 ? Int.max : result
    }
    guard count <= limit else {
      throw .library(.tooLarge(object: name, count: count, limit: limit))
    }
    if count == 0 { return [] }
    guard dataset.storedByteCount > 0 else { throw .library(.notWritten(dataset: name)) }
    // A single number has no axis to cut.
    guard !extents.isEmpty else { throw .library(.notFloatingPoint(dataset: name)) }
    var values: [Float] = []
    // Where it does not fit at once, the slowest axes are gone through one by one.
    var axis = 0
    var rest = count
    while axis < extents.count, 4 * rest / extents[axis] > Self.largestBox {
      rest /= extents[axis]
      axis += 1
    }
    guard axis < extents.count else {
      throw .library(.tooLarge(object: name, count: count, limit: Self.largestBox / 4))
    }
    let row = rest / extents[axis]
    let rowsAtOnce = max(1, min(extents[axis], Self.largestBox / max(1, 4 * row)))
    for outer in 0..<(count / rest) {
      var start = [Int](repeating: 0, count: extents.count)
      var size = extents
      var left = outer
      for fixed in (0..<axis).reversed() {
        start[fixed] = left % extents[fixed]
        left /= extents[fixed]
        size[fixed] = 1
      }
      var done = 0
      while done < extents[axis] {
        let rows = min(rowsAtOnce, extents[axis] - done)
        start[axis] = done
        size[axis] = rows
        try read(
          name, start: start, count: size, byteCount: 4 * rows * row,
          decodedByteCount: 4 * rows * row, asFloats: true, patience: 1
        ) { bytes in
          for index in 0..<(rows * row) {
            values.append(unsafe bytes.unsafeLoad(fromByteOffset: 4 * index, as: Float.self))
          }
        }
        done += rows
      }
    }
    return values
  }
}
