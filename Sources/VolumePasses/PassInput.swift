import VolumeCore

/// One of the volumes that a pass reads, and the form in which its voxels are handed out.
public struct PassInput: Sendable {
  /// What becomes of a volume's voxels before anybody sees them.
  public enum Form: Hashable, Sendable {
    /// As the reader gives them: the volume's own type, in the machine's byte order.
    case asStored
    /// One byte a voxel; a value that is no label (0 to 255, whole) is an error that names its place.
    case labels
    /// Single precision, whatever the volume holds.
    case float
  }

  /// The volume.
  public var reader: any VolumeReader
  /// The form of its voxels.
  public var form: Form

  /// `reader`'s voxels in `form`.
  public init(_ reader: any VolumeReader, as form: Form) {
    self.reader = reader
    self.form = form
  }

  /// The type in which voxels are handed out.
  var handedType: VoxelType {
    switch form {
    case .asStored: reader.volume.voxelType
    case .labels: .uint8
    case .float: .float32
    }
  }

  /// Whether the reader's bytes are not yet what is handed out.
  var isConverted: Bool { handedType != reader.volume.voxelType }

  /// Bytes that a voxel takes while it is read and handed out.
  var bytesPerVoxel: Int {
    reader.volume.voxelType.byteCount + (isConverted ? handedType.byteCount : 0)
  }

  /// Turns `source`, as stored, into what is handed out; returns the index of the first voxel that
  /// is no label, with its value.
  func convert(_ source: RawSpan, into target: inout MutableRawSpan) -> (index: Int, value: Double)?
  {
    let type = reader.volume.voxelType
    switch form {
    case .asStored:
      return nil
    case .labels:
      switch type {
      case .uint16: return narrow(source, UInt16.self, into: &target)
      case .uint32: return narrow(source, UInt32.self, into: &target)
      default: break
      }
      for index in 0..<target.byteCount {
        let value = type.value(source, at: index)
        guard value >= 0, value <= 255, value == value.rounded() else { return (index, value) }
        target.storeBytes(of: UInt8(value), toByteOffset: index, as: UInt8.self)
      }
    case .float:
      switch type {
      case .uint8: widen(source, UInt8.self, into: &target)
      case .uint16: widen(source, UInt16.self, into: &target)
      case .int16: widen(source, Int16.self, into: &target)
      default:
        for index in 0..<(target.byteCount / 4) {
          target.storeBytes(
            of: Float(type.value(source, at: index)), toByteOffset: index * 4, as: Float.self)
        }
      }
    }
    return nil
  }
}

private func narrow<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
  _ source: RawSpan, _ type: Value.Type, into target: inout MutableRawSpan
) -> (index: Int, value: Double)? {
  unsafe source.withUnsafeBytes { source in
    unsafe target.withUnsafeMutableBytes { target in
      let values = unsafe source.assumingMemoryBound(to: type)
      for index in 0..<target.count {
        let value = unsafe values[index]
        if value > 255 { return (index, Double(value)) }
        unsafe target[index] = UInt8(truncatingIfNeeded: value)
      }
      return nil
    }
  }
}

private func widen<Value: FixedWidthInteger & BitwiseCopyable>(
  _ source: RawSpan, _ type: Value.Type, into target: inout MutableRawSpan
) {
  unsafe source.withUnsafeBytes { source in
    unsafe target.withUnsafeMutableBytes { target in
      let values = unsafe source.assumingMemoryBound(to: type)
      let floats = unsafe target.assumingMemoryBound(to: Float.self)
      for index in floats.indices { unsafe floats[index] = Float(values[index]) }
    }
  }
}
