import CComponents
import SystemIO
import VolumeCore

/// The numbers of components as a volume of `uint32`, painted from runs when it is read.
@safe final class ComponentVolume: VolumeReader {
  let volume: VolumeDescription
  private let found: FoundComponents
  private let runs: RunFile

  init(_ found: FoundComponents, _ runs: RunFile) {
    self.found = found
    self.runs = runs
    var volume = found.volume.part(found.region)
    volume.voxelType = .uint32
    // Numbers are labels: a level of lower resolution must not have the mean of two of them.
    volume.classes = []
    volume.remarks = []
    self.volume = volume
  }

  var fingerprint: String { "components" }

  /// A row's runs are found by its number, so that small boxes cost hardly more than large ones: blocks of
  /// numbers, of four bytes each, are then never in memory whole.
  var readsPlainVoxels: Bool { true }

  func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    guard !region.isEmpty else { return }
    do throws(Explanation) {
      try unsafe destination.withUnsafeMutableBytes { bytes throws(Explanation) in
        guard let numbers = unsafe found.joined.joined.pointee.parents else {
          _ = unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
          return
        }
        let voxels = unsafe bytes.assumingMemoryBound(to: UInt32.self)
        let (height, count) = (volume.shape.y, region.y.count)
        var places = [Int](repeating: 0, count: count + 1)
        for (layer, z) in region.z.enumerated() {
          do throws(SystemError) {
            try runs.rows.read(&places, at: (z * height + region.y.lowerBound) * 8)
          } catch {
            throw error.explanation
          }
          let first = places[0]
          let runCount = places[count] - first
          // Most layers have a run or less for each twenty voxels.
          let memory = UnsafeMutablePointer<t2s_run>.allocate(capacity: max(runCount, 1))
          defer { unsafe memory.deallocate() }
          let stride = MemoryLayout<t2s_run>.stride
          var span = unsafe UnsafeMutableRawBufferPointer(
            start: memory, count: runCount * stride
          ).mutableBytes
          do throws(SystemError) {
            try runs.runs.read(at: first * stride, into: &span)
          } catch {
            throw error.explanation
          }
          for row in 0..<count {
            guard let base = voxels.baseAddress else { return }
            unsafe t2s_paint_row(
              memory + (places[row] - first), places[row + 1] - places[row], numbers,
              base + (layer * count + row) * region.x.count, region.x.lowerBound, region.x.count)
          }
        }
      }
    } catch {
      throw VolumeReadError(region: region, reason: error)
    }
  }
}
