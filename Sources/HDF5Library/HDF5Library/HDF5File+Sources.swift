import CHDF5
import VoxelFiles

extension HDF5File {
  /// Virtual datasets may be made of virtual datasets this often.
  private static var deepestSource: Int { 4 }
  private static var mostSources: Int { 100_000 }

  /// Checks everything that the virtual dataset is made of, and notes the files.
  static func followSources(
    _ id: hid_t, _ path: String, _ properties: borrowing HDF5Handle, _ dataset: inout HDF5Dataset
  ) throws(HDF5Error) {
    var walk = SourceWalk()
    let covered = try walk.visit(id, path, properties, dataset.path, depth: 0)
    dataset.otherFiles = walk.files.sorted()
    var total = 1
    for extent in dataset.extents {
      let (product, overflows) = total.multipliedReportingOverflow(by: extent)
      guard !overflows else { throw .tooLarge(object: dataset.path, count: .max, limit: .max) }
      total = product
    }
    dataset.uncoveredCount = max(0, total - covered)
  }

  private struct SourceWalk {
    var files: Set<String> = []
    var seen: Set<[String]> = []

    /// Returns how many numbers the sources cover.
    mutating func visit(
      _ id: hid_t, _ path: String, _ properties: borrowing HDF5Handle, _ name: String, depth: Int
    ) throws(HDF5Error) -> Int {
      guard depth < HDF5File.deepestSource else { throw .leadsOutside(object: name) }
      var count = 0
      _ = try check(
        "H5Pget_virtual_count", name, unsafe H5Pget_virtual_count(properties.id, &count))
      guard count <= HDF5File.mostSources else {
        throw .tooLarge(object: name, count: count, limit: HDF5File.mostSources)
      }
      var covered = 0
      for index in 0..<count {
        let space = try HDF5Handle(
          "H5Pget_virtual_vspace", name, H5Pget_virtual_vspace(properties.id, index))
        let points = H5Sget_select_npoints(space.id)
        covered = covered.addingReportingOverflow(Int(max(0, points))).partialValue
        let file = unsafe try text(name) {
          unsafe H5Pget_virtual_filename(properties.id, index, $0, $1)
        }
        let object = unsafe try text(name) {
          unsafe H5Pget_virtual_dsetname(properties.id, index, $0, $1)
        }
        try follow(id, path, file, object, depth)
      }
      return covered
    }

    private mutating func follow(
      _ id: hid_t, _ path: String, _ file: String, _ object: String, _ depth: Int
    ) throws(HDF5Error) {
      if file == "." {
        if seen.insert([path, object]).inserted { try check(id, path, object, depth) }
        return
      }
      // Names with a running number: what is there is found by the library as it reads.
      if file.contains("%") || object.contains("%") {
        guard insidePath(file, besideHeader: path) != nil else {
          throw .outsideFolder(object: object, file: file)
        }
        files.insert(file)
        return
      }
      guard seen.insert([path, file, object]).inserted else { return }
      let other = try HDF5File.inside(file, of: path, object: object)
      files.insert(other)
      try HDF5File.opening(other) { (otherId) throws(HDF5Error) in
        try check(otherId, other, object, depth)
      }
    }

    /// The dataset must be there, and what it is made of must be too.
    private mutating func check(
      _ id: hid_t, _ path: String, _ object: String, _ depth: Int
    ) throws(HDF5Error) {
      var address: UInt64 = 0
      guard try HDF5File.resolve(id, path, object) != nil,
        unsafe chdf5_object_kind(id, object, &address) == 1
      else { throw .missing(object: "\(path):\(object)") }
      let handle = try HDF5Handle("H5Dopen", object, unsafe chdf5_open_dataset(id, object))
      let properties = try HDF5Handle(
        "H5Dget_create_plist", object, H5Dget_create_plist(handle.id))
      switch H5Pget_layout(properties.id) {
      case H5D_VIRTUAL: _ = try visit(id, path, properties, object, depth: depth + 1)
      case H5D_CONTIGUOUS:
        let count = H5Pget_external_count(properties.id)
        if count > 0 { _ = try HDF5File.externalFiles(properties, count: Int(count), object) }
      default: break
      }
    }

    private func text(
      _ name: String, _ read: (UnsafeMutablePointer<CChar>?, Int) -> Int
    ) throws(HDF5Error) -> String {
      let count = try HDF5Library.check("H5Pget_virtual", name, read(nil, 0))
      guard count <= 4096 else { throw .tooLarge(object: name, count: count, limit: 4096) }
      var bytes = [CChar](repeating: 0, count: count + 1)
      let size = bytes.count
      let status = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
        unsafe read(bytes.baseAddress, size)
      }
      _ = try HDF5Library.check("H5Pget_virtual", name, status)
      return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func check<Result: SignedInteger>(
      _ call: String, _ object: String, _ result: Result
    ) throws(HDF5Error) -> Result {
      try HDF5Library.check(call, object, result)
    }
  }

  /// The names of the files that hold a dataset's bytes; whether they may be followed is for the
  /// caller to say.
  static func externalFiles(
    _ properties: borrowing HDF5Handle, count: Int, _ name: String
  ) throws(HDF5Error) -> [String] {
    guard count <= 4096 else { throw .tooLarge(object: name, count: count, limit: 4096) }
    var names: [String] = []
    for index in 0..<count {
      var bytes = [CChar](repeating: 0, count: 4096)
      var offset: off_t = 0
      var size: hsize_t = 0
      let status = unsafe H5Pget_external(
        properties.id, UInt32(index), bytes.count, &bytes, &offset, &size)
      _ = try check("H5Pget_external", name, status)
      let letters = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      names.append(String(decoding: letters, as: UTF8.self))
    }
    return names
  }
}
