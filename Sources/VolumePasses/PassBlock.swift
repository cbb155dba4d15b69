import SystemIO
import VolumeCore

/// A block that a pass has read: the voxels of each input in one box, in C order (z, y, x).
///
/// It is lent for the time of the body that it is handed to; the next block takes its memory.
public final class PassBlock {
  /// The block's number, in the order in which blocks are begun: z slowest, x fastest.
  public internal(set) var number = 0
  /// The voxels that this block is responsible for; those of all blocks are the pass's region, once.
  public internal(set) var core: Region
  /// The voxels that were read: the core and its halo, as far as the volume reaches.
  public internal(set) var region: Region

  private let inputs: [PassInput]
  private var stored: [PassMemory]
  private var handed: [PassMemory]

  init(_ inputs: [PassInput], mostVoxels: Int) {
    self.inputs = inputs
    core = Region(z: 0..<0, y: 0..<0, x: 0..<0)
    region = core
    stored = inputs.map {
      PassMemory(byteCount: mostVoxels * $0.reader.volume.voxelType.byteCount)
    }
    handed = inputs.map {
      PassMemory(byteCount: $0.isConverted ? mostVoxels * $0.handedType.byteCount : 0)
    }
  }

  /// Lends the voxels of `input` in `region`, in the form in which it was asked for.
  public func withVoxels<Value, Failure>(
    of input: Int = 0, _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let memory = inputs[input].isConverted ? handed[input] : stored[input]
    let count = region.voxelCount * inputs[input].handedType.byteCount
    return try memory.bytes.withBytes(first: count, body)
  }

  /// Reads every input.
  func read() throws(Explanation) {
    for (index, input) in inputs.enumerated() {
      let type = input.reader.volume.voxelType
      let count = region.voxelCount * type.byteCount
      let (region, memory) = (region, stored[index])
      do throws(VolumeReadError) {
        try memory.bytes.withMutableBytes(first: count) { span throws(VolumeReadError) in
          try input.reader.read(region, into: &span)
        }
      } catch {
        throw error.explanation
      }
      guard input.isConverted else { continue }
      let target = handed[index]
      let odd = memory.bytes.withBytes(first: count) { source in
        target.bytes.withMutableBytes(first: region.voxelCount * input.handedType.byteCount) {
          input.convert(source, into: &$0)
        }
      }
      if let odd { throw noLabel(odd.value, at: odd.index) }
    }
  }

  private func noLabel(_ value: Double, at index: Int) -> Explanation {
    let shape = region.shape
    let place = Index3(
      z: region.z.lowerBound + index / (shape.y * shape.x),
      y: region.y.lowerBound + index / shape.x % shape.y,
      x: region.x.lowerBound + index % shape.x)
    let text = value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    return Explanation(
      .input, "the voxel at z, y, x = \(place) is \(text), which is no label",
      remedy: "labels are whole numbers from 0 to 255: is this the grey scan?")
  }
}

/// Memory that is lent to one reader after the other; only the thread of its block has it.
final class PassMemory {
  var bytes: PageBuffer

  init(byteCount: Int) { bytes = PageBuffer(byteCount: byteCount) }
}
