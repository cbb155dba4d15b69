import HDF5Child
import HDF5Library

/// What lies in a file, to be asked for by those who know layouts.
struct HDF5Contents {
  /// The file as it was named.
  let file: String
  let client: HDF5Client
  let entries: [HDF5Entry]
  private let byPath: [String: Int]

  init(_ file: String) throws(HDF5FormatError) {
    self.file = file
    do {
      client = try HDF5Client(file)
      entries = try client.inventory()
    } catch {
      throw .hdf5(error)
    }
    byPath = Dictionary(
      entries.enumerated().map { ($0.element.path, $0.offset) }, uniquingKeysWith: { a, _ in a })
  }

  /// What is known of the dataset at `path`, which may be a link; `nil` where there is none.
  func dataset(_ path: String) throws(HDF5FormatError) -> HDF5Dataset? {
    do { return try client.dataset(path) } catch { throw .hdf5(error) }
  }

  /// The dataset that is listed at `path`.
  func listed(_ path: String) -> HDF5Dataset? { byPath[path].flatMap { entries[$0].dataset } }

  /// Whether something is listed at `path`.
  func has(_ path: String) -> Bool { path == "/" || byPath[path] != nil }

  /// All datasets that are listed.
  var datasets: [HDF5Dataset] { entries.compactMap(\.dataset) }

  /// The names in a group, in the file's order.
  func names(in group: String) -> [String] {
    let prefix = group == "/" ? "/" : group + "/"
    return entries.compactMap { entry in
      guard entry.path.hasPrefix(prefix) else { return nil }
      let rest = entry.path.dropFirst(prefix.count)
      return rest.contains("/") ? nil : String(rest)
    }
  }

  func attribute(_ name: String, of object: String) throws(HDF5FormatError) -> HDF5Value? {
    do {
      return try client.attribute(name, of: object)
    } catch {
      // What cannot be read is as good as not there; a broken process is not.
      if case .library = error { return nil }
      throw .hdf5(error)
    }
  }

  /// A small dataset's value.
  func value(_ path: String) throws(HDF5FormatError) -> HDF5Value? {
    do {
      return try client.value(path)
    } catch {
      if case .library = error { return nil }
      throw .hdf5(error)
    }
  }

  /// The group that `path` lies in.
  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  /// The last part of `path`.
  static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

  /// `name` in `group`.
  static func join(_ group: String, _ name: String) -> String {
    group == "/" ? "/" + name : group + "/" + name
  }
}

/// A volume found in a file: which numbers they are, and what the layout says of them.
struct FoundVolume {
  var dataset: HDF5Dataset
  /// The format's name, for people.
  var format = "HDF5"
  /// The axis that tells channels apart, where the layout says which.
  var channelAxis: Int?
  /// What `--channel` says, where it has not chosen the dataset already.
  var channel: Int?
  /// The true extents, where the dataset is padded.
  var extents: [Int]?
  /// What the numbers are, where the file's type says something else.
  var isUnsigned = false
  var about = AboutVolume()

  init(_ dataset: HDF5Dataset) { self.dataset = dataset }
}
