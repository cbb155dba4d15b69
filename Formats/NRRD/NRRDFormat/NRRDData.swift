import Compression
import SystemIO
import VolumeCore
import VoxelFiles

/// Where a header says that the voxels lie, and how they are encoded.
struct NRRDData {
  enum Encoding {
    case raw, gzip, bzip2

    /// Bytes that one compressed byte makes at most.
    var mostPerByte: Int {
      switch self {
      case .raw: 1
      case .gzip: 1032
      // A block of 900,000 bytes, each of five of which stand for 255, may take less than 50.
      case .bzip2: 1 << 20
      }
    }
  }

  var encoding: Encoding
  var files: PlainFiles
  /// Decompressed bytes before the voxels.
  var skippedBytes = 0

  init(
    _ header: NRRDHeader, _ axes: NRRDAxes, path: String
  ) throws(NRRDError) {
    let file = fileName(ofPath: path)
    let typeName = try header.required("type", file: file)
    guard let type = VoxelType(nrrdName: typeName) else {
      throw .typeIsNotRead(file: file, type: typeName)
    }
    let encodingName = try header.required("encoding", file: file)
    switch encodingName.lowercased() {
    case "raw": encoding = .raw
    case "gzip", "gz": encoding = .gzip
    case "bzip2", "bz2": encoding = .bzip2
    default: throw .encodingIsNotRead(file: file, encoding: encodingName)
    }
    let order: ByteOrder
    switch header.fields["endian"]?.lowercased() {
    case "little": order = .little
    case "big": order = .big
    case nil where type.byteCount == 1: order = .native
    case nil: throw .isNotSaid(file: file, field: "endian")
    case let other?: throw .valueIsMalformed(file: file, field: "endian", value: other)
    }
    let shape = axes.shape
    let (layers, overflows) = shape.z.multipliedReportingOverflow(by: axes.volumes)
    files = PlainFiles(
      shape: Shape3(z: layers, y: shape.y, x: shape.x), voxelType: type, byteOrder: order,
      files: [])
    files.valuesPerVoxel = axes.valuesPerVoxel
    guard !overflows, files.checkedByteCount != nil else {
      throw .extentIsImpossible(file: file, sizes: axes.sizes)
    }
    let lines = try header.integer("line skip", file: file) ?? 0
    let bytes = try header.integer("byte skip", file: file) ?? 0
    guard lines >= 0 else {
      throw .valueIsMalformed(file: file, field: "line skip", value: "\(lines)")
    }
    guard bytes >= (encoding == .raw ? -1 : 0) else {
      throw .valueIsMalformed(file: file, field: "byte skip", value: "\(bytes)")
    }
    if encoding != .raw { skippedBytes = bytes }
    let names = try Self.names(header, axes, file: file)
    for name in names ?? [path] {
      let place = names == nil ? path : insidePath(name, besideHeader: path)
      guard let place else { throw .leadsOutside(file: file, name: name) }
      let start = names == nil ? header.byteCount : 0
      if bytes == -1 {
        files.files.append(.init(path: place, start: .fromEnd))
        continue
      }
      let behindLines = try Self.place(behind: lines, from: start, of: place)
      let (offset, overflows) = behindLines.addingReportingOverflow(encoding == .raw ? bytes : 0)
      guard !overflows else {
        throw .valueIsMalformed(file: file, field: "byte skip", value: "\(bytes)")
      }
      files.files.append(.init(path: place, start: .at(offset)))
    }
  }

