import ONNXModel

extension FuzzTarget {
  /// Models that are decoded in the tool's own process.
  static let models: [FuzzTarget] = [
    FuzzTarget("onnx", seeds: "Tests/ONNXModelTests/Fixtures/*.onnx", seconds: 600) { bytes in
      _ = try ONNXModelReader().load(bytes)
    }
  ]
}
