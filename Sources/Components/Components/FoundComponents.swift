import CComponents
import SystemIO
import VolumeCore

/// The components of a volume, numbered 1, 2, ... in the order of their first voxels (z, y, x).
public final class FoundComponents: Sendable {
  /// How many there are.
  public let count: Int
  /// The box that was looked at, in the volume's coordinates.
  public let region: Region
  /// What was looked for.
  public let options: ComponentOptions
  /// Whether mean grey values are known.
  public let hasGreys: Bool
  let volume: VolumeDescription
  let joined: Joined
  let records: ScratchFile?
  let runs: RunFile?

  init(
    _ joined: Joined, region: Region, volume: VolumeDescription, _ options: ComponentOptions,
    records: ScratchFile?, runs: RunFile?, hasGreys: Bool
  ) {
    self.joined = joined
    self.region = region
    self.volume = volume
    self.options = options
    self.records = records
    self.runs = runs
    self.hasGreys = hasGreys
    count = unsafe t2s_joined_number(joined.joined)
  }

  /// Hands each component that was measured to `body`, in the order of their numbers; as many as fit
  /// into a megabyte are in memory.
  public func forEach(
    _ body: (Component) throws(Explanation) -> Void
  ) throws(Explanation) {
    guard let records else { return }
    let stride = MemoryLayout<t2s_record>.stride
    let step = max(1, (1 << 20) / stride)
    let memory = UnsafeMutablePointer<t2s_record>.allocate(capacity: step)
    defer { unsafe memory.deallocate() }
    guard let numbers = unsafe joined.joined.pointee.parents else { return }
    var number = 0
    for start in Swift.stride(from: 0, to: joined.numberCount, by: step) {
      let end = min(start + step, joined.numberCount)
      var span = unsafe UnsafeMutableRawBufferPointer(
        start: memory, count: (end - start) * stride
      ).mutableBytes
      do throws(SystemError) {
        try records.read(at: start * stride, into: &span)
      } catch {
        throw error.explanation
      }
      for place in start..<end where unsafe Int(numbers[place]) == number + 1 {
        number += 1
        try body(
          unsafe Component(
            memory[place - start], number: number, region: region, hasGrey: hasGreys,
            isLayered: options.connectivity.isLayered))
      }
    }
  }

  /// A volume whose voxels are the numbers of their components, 0 outside of all; the voxels must have
  /// been kept.
  public func numberedVolume() -> any VolumeReader {
    guard let runs else { preconditionFailure("the search kept the components' voxels") }
    return ComponentVolume(self, runs)
  }
}
