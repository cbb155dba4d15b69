import CUDNNEngine
import EngineCore
import NeuralGraph
import SystemIO
import Testing
import VolumeCore

@Suite struct `The GPU's kernels` {
  static let calls: [KernelCall] = {
    let shape = Shape3(z: 2, y: 4, x: 6)
    var calls: [KernelCall] = []
    for format in [
      NumberFormat(.f32, isPlanes: true), NumberFormat(.f32, isPlanes: false),
      NumberFormat(.f16, isPlanes: true), NumberFormat(.f16, isPlanes: false),
    ] {
      func value(_ channels: Int) -> Kernels.Value { Kernels.Value(4096, shape, channels) }
      for type in VoxelType.computed {
        calls.append(
          Kernels.normalise(type, from: 1, to: value(1), low: 0, high: 1, clips: true, format))
      }
      let two = Shape3(z: 2, y: 2, x: 2)
      calls.append(Kernels.pool(from: value(3), to: value(3), window: two, format))
      for channels in [3, 16] {
        for phases in [false, true] {
          calls.append(
            Kernels.spread(
              from: value(phases ? 8 * channels : channels), to: value(2 * channels), factor: two,
              phases: phases, offset: channels, isLast: true, format))
        }
        calls.append(
          Kernels.spread(
            from: value(channels), to: value(2 * channels), factor: two, phases: true,
            distance: 16 * channels, offset: channels, isLast: true, format))
      }
      calls.append(Kernels.combine(value(3), 1, bias: 0, to: 2, relu: true, format))
      calls.append(
        Kernels.affine(from: value(3), scale: 1, shift: 2, to: 3, relu: true, format))
      let geometry = Kernels.DepthwiseGeometry(kernel: two, stride: two, before: two, multiplier: 1)
      calls.append(
        Kernels.depthwise(
          geometry, from: value(3), weights: 1, bias: 2, to: value(3), relu: true, format))
      calls.append(Kernels.softmax(from: value(3), to: 1, format))
      for labels in [false, true] {
        calls.append(Kernels.result(from: value(3), to: 1, flag: 2, labels: labels, format))
        calls.append(
          Kernels.head(
            from: value(3), weights: 1, bias: 2, classes: 3, to: 3, flag: 4, labels: labels,
            format))
      }
      calls.append(Kernels.pattern(to: value(3), seed: 1, format))
      calls.append(Kernels.finite(from: 1, count: 5, flag: 2, format))
      calls.append(Kernels.combineBare(value(3), added: 1, bias: 2, relu: true, format))
    }
    calls.append(Kernels.fill(1, byteCount: 64, word: 7))
    calls.append(Kernels.checksum(from: 1, byteCount: 64, sums: 2))
    return calls
  }()

  @Test(arguments: calls)
  func `are given what their text asks for`(call: KernelCall) throws {
    let signature = try #require(KernelSignatures.all[call.name], "\(call.name)")
    #expect(call.arguments.map(\.byteCount) == signature)
    #expect(call.elements > 0)
  }

  @Test func `are all called by someone`() {
    #expect(Set(Self.calls.map(\.name)) == Set(KernelSet.inference.signatures.keys))
  }

  @Test(arguments: KernelSet.allCases)
  func `are what their source was compiled to`(set: KernelSet) throws {
    let path = sourceFolder + "/Sources/Engines/CUDNN/Kernels/\(set.source)"
    let bytes = try contents(ofFile: path)
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    #expect(hash == set.sourceHash, "run Tools/gpu-kernels")
  }

  @Test(arguments: KernelSet.allCases)
  func `ask for no newer driver and no newer card than said`(set: KernelSet) {
    let lines = set.text.split(separator: "\n").prefix(3)
    #expect(lines == [".version 7.8", ".target sm_61", ".address_size 64"])
  }

  @Test func `have their arguments read from the text`() {
    let text = """
      .version 7.8
      .visible .entry a( .param .u64 a_0, .param .f32 a_1 ) { .reg .b32 %r<2>; ret; }
      .visible .entry b( .param .u32 b_0 ) { ret; }
      """
    #expect(KernelSignatures.parsed(text) == ["a": [8, 4], "b": [4]])
  }

  @Test func `cover every element with few enough blocks`() {
    #expect(KernelCall("fill", 1, []).blocks == 1)
    #expect(KernelCall("fill", 256, []).blocks == 1)
    #expect(KernelCall("fill", 257, []).blocks == 2)
    #expect(KernelCall("fill", (1 << 31) - 1, []).blocks <= 1 << 20)
  }

  @Test func `move sixteen bytes at once where channels allow`() {
    func name(_ first: Int, _ second: Int, _ format: NumberFormat) -> String {
      let shape = Shape3(z: 1, y: 2, x: 2)
      return Kernels.spread(
        from: Kernels.Value(0, shape, first), to: Kernels.Value(0, shape, first + second),
        factor: Shape3(z: 1, y: 1, x: 1), phases: false, offset: 0, isLast: false, format
      ).name
    }
    #expect(name(8, 16, NumberFormat(.f16)) == "spread_16")
    #expect(name(8, 3, NumberFormat(.f16)) == "spread_16")
    #expect(name(3, 8, NumberFormat(.f16)) == "spread_2")
    #expect(name(8, 16, NumberFormat(.f32)) == "spread_4")
  }
}

/// The folder of the whole source tree.
let sourceFolder: String = {
  // .../Tests/CUDNNEngineTests/KernelTests.swift
  let parts = #filePath.split(separator: "/").dropLast(3)
  return "/" + parts.joined(separator: "/")
}()
