import Testing
import VolumeCommands
import VolumeCore

/// Voxels as bytes, and back, through the type itself: not through double precision.
private func bytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
  values.flatMap { value in
    (0..<MemoryLayout<Value>.size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

private func bytes(_ values: [Float]) -> [UInt8] { bytes(values.map(\.bitPattern)) }

private func bytes(_ values: [Double]) -> [UInt8] { bytes(values.map(\.bitPattern)) }

private func volume(_ type: VoxelType, _ bytes: [UInt8]) -> MemoryVolume {
  MemoryVolume(
    shape: Shape3(z: 1, y: 1, x: bytes.count / type.byteCount), type: type, voxels: bytes)
}

/// What `values` become.
private func converted(
  _ type: VoxelType, _ values: [UInt8], to target: VoxelType, _ window: ValueWindow? = nil
) throws -> (bytes: [UInt8], counts: WindowCounts) {
  let source = volume(type, values)
  let reader = ConvertedVolume(
    source, try TypeConversion(source.volume, to: target, window: window))
  return (try reader.bytes(of: Region(reader.volume.shape)), reader.counts)
}

/// The least, the greatest and some other values of a whole number type, with their bytes.
private func samples(_ type: VoxelType) -> [(value: Int128, bytes: [UInt8])] {
  func all<Value: FixedWidthInteger>(_ type: Value.Type) -> [(value: Int128, bytes: [UInt8])] {
    [Value.min, Value.min + 1, 0, 1, 77, Value.max - 1, Value.max].map { (Int128($0), bytes([$0])) }
  }
  return switch type {
  case .uint8: all(UInt8.self)
  case .int8: all(Int8.self)
  case .uint16: all(UInt16.self)
  case .int16: all(Int16.self)
  case .uint32: all(UInt32.self)
  case .int32: all(Int32.self)
  case .uint64: all(UInt64.self)
  case .int64: all(Int64.self)
  case .float32, .float64: []
  }
}

private let integers = VoxelType.allCases.filter { !$0.isFloatingPoint }

@Suite struct `Converting voxels to another type` {
  @Test(arguments: VoxelType.allCases, VoxelType.allCases)
  func `is planned without a window where no value can be lost, and only there`(
    source: VoxelType, target: VoxelType
  ) throws {
    let values = samples(source).map(\.value)
    let holds: Bool
    switch (source.isFloatingPoint, target) {
    case (true, _): holds = source == target || source == .float32 && target == .float64
    case (false, .float32): holds = values.allSatisfy { abs($0) <= 1 << 24 }
    case (false, .float64): holds = values.allSatisfy { abs($0) <= 1 << 53 }
    case (false, _):
      let range = samples(target).map(\.value)
      let (least, greatest) = (range.min() ?? 0, range.max() ?? 0)
      holds = values.allSatisfy { (least...greatest).contains($0) }
    }
    #expect(target.holdsAll(of: source) == holds)
    let described = VolumeDescription(
      shape: Shape3(z: 1, y: 1, x: 1), voxelType: source, format: "")
    if holds {
      #expect(try TypeConversion(described, to: target, window: nil).keepsValues)
    } else {
      #expect(throws: ConversionError.narrows(from: source, to: target)) {
        try TypeConversion(described, to: target, window: nil)
      }
    }
  }

  @Test(arguments: integers, integers)
  func `keeps every value that a wider type holds, and cuts off the others when told to`(
    source: VoxelType, target: VoxelType
  ) throws {
    let values = samples(source)
    let all = values.flatMap(\.bytes)
    let range = samples(target).map(\.value)
    let (least, greatest) = (range.min() ?? 0, range.max() ?? 0)
    let window = target.range.map { ValueWindow(low: $0.lowerBound, high: $0.upperBound) }
    let found = try converted(
      source, all, to: target, target.holdsAll(of: source) ? nil : window)
    var wanted: [UInt8] = []
    for (value, _) in values {
      let kept = min(max(value, least), greatest)
      let bits = UInt64(truncatingIfNeeded: kept)
      wanted += (0..<target.byteCount).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    #expect(found.bytes == wanted)
    #expect(found.counts.below == values.count { $0.value < least })
    #expect(found.counts.above == values.count { $0.value > greatest })
  }

  @Test func `makes floating-point values of whole numbers and of narrower ones`() throws {
    #expect(
      try converted(.int16, bytes([Int16.min, -1, 0, .max]), to: .float32).bytes
        == bytes([Float(-32768), -1, 0, 32767]))
    #expect(
      try converted(.uint32, bytes([UInt32.max, 7]), to: .float64).bytes
        == bytes([4_294_967_295.0, 7]))
    #expect(
      try converted(.float32, bytes([Float(0.1), -.infinity]), to: .float64).bytes
        == bytes([Double(Float(0.1)), -Double.infinity]))
  }

  @Test func `draws a window over a whole number type, rounds halves up, and counts the rest`()
    throws
  {
    let values: [Float] = [-5, 0, 0.5, 1, 254.4, 254.5, 255, 256, .infinity, -.infinity, .nan]
    let found = try converted(
      .float32, bytes(values), to: .uint8, ValueWindow(low: 0, high: 255))
    #expect(found.bytes == [0, 0, 1, 1, 254, 255, 255, 255, 255, 0, 0])
    #expect(found.counts.below == 2 && found.counts.above == 2 && found.counts.notANumber == 1)

    let scaled = try converted(
      .uint16, bytes([UInt16(100), 200, 300, 150, 99, 301]), to: .int8,
      ValueWindow(low: 100, high: 300))
    #expect(scaled.bytes == bytes([Int8(-128), 0, 127, -64, -128, 127]))
    #expect(scaled.counts.below == 1 && scaled.counts.above == 1)

    let wide = try converted(
      .float64, bytes([-1.0, 0, 1, 2]), to: .int64, ValueWindow(low: 0, high: 1))
    #expect(wide.bytes == bytes([Int64.min, .min, .max, .max]))
    let wider = try converted(
      .float64, bytes([0.0, 0.5, 1]), to: .uint64, ValueWindow(low: 0, high: 1))
    #expect(wider.bytes == bytes([0, UInt64(1) << 63, .max]))
  }

  @Test func `keeps what lies in the window where the new type has fractions`() throws {
    let found = try converted(
      .float64, bytes([0.1, -3, 9, .nan]), to: .float32, ValueWindow(low: -1, high: 2))
    #expect(found.bytes == bytes([Float(0.1), -1, 2, -1]))
    #expect(found.counts.below == 1 && found.counts.above == 1 && found.counts.notANumber == 1)
  }

  @Test(arguments: [VoxelType.uint8, .uint16, .float32, .int64])
  func `converts every region as it converts the whole, however large`(target: VoxelType) throws {
    let shape = Shape3(z: 3, y: 40, x: 31)
    let values = (0..<shape.voxelCount).map { Int16(truncatingIfNeeded: $0 &* 37) }
    let source = MemoryVolume(shape: shape, type: .int16, voxels: bytes(values))
    let window = target.holdsAll(of: .int16) ? nil : ValueWindow(low: -1000, high: 20_000)
    let reader = ConvertedVolume(
      source, try TypeConversion(source.volume, to: target, window: window))
    let whole = try reader.bytes(of: Region(shape))
    for region in [
      Region(z: 1..<2, y: 3..<40, x: 0..<31), Region(z: 0..<3, y: 7..<8, x: 30..<31),
      Region(z: 2..<2, y: 0..<1, x: 0..<1),
    ] {
      var wanted = [UInt8](repeating: 0, count: region.voxelCount * target.byteCount)
      var span = wanted.mutableSpan
      var raw = unsafe span.mutableBytes
      copyVoxels(
        region, from: unsafe whole.span.bytes, of: Region(shape), to: &raw, of: region,
        width: target.byteCount)
      #expect(try reader.bytes(of: region) == wanted)
    }
  }

  @Test func `does not turn labels into other labels`() throws {
    var labels = VolumeDescription(
      shape: Shape3(z: 1, y: 1, x: 2), voxelType: .uint16, format: "")
    labels.classes = LabelClass.unnamed(count: 3)
    let window = ValueWindow(low: 0, high: 2)
    #expect(throws: ConversionError.scalesLabels(window: window, target: .uint8)) {
      try TypeConversion(labels, to: .uint8, window: window)
    }
    let kept = try TypeConversion(labels, to: .uint8, window: ValueWindow(low: 0, high: 255))
    #expect(kept.keepsValues)
  }

  @Test func `reads windows and compressions as they are written, and nothing else`() throws {
    func text(_ text: String) -> OptionText { OptionText(option: "window", text: text) }
    #expect(try text("-0.5:1.5e3").valueWindow() == ValueWindow(low: -0.5, high: 1500))
    #expect(try text("0:4095").valueWindow().words == "0:4095")
    for wrong in ["", "5", "1:1", "2:1", "nan:1", "0:inf", "0x1:0x5", "1:2:3", "1e:2", "0:1e999"] {
      #expect(throws: UsageError.self) { try text(wrong).valueWindow() }
    }
    #expect(try text("none").compression() == .none)
    #expect(try text("zstd:19").compression() == .zstd(level: 19))
    #expect(try text("zstd").compression() == .zstd(level: 1))
    for wrong in ["zstd:0", "zstd:23", "zstd:-1", "gzip", "zstd:", "zstd:1:2"] {
      #expect(throws: UsageError.self) { try text(wrong).compression() }
    }
  }
}
