/// Computes operators whose inputs are all known: the arithmetic of shapes, and of weights that an
/// exporter turns or scales on the way to the operator that uses them.
///
/// Each operator is as its specification says; what a result may take is bounded before it is made,
/// since a few bytes of a file can ask for any size.
struct Folding {
  /// Numbers that all results together may still have.
  var budget: Int

  let opset: Int

  /// What `node` computes of `inputs`, where `nil` is an input left out; `nil` where the operator is
  /// not one that is folded.
  mutating func fold(
    _ node: ONNXNode, _ inputs: [Constant?]
  ) throws(ONNXModelError) -> [Constant]? {
    let given = inputs.compactMap(\.self)
    let result: [Constant]?
    switch node.kind {
    case "Identity", "Dropout": result = given.first.map { [$0] }
    case "Add", "Sub", "Mul", "Div", "Mod", "Pow", "Min", "Max", "Equal", "Less", "Greater",
      "LessOrEqual", "GreaterOrEqual", "And", "Or":
      result = try arithmetic(node, given).map { [$0] }
    case "Neg", "Abs", "Floor", "Ceil", "Round", "Sqrt", "Reciprocal", "Not", "Relu", "Exp":
      result = try given.first.flatMap { value throws(ONNXModelError) in try unary(node, value) }
        .map { [$0] }
    case "Cast":
      result = given.first.flatMap { cast($0, to: node.attributes["to"]?.integer) }.map { [$0] }
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
      guard let value = given.first,
        let extents = reshaped(node, value.extents, inputs.dropFirst().first ?? nil),
        product(extents) == value.count
      else { return nil }
      result = [Constant(extents, value.values)]
    case "Shape":
      result = given.first.flatMap { shapeResult(node, $0.extents) }.map { [$0] }
    case "Size": result = given.first.map { [Constant(scalar: $0.count)] }
    case "Transpose":
      result = try given.first.flatMap { value throws(ONNXModelError) in try transpose(node, value)
      }.map { [$0] }
    case "Gather": result = try gather(node, given).map { [$0] }
    case "Concat": result = try concatenation(node, given).map { [$0] }
    case "Slice": result = try slice(node, inputs).map { [$0] }
    case "Split": result = try split(node, inputs)
    case "Expand", "Tile", "ConstantOfShape", "Range", "Where":
      result = try generate(node, given).map { [$0] }
    case "ReduceProd", "ReduceSum", "ReduceMin", "ReduceMax":
      result = reduce(node, inputs).map { [$0] }
    default: return nil
    }
    guard let result else { throw .cannotFold(node: node.title, kind: node.kind) }
    return result
  }

  /// Takes `count` numbers off the budget, before they are made.
  mutating func spend(_ count: Int?, _ node: ONNXNode) throws(ONNXModelError) {
    guard let count, count <= budget else { throw .tooLarge(node: node.title) }
    budget -= count
  }

  // MARK: Numbers

  private mutating func arithmetic(
    _ node: ONNXNode, _ inputs: [Constant]
  ) throws(ONNXModelError) -> Constant? {
    guard var result = inputs.first else { return nil }
    for other in inputs.dropFirst() {
      guard let extents = broadcast(result.extents, other.extents) else { return nil }
      try spend(product(extents), node)
      let (a, b) = (result.expanded(to: extents), other.expanded(to: extents))
      if case .integers(let a) = a.values, case .integers(let b) = b.values {
        var values: [Int] = []
        for (x, y) in zip(a, b) {
          guard let value = whole(node, x, y) else { return nil }
          values.append(value)
        }
        result = Constant(extents, .integers(values))
      } else {
        let values = zip(a.floats, b.floats).map { fraction(node.kind, $0, $1) }
        result = Constant(extents, .floats(values))
      }
    }
    let comparisons = ["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And", "Or"]
    if comparisons.contains(node.kind), let truths = result.integers {
      result.values = .integers(truths)
    }
    return result
  }

  private func whole(_ node: ONNXNode, _ a: Int, _ b: Int) -> Int? {
    func checked(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
      result.overflow ? nil : result.partialValue
    }
    switch node.kind {
    case "Add": return checked(a.addingReportingOverflow(b))
    case "Sub": return checked(a.subtractingReportingOverflow(b))
    case "Mul": return checked(a.multipliedReportingOverflow(by: b))
    case "Div": return b == 0 ? nil : checked(a.dividedReportingOverflow(by: b))
    case "Mod":
      guard b != 0, let rest = checked(a.remainderReportingOverflow(dividingBy: b)) else {
        return nil
      }
      // The sign is the divisor's, unless asked for C's.
      guard node.attributes["fmod"]?.integer != 1, rest != 0, (rest < 0) != (b < 0) else {
        return rest
      }
      return checked(rest.addingReportingOverflow(b))
    case "Pow":
      guard (0...62).contains(b) else { return nil }
      var power = 1
      for _ in 0..<b {
        let (next, overflow) = power.multipliedReportingOverflow(by: a)
        guard !overflow else { return nil }
        power = next
      }
      return power
    case "Min": return min(a, b)
    case "Max": return max(a, b)
    case "Equal": return a == b ? 1 : 0
    case "Less": return a < b ? 1 : 0
    case "Greater": return a > b ? 1 : 0
    case "LessOrEqual": return a <= b ? 1 : 0
    case "GreaterOrEqual": return a >= b ? 1 : 0
    case "And": return a != 0 && b != 0 ? 1 : 0
    default: return a != 0 || b != 0 ? 1 : 0
    }
  }

