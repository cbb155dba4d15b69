import CCUDNN
import EngineCore
import VolumeCore

extension ConvolutionPlanner {
  /// The graph of `geometry`'s pass with `epilogue`; `parts` must live as long as what is made of it.
  func operationGraph(
    _ geometry: ConvolutionGeometry, _ epilogue: ConvolutionGeometry.Epilogue,
    _ parts: inout [BackendDescriptor]
  ) throws(GPUError) -> BackendDescriptor {
    precondition(
      geometry.pass == .forward || epilogue == .none, "what comes after is part of the way forward")
    let number = geometry.format.precision == .f16 ? T2S_CUDNN_DATA_HALF : T2S_CUDNN_DATA_FLOAT
    let input = geometry.tensor(geometry.input, geometry.inputs)
    let output = geometry.tensor(geometry.output, geometry.outputs)
    let x = try tensor(TensorNumber.input, number, input, &parts)
    // The weights' gradient in the format's numbers, too: cuDNN 9.10.2 makes none in single precision of
    // halves on any card.
    let w = try tensor(TensorNumber.weights, number, geometry.weights, &parts)
    let y = try tensor(TensorNumber.output, number, output, &parts)
    // What comes after the convolution, in order: each takes the value before it.
    var later: [(other: BackendDescriptor?, relu: Bool)] = []
    if epilogue.adds {
      later.append((try tensor(TensorNumber.added, number, output, &parts), false))
    }
    if epilogue.hasBias {
      let offsets = try tensor(TensorNumber.bias, number, geometry.offsets, &parts)
      later.append((offsets, false))
    }
    if epilogue.relu { later.append((nil, true)) }
    func result(_ place: Int) throws(GPUError) -> BackendDescriptor {
      guard place < later.count else { return y }
      return try tensor(
        TensorNumber.virtual + place, T2S_CUDNN_DATA_FLOAT, output, isVirtual: true, &parts)
    }

    let convolution = try convolution(geometry)
    var value = try result(0)
    let first = try operation(geometry.pass, convolution, x: x, w: w, y: value)
    var operations = [first]
    for (place, step) in later.enumerated() {
      let next = try result(place + 1)
      operations.append(try pointwise(value, step.other, relu: step.relu, to: next, &parts))
      value = next
    }
    parts += [convolution] + operations

    let graph = try descriptor(T2S_CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)
    try graph.set(T2S_CUDNN_ATTR_OPERATIONGRAPH_OPS, operations)
    if case .card(let handle) = target {
      try unsafe graph.set(
        T2S_CUDNN_ATTR_OPERATIONGRAPH_HANDLE, T2S_CUDNN_TYPE_HANDLE, [handle.handle])
    }
    try graph.finalise()
    return graph
  }

  /// The convolution itself, whichever way it is gone.
  private func convolution(_ geometry: ConvolutionGeometry) throws(GPUError) -> BackendDescriptor {
    let dimensions = geometry.axes(geometry.kernel).count
    let convolution = try descriptor(T2S_CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR)
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_COMP_TYPE, T2S_CUDNN_TYPE_DATA_TYPE, choice: T2S_CUDNN_DATA_FLOAT)
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_CONV_MODE, T2S_CUDNN_TYPE_CONVOLUTION_MODE,
      choice: T2S_CUDNN_CROSS_CORRELATION)
    try convolution.set(T2S_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, numbers: [dimensions])
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_DILATIONS, numbers: Array(repeating: 1, count: dimensions))
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, numbers: geometry.axes(geometry.stride))
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, numbers: geometry.axes(geometry.padding.before))
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, numbers: geometry.axes(geometry.padding.after))
    try convolution.finalise()
    return convolution
  }

  /// The pass as an operation. Nothing is added to what it writes (beta is zero), so that its memory
  /// need not have been written before.
  func operation(
    _ pass: ConvolutionGeometry.Pass, _ convolution: BackendDescriptor, x: BackendDescriptor,
    w: BackendDescriptor?, y: BackendDescriptor
  ) throws(GPUError) -> BackendDescriptor {
    let names = OperationNames(pass)
    let operation = try descriptor(names.operation)
    try operation.set(names.convolution, [convolution])
    try operation.set(names.input, [x])
    if let w { try operation.set(names.weights, [w]) }
    try operation.set(names.output, [y])
    try operation.set(names.alpha, T2S_CUDNN_TYPE_FLOAT, [Float(1)])
    try operation.set(names.beta, T2S_CUDNN_TYPE_FLOAT, [Float(0)])
    try operation.finalise()
    return operation
  }

  private func pointwise(
    _ value: BackendDescriptor, _ other: BackendDescriptor?, relu: Bool, to: BackendDescriptor,
    _ parts: inout [BackendDescriptor]
  ) throws(GPUError) -> BackendDescriptor {
    let mode = try descriptor(T2S_CUDNN_BACKEND_POINTWISE_DESCRIPTOR)
    try mode.set(
      T2S_CUDNN_ATTR_POINTWISE_MODE, T2S_CUDNN_TYPE_POINTWISE_MODE,
      choice: relu ? T2S_CUDNN_POINTWISE_RELU_FWD : T2S_CUDNN_POINTWISE_ADD)
    try mode.set(
      T2S_CUDNN_ATTR_POINTWISE_MATH_PREC, T2S_CUDNN_TYPE_DATA_TYPE, choice: T2S_CUDNN_DATA_FLOAT)
    try mode.finalise()
    let operation = try descriptor(T2S_CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR)
    try operation.set(T2S_CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, [mode])
    try operation.set(T2S_CUDNN_ATTR_OPERATION_POINTWISE_XDESC, [value])
    if let other { try operation.set(T2S_CUDNN_ATTR_OPERATION_POINTWISE_BDESC, [other]) }
    try operation.set(T2S_CUDNN_ATTR_OPERATION_POINTWISE_YDESC, [to])
    try operation.finalise()
    parts.append(mode)
    return operation
  }

  private func tensor(
    _ number: Int, _ type: Int, _ layout: (dimensions: [Int], strides: [Int]),
    isVirtual: Bool = false, _ parts: inout [BackendDescriptor]
  ) throws(GPUError) -> BackendDescriptor {
    let tensor = try descriptor(T2S_CUDNN_BACKEND_TENSOR_DESCRIPTOR)
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_DATA_TYPE, T2S_CUDNN_TYPE_DATA_TYPE, choice: type)
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_DIMENSIONS, numbers: layout.dimensions)
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_STRIDES, numbers: layout.strides)
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_UNIQUE_ID, numbers: [number])
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, numbers: [16])
    if isVirtual {
      try tensor.set(T2S_CUDNN_ATTR_TENSOR_IS_VIRTUAL, T2S_CUDNN_TYPE_BOOLEAN, [true])
    }
    try tensor.finalise()
    parts.append(tensor)
    return tensor
  }
}

/// cuDNN's numbers for a pass of a convolution and its attributes.
private struct OperationNames {
  let operation, convolution, input, weights, output, alpha, beta: Int

  init(_ pass: ConvolutionGeometry.Pass) {
    switch pass {
    case .forward:
      operation = T2S_CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR
      convolution = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC
      input = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X
      weights = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W
      output = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y
      alpha = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA
      beta = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA
    case .data:
      operation = T2S_CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR
      convolution = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC
      input = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX
      weights = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W
      output = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY
      alpha = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA
      beta = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA
    case .weights:
      operation = T2S_CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR
      convolution = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC
      input = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X
      weights = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW
      output = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY
      alpha = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA
      beta = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA
    }
  }
}
