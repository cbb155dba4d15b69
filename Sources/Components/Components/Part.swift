import CComponents
import VolumeCore

/// Whole layers of a volume as runs of voxels, labelled; of one thread.
@safe final class Part: @unchecked Sendable {
  let part: UnsafeMutablePointer<t2s_part>
  /// What is added up over each component of the part, once it is measured.
  private(set) var records: UnsafeMutablePointer<t2s_record>?
  /// The components, once they are numbered.
  private(set) var count = 0

  /// Nothing yet; `nil` where the system has no memory for a row.
  init?(height: Int, width: Int, connectivity: ComponentConnectivity, hasGreys: Bool) {
    let made = unsafe t2s_part_new(
      height, width, Int32(connectivity.rawValue), hasGreys ? 1 : 0)
    guard let made = unsafe made else { return nil }
    unsafe part = made
  }

  deinit {
    unsafe records?.deallocate()
    unsafe t2s_part_free(part)
  }

  var layers: Int { unsafe part.pointee.layers }
  var runCount: Int { unsafe part.pointee.run_count }

  /// What its runs take, and at most its records.
  var byteCount: Int {
    unsafe part.pointee.run_count * 12 + part.pointee.label_count
      * (4 + MemoryLayout<t2s_record>.stride)
  }

  /// Adds a layer at `offset` of `labels`, and of `greys`, whose values have `greyWidth` bytes; returns
  /// whether the system had the memory.
  func addLayer(
    _ labels: RawSpan, at offset: Int, _ table: [UInt8], greys: RawSpan?, greyWidth: Int
  ) -> Bool {
    let done = unsafe labels.withUnsafeBytes { labels -> Int32 in
      guard let base = labels.baseAddress else { return 0 }
      let voxels = unsafe (base + offset).assumingMemoryBound(to: UInt8.self)
      guard let greys else {
        return unsafe t2s_part_add_layer(part, voxels, table, nil, 0)
      }
      return unsafe greys.withUnsafeBytes { greys -> Int32 in
        guard let first = greys.baseAddress else { return 0 }
        return unsafe t2s_part_add_layer(
          part, voxels, table, first + offset * greyWidth, Int32(greyWidth))
      }
    }
    return done == 0
  }

  /// Numbers the components, and measures them where that is asked for.
  func number(firstLayer: Int, measures: Bool, surfaces: Bool) {
    count = unsafe t2s_part_number(part)
    guard measures else { return }
    unsafe records = .allocate(capacity: max(count, 1))
    unsafe t2s_part_measure(part, firstLayer, records, count, surfaces ? 1 : 0)
  }

  /// Makes room for what is filled in from elsewhere; returns whether the system had the memory.
  func reserve(layers: Int, runs: Int, components: Int, measures: Bool) -> Bool {
    guard unsafe t2s_part_reserve(part, layers, runs) == 0 else { return false }
    count = components
    if measures { unsafe records = .allocate(capacity: max(components, 1)) }
    return true
  }

  /// Forgets everything.
  func clear() {
    unsafe records?.deallocate()
    unsafe records = nil
    count = 0
    unsafe t2s_part_clear(part)
  }
}