  private func fraction(_ kind: String, _ a: Float, _ b: Float) -> Float {
    switch kind {
    case "Add": a + b
    case "Sub": a - b
    case "Mul": a * b
    case "Div": a / b
    case "Mod": a.truncatingRemainder(dividingBy: b)
    case "Pow": power(a, b)
    case "Min": min(a, b)
    case "Max": max(a, b)
    case "Equal": a == b ? 1 : 0
    case "Less": a < b ? 1 : 0
    case "Greater": a > b ? 1 : 0
    case "LessOrEqual": a <= b ? 1 : 0
    case "GreaterOrEqual": a >= b ? 1 : 0
    case "And": a != 0 && b != 0 ? 1 : 0
    default: a != 0 || b != 0 ? 1 : 0
    }
  }

  /// Powers that weights are raised to: small whole ones, and the square root.
  private func power(_ a: Float, _ b: Float) -> Float {
    if b == 0.5 { return a.squareRoot() }
    if b == -0.5 { return 1 / a.squareRoot() }
    guard b == b.rounded(), abs(b) <= 16 else { return .nan }
    var result: Float = 1
    for _ in 0..<Int(abs(b)) { result *= a }
    return b < 0 ? 1 / result : result
  }

  private mutating func unary(_ node: ONNXNode, _ value: Constant) throws(ONNXModelError)
    -> Constant?
  {
    try spend(value.count, node)
    switch (node.kind, value.values) {
    case ("Neg", .integers(let list)):
      return Constant(value.extents, .integers(list.map { 0 &- $0 }))
    case ("Abs", .integers(let list)):
      return Constant(value.extents, .integers(list.map { $0 < 0 ? 0 &- $0 : $0 }))
    case ("Not", .integers(let list)):
      return Constant(value.extents, .integers(list.map { $0 == 0 ? 1 : 0 }))
    case (_, .integers): return nil
    case (let kind, .floats(let list)):
      let function: ((Float) -> Float)? =
        switch kind {
        case "Neg": { -$0 }
        case "Abs": { abs($0) }
        case "Floor": { $0.rounded(.down) }
        case "Ceil": { $0.rounded(.up) }
        case "Round": { $0.rounded(.toNearestOrEven) }
        case "Sqrt": { $0.squareRoot() }
        case "Reciprocal": { 1 / $0 }
        case "Relu": { max($0, 0) }
        default: nil
        }
      return function.map { Constant(value.extents, .floats(list.map($0))) }
    }
  }

  private func cast(_ value: Constant, to type: Int?) -> Constant? {
    guard let element = type.flatMap(ONNXTensor.Element.init(rawValue:)) else { return nil }
    if element.isFloat { return Constant(value.extents, .floats(value.floats)) }
    guard let integers = value.integers else { return nil }
    return Constant(
      value.extents, .integers(element == .bool ? integers.map { $0 == 0 ? 0 : 1 } : integers))
  }

  private func reduce(_ node: ONNXNode, _ inputs: [Constant?]) -> Constant? {
    // Only lists of whole numbers are summed up or multiplied on the way to a shape.
    guard let value = inputs.first ?? nil, value.extents.count == 1, let list = value.integers
    else {
      return nil
    }
    var result = node.kind == "ReduceProd" ? 1 : node.kind == "ReduceSum" ? 0 : list.first ?? 0
    for item in list {
      switch node.kind {
      case "ReduceProd":
        let (product, overflow) = result.multipliedReportingOverflow(by: item)
        guard !overflow else { return nil }
        result = product
      case "ReduceSum":
        let (sum, overflow) = result.addingReportingOverflow(item)
        guard !overflow else { return nil }
        result = sum
      case "ReduceMin": result = min(result, item)
      default: result = max(result, item)
      }
    }
    let keeps = node.attributes["keepdims"]?.integer ?? 1
    let values: Constant.Values = value.isFloat ? .floats([Float(result)]) : .integers([result])
    return Constant(keeps != 0 ? [1] : [], values)
  }
}