  /// The names of the data files; `nil` where the voxels are attached.
  private static func names(
    _ header: NRRDHeader, _ axes: NRRDAxes, file: String
  ) throws(NRRDError) -> [String]? {
    guard let value = header.fields["data file"] else { return nil }
    func malformed() -> NRRDError {
      .valueIsMalformed(file: file, field: "data file", value: value)
    }
    var words = value.split(separator: " ").map(String.init)
    let names: [String]
    var axesPerFile = axes.sizes.count - 1
    if words.first == "LIST" {
      guard words.count <= 2 else { throw malformed() }
      if words.count == 2 {
        guard let said = Int(words[1]) else { throw malformed() }
        axesPerFile = said
      }
      names = header.list
    } else if value.contains("%") {
      // NAME FIRST LAST STEP [AXES]; the name may hold spaces.
      var numbers: [Int] = []
      while numbers.count < 4, words.count > 1, let number = Int(words[words.count - 1]) {
        numbers.insert(number, at: 0)
        words.removeLast()
      }
      guard numbers.count >= 3, let pattern = NamePattern(words.joined(separator: " ")),
        let all = pattern.names(from: numbers[0], to: numbers[1], step: numbers[2], limit: 1 << 20)
      else { throw malformed() }
      if numbers.count == 4 { axesPerFile = numbers[3] }
      names = all
    } else {
      guard !value.isEmpty else { throw malformed() }
      return [value]
    }
    // Each file has whole layers, with all values of their voxels.
    let least = axes.spatial[1] + 1
    guard axesPerFile >= least, axesPerFile <= axes.sizes.count else { throw malformed() }
    let wanted = axes.sizes[axesPerFile...].reduce(1, *)
    let layers = axes.shape.z * axes.volumes
    // Files of as many axes as all have are slabs, as many as share the layers evenly.
    let areSlabs = axesPerFile == axes.sizes.count
    let fits =
      areSlabs
      ? !names.isEmpty && layers.isMultiple(of: names.count) : names.count == wanted
    guard fits else {
      throw .filesAreTooFewOrMany(file: file, found: names.count, wanted: wanted)
    }
    return names
  }

  /// The place behind so many lines; lines before voxels are few and short.
  private static func place(
    behind lines: Int, from start: Int, of path: String
  ) throws(NRRDError) -> Int {
    guard lines > 0 else { return start }
    var place = start
    var left = lines
    let bytes = try asNRRDError { () throws(SystemError) in
      try head(ofFile: path, limit: NRRDHeader.longest + start).bytes
    }
    while left > 0 {
      guard place < bytes.count, let end = bytes[place...].firstIndex(of: 0x0A) else {
        throw .linesAreMissing(file: fileName(ofPath: path), wanted: lines, found: lines - left)
      }
      place = end + 1
      left -= 1
    }
    return place
  }

  /// Checks that compressed files can hold what is claimed, and says how their stream is begun.
  func opening(
    from layer: Int, value: Int, path: String
  ) throws(NRRDError) -> StreamVolumeReader.Opening {
    let all = files.checkedByteCount ?? .max
    let share = all / files.files.count
    var sources: [(path: String, offset: Int)] = []
    for data in files.files {
      guard case .at(let offset) = data.start, case .file(let found) = kind(ofPath: data.path)
      else { throw .flat(.isMissing(path: data.path)) }
      guard offset < found, share / encoding.mostPerByte <= found - offset else {
        throw .compressedDataAreTooFew(
          file: fileName(ofPath: data.path), found: max(0, found - offset), wanted: share)
      }
      sources.append((data.path, offset))
    }
    let width = files.voxelType.byteCount
    let values = files.valuesPerVoxel
    let skipped = layer * files.shape.y * files.shape.x * values * width
    let (encoding, skippedBytes) = (encoding, skippedBytes)
    let parts = sources
    return { () throws(StreamError) in
      let stream = ChainedStream(count: parts.count, share: share) {
        (index) throws(StreamError) in
        let source = try StreamVolumeReader.source(
          ofFile: parts[index].path, from: parts[index].offset)
        let stream: any ByteStream
        if encoding == .bzip2 {
          stream = try BzipStream(source)
        } else {
          stream = try InflateStream(.zlibOrGzip, source)
        }
        try stream.skip(skippedBytes)
        return stream
      }
      try stream.skip(skipped)
      return values == 1
        ? stream : ChannelStream(stream, width: width, channels: values, channel: value)
    }
  }
}

/// Streams one after another, of each of which so many bytes count.
final class ChainedStream: ByteStream {
  private let count: Int
  private let share: Int
  private let open: (Int) throws(StreamError) -> any ByteStream
  private var next = 0
  private var left = 0
  private var current: (any ByteStream)?

  init(count: Int, share: Int, open: @escaping (Int) throws(StreamError) -> any ByteStream) {
    self.count = count
    self.share = share
    self.open = open
  }

  func read(into destination: inout MutableRawSpan) throws(StreamError) -> Int {
    var done = 0
    let wanted = destination.byteCount
    while done < wanted {
      if left == 0 {
        guard next < count else { break }
        current = try open(next)
        next += 1
        left = share
      }
      guard let current else { break }
      let part = min(left, wanted - done)
      let got = try unsafe destination.withUnsafeMutableBytes { bytes throws(StreamError) in
        var span = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done..<(done + part)])
          .mutableBytes
        return try current.read(into: &span)
      }
      guard got == part else { throw .endsEarly }
      done += got
      left -= got
    }
    return done
  }
}
