import CHDF5

extension HDF5File {
  /// No more links than this are looked at.
  public static var mostLinksListed: Int { 50_000 }
  /// No more datasets are listed.
  public static var mostDatasets: Int { 10_000 }
  private static var deepestGroup: Int { 32 }

  /// All groups and datasets of the file, by path; of what a link leads to, only datasets in other
  /// files, since what is in this file is listed where it lies.
  public func inventory() throws(HDF5Error) -> [HDF5Entry] {
    let (id, path) = (id, path)
    return try calling { () throws(HDF5Error) in
      var walk = InventoryWalk(id: id, path: path)
      try walk.visit("", depth: 0)
      return walk.entries
    }
  }

  private struct InventoryWalk {
    let id: hid_t
    let path: String
    var entries: [HDF5Entry] = []
    var links = 0
    var datasets = 0
    var seen: Set<UInt64> = []

    mutating func visit(_ group: String, depth: Int) throws(HDF5Error) {
      guard depth < HDF5File.deepestGroup else { return }
      for name in try HDF5File.names(id, group) {
        links += 1
        guard links <= HDF5File.mostLinksListed, datasets < HDF5File.mostDatasets else { return }
        let place = "\(group)/\(name)"
        switch unsafe chdf5_link_kind(id, place) {
        case 0: try note(place, depth: depth)
        case 64: noteElsewhere(place)
        default: continue
        }
      }
    }

    private mutating func note(_ place: String, depth: Int) throws(HDF5Error) {
      var address: UInt64 = 0
      let kind = unsafe chdf5_object_kind(id, place, &address)
      guard kind == 0 || kind == 1, seen.insert(address).inserted else { return }
      if kind == 0 {
        entries.append(HDF5Entry(path: place))
        try visit(place, depth: depth + 1)
      } else {
        noteDataset(place)
      }
    }

    private mutating func noteElsewhere(_ place: String) {
      do {
        guard let file = try HDF5File.resolve(id, path, place) else { return }
        var address: UInt64 = 0
        guard file != path, unsafe chdf5_object_kind(id, place, &address) == 1 else { return }
        noteDataset(place)
      } catch {
        entries.append(HDF5Entry(path: place, obstacle: error.explanation.what))
      }
    }

    private mutating func noteDataset(_ place: String) {
      datasets += 1
      do {
        // What other files a dataset leads to matters only for the one that is read.
        let dataset = try HDF5File.describe(id, path, place, follows: false)
        entries.append(HDF5Entry(path: place, dataset: dataset))
      } catch {
        entries.append(HDF5Entry(path: place, obstacle: error.explanation.what))
      }
    }
  }

  private final class Names {
    var list: [String] = []
  }

  /// The names in a group.
  static func names(_ id: hid_t, _ group: String) throws(HDF5Error) -> [String] {
    let place = group.isEmpty ? "/" : group
    let handle = try HDF5Handle("H5Gopen", place, unsafe chdf5_open_group(id, place))
    let names = Names()
    let status = unsafe chdf5_each_link(
      handle.id,
      { _, name, _, context in
        guard let name = unsafe name, let context = unsafe context else { return -1 }
        let names = unsafe Unmanaged<Names>.fromOpaque(context).takeUnretainedValue()
        names.list.append(unsafe String(cString: name))
        return names.list.count < HDF5File.mostLinksListed ? 0 : 1
      }, Unmanaged.passUnretained(names).toOpaque())
    _ = try check("H5Literate", place, status)
    return names.list
  }
}
