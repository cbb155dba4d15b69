import SystemIO

/// What a crash leaves of the steps that were recorded up to it: a disk that keeps only what it was
/// told to keep, or more than that in ways that a file system may choose.
///
/// Files are numbered like inodes, so that a file that was renamed keeps its bytes, and folders are
/// lists of names. Both have a state in memory, which every step changes, and one on the disk, which
/// only synchronising changes.
package struct CrashedDisk {
  /// What happens to that which was not synchronised.
  package enum Variant: CaseIterable, Hashable, Sendable {
    /// All of it is lost: bytes, and names that were given or taken away.
    case allIsLost
    /// Names are there, in the order in which they were given; the bytes of files are not: files
    /// have no length.
    case namesStayBytesAreLost
    /// Names are there, and lengths; bytes that were not synchronised are zeros.
    case namesStayBytesAreZero
    /// Names are there, and the first half of what was written to each file last.
    case namesStayBytesAreTorn
    /// Bytes are there, and of the names that were not synchronised only the latest of each folder.
    case onlyLatestNamesStay
    /// Everything is there, as after the kill of a process.
    case allStays
  }

  private struct File {
    var bytes: [UInt8] = []
    var safeBytes: [UInt8] = []
    /// Where the latest writing began.
    var lastStart = 0
  }

  private enum Node: Hashable {
    case file(Int)
    case folder
  }

  private var files: [File] = []
  /// Every path with what it names, in memory.
  private var names: [String: Node] = ["": .folder]
  /// The same on the disk.
  private var safeNames: [String: Node] = ["": .folder]
  /// The changes of names that no folder has been synchronised after.
  private var pending: [(folder: String, path: String, node: Node?)] = []

  /// The disk after the first `count` of `steps`.
  package init(_ steps: [FileStep], first count: Int) {
    for step in steps.prefix(count) { apply(step) }
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  private mutating func name(_ path: String, _ node: Node?) {
    names[path] = node
    pending.append((Self.folder(of: path), path, node))
  }

  private func file(_ path: String) -> Int? {
    if case .file(let number)? = names[path] { return number }
    return nil
  }

  private mutating func apply(_ step: FileStep) {
    switch step {
    case .opened(let path, let empties):
      if let number = file(path) {
        if empties { files[number].bytes = [] }
      } else {
        files.append(File())
        name(path, .file(files.count - 1))
      }
    case .wrote(let path, let offset, let bytes):
      guard let number = file(path) else { return }
      let end = offset + bytes.count
      if files[number].bytes.count < end {
        files[number].bytes += [UInt8](repeating: 0, count: end - files[number].bytes.count)
      }
      files[number].bytes.replaceSubrange(offset..<end, with: bytes)
      files[number].lastStart = offset
    case .resized(let path, let byteCount):
      guard let number = file(path) else { return }
      let old = files[number].bytes
      files[number].bytes =
        Array(old.prefix(byteCount))
        + [UInt8](repeating: 0, count: max(0, byteCount - old.count))
    case .synchronisedFile(let path):
      guard let number = file(path) else { return }
      files[number].safeBytes = files[number].bytes
    case .synchronisedFolder(let path):
      for change in pending where change.folder == path { safeNames[change.path] = change.node }
      pending.removeAll { $0.folder == path }
    case .madeFolder(let path): name(path, .folder)
    case .removedFolder(let path), .removedFile(let path): name(path, nil)
    case .renamed(let path, let final):
      let node = names[path]
      name(path, nil)
      name(final, node)
    }
  }

  /// Every file that the crash leaves, and every folder with `nil`.
  package func contents(_ variant: Variant) -> [String: [UInt8]?] {
    var kept = safeNames
    switch variant {
    case .allIsLost: break
    case .onlyLatestNamesStay:
      var latest: [String: (path: String, node: Node?)] = [:]
      for change in pending { latest[change.folder] = (change.path, change.node) }
      for change in latest.values { kept[change.path] = change.node }
    default: for change in pending { kept[change.path] = change.node }
    }
    var found: [String: [UInt8]?] = [:]
    for (path, node) in kept where !path.isEmpty && isReachable(path, kept) {
      switch node {
      case .folder: found.updateValue(nil, forKey: path)
      case .file(let number): found.updateValue(bytes(of: files[number], variant), forKey: path)
      }
    }
    return found
  }

  private func isReachable(_ path: String, _ names: [String: Node]) -> Bool {
    let folder = Self.folder(of: path)
    return folder.isEmpty || names[folder] == .folder && isReachable(folder, names)
  }

  private func bytes(of file: File, _ variant: Variant) -> [UInt8] {
    guard file.bytes != file.safeBytes else { return file.safeBytes }
    switch variant {
    case .allIsLost: return file.safeBytes
    case .allStays, .onlyLatestNamesStay: return file.bytes
    case .namesStayBytesAreLost: return file.safeBytes
    case .namesStayBytesAreZero:
      let more = max(0, file.bytes.count - file.safeBytes.count)
      return file.safeBytes + [UInt8](repeating: 0, count: more)
    case .namesStayBytesAreTorn:
      let end = file.lastStart + (file.bytes.count - file.lastStart) / 2
      return file.lastStart < file.bytes.count ? Array(file.bytes.prefix(end)) : file.safeBytes
    }
  }

  /// Makes what is left into files below `folder`.
  package func write(_ variant: Variant, to folder: String) throws {
    try makeFolder(folder)
    for (path, bytes) in contents(variant).sorted(by: { $0.key < $1.key }) {
      let place = folder + "/" + path
      if let bytes {
        let file = try FileHandle(creating: place)
        try file.write(unsafe bytes.span.bytes, at: 0)
      } else {
        try makeFolder(place)
      }
    }
  }
}
