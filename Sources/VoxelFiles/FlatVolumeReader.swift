import SystemIO
import VolumeCore

/// Voxels that lie plainly in files: any region, read where it lies.
public final class FlatVolumeReader: VolumeReader {
  /// What the header says of the volume.
  public let volume: VolumeDescription
  /// Where the voxels lie.
  public let layout: FlatLayout
  /// What tells this input from another of its name.
  public let fingerprint: String
  private let files = OpenFiles()

  /// The files of all layers.
  public var filesRead: [String] {
    Set(layout.segments.filter { !$0.isMissing }.map(\.path)).sorted()
  }
  /// The first layer of each segment, and the number of layers behind the last.
  private let firstLayers: [Int]

  /// The volume that `layout` describes, whose files have been checked.
  public init(_ layout: FlatLayout, _ volume: VolumeDescription, fingerprint: String) {
    precondition(layout.segments.reduce(0) { $0 + $1.layers } == layout.shape.z)
    precondition(volume.shape == layout.shape && volume.voxelType == layout.voxelType)
    self.layout = layout
    self.volume = volume
    self.fingerprint = fingerprint
    firstLayers = layout.segments.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.layers) }
  }

  /// Whether rows lie as they are read.
  public var readsPlainVoxels: Bool { layout.strides.x == layout.voxelType.byteCount }

  /// Reads `region` into `destination`.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let width = layout.voxelType.byteCount
    precondition(Region(layout.shape).contains(region), "\(region) is outside \(layout.shape)")
    precondition(destination.byteCount == region.voxelCount * width)
    guard !region.isEmpty else { return }
    do {
      if layout.strides.x == width {
        try readRows(region, into: &destination)
      } else {
        try readPermuted(region, into: &destination)
      }
    } catch {
      throw VolumeReadError(region: region, reason: error.explanation)
    }
    if width > 1, layout.byteOrder != .native { swapBytes(of: &destination, width: width) }
  }

  /// The segments that hold layers of `range`, each with its part of them.
  private func segments(holding range: Range<Int>) -> [(FlatLayout.Segment, Range<Int>)] {
    var found: [(FlatLayout.Segment, Range<Int>)] = []
    // The last segment that begins at or before the first layer.
    var (low, high) = (0, layout.segments.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if firstLayers[middle] <= range.lowerBound { low = middle } else { high = middle - 1 }
    }
    while low < layout.segments.count, firstLayers[low] < range.upperBound {
      let part = range.clamped(to: firstLayers[low]..<firstLayers[low + 1])
      if !part.isEmpty {
        found.append(
          (
            layout.segments[low],
            (part.lowerBound - firstLayers[low])..<(part.upperBound - firstLayers[low])
          ))
      }
      low += 1
    }
    return found
  }

  private func readRows(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(FlatReadError) {
    let strides = layout.strides
    let wanted = region.x.count * layout.voxelType.byteCount
    // Whole layers without gaps between them are one run of rows.
    let isOneRun = region.y.count == layout.shape.y && strides.z == layout.shape.y * strides.y
    var done = 0
    for (segment, layers) in segments(holding: region.z) {
      if segment.isMissing {
        let part = done..<(done + layers.count * region.y.count * wanted)
        unsafe destination.withUnsafeMutableBytes { bytes in
          _ = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[part])
            .initializeMemory(as: UInt8.self, repeating: 0)
        }
        done = part.upperBound
        continue
      }
      let file = try open(segment.path)
      let runs = isOneRun ? 1 : layers.count
      let rows = isOneRun ? layers.count * region.y.count : region.y.count
      for run in 0..<runs {
        let start =
          segment.offset + (layers.lowerBound + run) * strides.z + region.y.lowerBound * strides.y
          + region.x.lowerBound * strides.x
        let isWhole = try unsafe destination.withUnsafeMutableBytes {
          (bytes) throws(FlatReadError) in
          let part = done..<(done + rows * wanted)
          var span = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[part]).mutableBytes
          return try system { () throws(SystemError) in
            try file.handle.readRows(
              count: rows, wanted: wanted, stride: strides.y, at: start, into: &span)
          }
        }
        guard isWhole else { throw .shrank(path: segment.path) }
        done += rows * wanted
      }
    }
  }

  /// Reads what is stored in another order of the axes, or with other values between its own.
  /// Has the system begin with the rows of `region`, up to what is read at once: what comes then is announced
  /// while it reads. Rows with much between them are left to the disk's own order.
  public func willRead(_ region: Region) {
    let strides = layout.strides
    let width = layout.voxelType.byteCount
    let wanted = region.x.count * width
    guard !region.isEmpty, strides.x == width, strides.y - wanted <= FileHandle.cheapGap else {
      return
    }
    var left = FileHandle.pieceByteCount
    for (segment, layers) in segments(holding: region.z) where !segment.isMissing {
      // What is wrong with a file is told when it is read.
      guard let file = try? open(segment.path) else { return }
      for layer in layers {
        guard left > 0 else { return }
        let start =
          segment.offset + layer * strides.z + region.y.lowerBound * strides.y
          + region.x.lowerBound * strides.x
        let count = min((region.y.count - 1) * strides.y + wanted, left)
        file.handle.willRead(at: start, count: count)
        left -= count
      }
    }
  }

  private func readPermuted(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(FlatReadError) {
    let layerByteCount = region.y.count * region.x.count * layout.voxelType.byteCount
    var done = 0
    for (segment, layers) in segments(holding: region.z) {
      let part = done..<(done + layers.count * layerByteCount)
      done = part.upperBound
      try unsafe destination.withUnsafeMutableBytes { (bytes) throws(FlatReadError) in
        let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[part])
        if segment.isMissing {
          _ = unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        } else {
          let box = Region(z: layers, y: region.y, x: region.x)
          try unsafe readPermuted(box, of: segment, into: bytes)
        }
      }
    }
  }

  /// Reads lines along the axis that lies close together in the file, and scatters their voxels.
  private func readPermuted(
    _ region: Region, of segment: FlatLayout.Segment,
    into destination: UnsafeMutableRawBufferPointer
  ) throws(FlatReadError) {
    let width = layout.voxelType.byteCount
    let (shape, strides) = (region.shape, layout.strides)
    // (stride in the file, stride in the destination, first index, count) of each axis.
    var axes = [
      (strides.z, shape.y * shape.x * width, region.z.lowerBound, shape.z),
      (strides.y, shape.x * width, region.y.lowerBound, shape.y),
      (strides.x, width, region.x.lowerBound, shape.x),
    ].sorted { $0.0 < $1.0 }
    precondition(axes[0].0 >= width)
    let file = try open(segment.path)
    let (near, middle, far) = (axes.removeFirst(), axes[0], axes[1])
    let lineByteCount = (near.3 - 1) * near.0 + width
    // A run of lines is read with what lies between them where that is little.
    let linesAtOnce =
      middle.0 <= 2 * lineByteCount + 4096
      ? max(1, min(middle.3, (FileHandle.cropByteCount - lineByteCount) / middle.0 + 1)) : 1
    let scratchCount = (linesAtOnce - 1) * middle.0 + lineByteCount
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: scratchCount, alignment: 64)
    defer { unsafe scratch.deallocate() }
    for f in 0..<far.3 {
      var m = 0
      while m < middle.3 {
        let lines = min(linesAtOnce, middle.3 - m)
        let count = (lines - 1) * middle.0 + lineByteCount
        let start =
          segment.offset + (far.2 + f) * far.0 + (middle.2 + m) * middle.0 + near.2 * near.0
        let got = try system { () throws(SystemError) in
          var span = unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[..<count]).mutableBytes
          return try file.handle.read(at: start, into: &span)
        }
        guard got == count else { throw .shrank(path: segment.path) }
        for line in 0..<lines {
          var to = f * far.1 + (m + line) * middle.1
          var from = line * middle.0
          for _ in 0..<near.3 {
            unsafe UnsafeMutableRawBufferPointer(rebasing: destination[to..<(to + width)])
              .copyMemory(from: UnsafeRawBufferPointer(rebasing: scratch[from..<(from + width)]))
            to += near.1
            from += near.0
          }
        }
        m += lines
      }
    }
  }

  private func open(_ path: String) throws(FlatReadError) -> OpenFile {
    try system { () throws(SystemError) in try files.file(path) }
  }
}

/// Why voxels that were there when the file was opened cannot be read.
enum FlatReadError: Error {
  case system(SystemError)
  case shrank(path: String)
  case stream(path: String, String)

  var explanation: Explanation {
    switch self {
    case .system(let error): error.explanation
    case .shrank(let path):
      Explanation(
        .damaged, "\(path) has become shorter since it was opened",
        remedy: "see what else writes it, and give the command again")
    case .stream(let path, let words):
      Explanation(
        .damaged, "\(path): \(words)", remedy: "copy the file again from where it is whole")
    }
  }
}

func system<Value>(_ body: () throws(SystemError) -> Value) throws(FlatReadError) -> Value {
  do throws(SystemError) { return try body() } catch { throw .system(error) }
}
