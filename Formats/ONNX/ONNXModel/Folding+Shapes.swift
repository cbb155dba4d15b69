/// Operators that move numbers about, or say how they lie.
extension Folding {
  /// The extents that a `Shape` node makes of `extents`.
  func shapeResult(_ node: ONNXNode, _ extents: [Int]) -> Constant? {
    func place(_ value: Int) -> Int {
      let (sum, overflow) = value.addingReportingOverflow(value < 0 ? extents.count : 0)
      return overflow ? 0 : min(max(sum, 0), extents.count)
    }
    let start = place(node.attributes["start"]?.integer ?? 0)
    let end = node.attributes["end"].map { place($0.integer) } ?? extents.count
    return Constant(Array(extents[start..<max(start, end)]))
  }

  /// The extents that Reshape, Flatten, Squeeze or Unsqueeze gives a value of `extents`; `second` is
  /// the node's second input.
  func reshaped(_ node: ONNXNode, _ extents: [Int], _ second: Constant?) -> [Int]? {
    switch node.kind {
    case "Reshape":
      guard var wanted = second?.integers ?? node.attributes["shape"]?.integers, wanted.count <= 64
      else { return nil }
      let allowsZero = node.attributes["allowzero"]?.integer == 1
      for (axis, extent) in wanted.enumerated() where extent == 0 && !allowsZero {
        guard axis < extents.count else { return nil }
        wanted[axis] = extents[axis]
      }
      guard let open = wanted.firstIndex(of: -1) else { return wanted }
      wanted[open] = 1
      guard let all = product(extents, limit: .max), let rest = product(wanted, limit: .max),
        rest > 0, all % rest == 0
      else { return nil }
      wanted[open] = all / rest
      return wanted
    case "Flatten":
      guard
        let axis = normalised(
          node.attributes["axis"]?.integer ?? 1, extents.count + 1, extents.count),
        let before = product(extents[..<axis], limit: .max),
        let after = product(extents[axis...], limit: .max)
      else { return nil }
      return [before, after]
    case "Squeeze":
      guard let axes = second?.integers ?? node.attributes["axes"]?.integers else {
        return extents.filter { $0 != 1 }
      }
      var gone: Set<Int> = []
      for axis in axes {
        guard let axis = normalised(axis, extents.count, extents.count), extents[axis] == 1 else {
          return nil
        }
        gone.insert(axis)
      }
      return extents.indices.filter { !gone.contains($0) }.map { extents[$0] }
    default:
      guard let axes = second?.integers ?? node.attributes["axes"]?.integers, axes.count <= 64
      else { return nil }
      let rank = extents.count + axes.count
      var added: Set<Int> = []
      for axis in axes {
        guard let axis = normalised(axis, rank, rank), added.insert(axis).inserted else {
          return nil
        }
      }
      var rest = extents[...]
      return (0..<rank).map { added.contains($0) ? 1 : rest.popFirst() ?? 1 }
    }
  }

  /// An axis counted from the front, which may have been counted from the end; below `limit`.
  func normalised(_ axis: Int, _ limit: Int, _ rank: Int) -> Int? {
    let (sum, overflow) = axis.addingReportingOverflow(axis < 0 ? rank : 0)
    return !overflow && (0..<limit).contains(sum) ? sum : nil
  }

  mutating func transpose(_ node: ONNXNode, _ value: Constant) throws(ONNXModelError) -> Constant? {
    let rank = value.extents.count
    let order = node.attributes["perm"]?.integers ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank) else { return nil }
    try spend(value.count, node)
    let steps = strides(value.extents)
    let extents = order.map { value.extents[$0] }
    return value.taking(Self.places(extents, order.map { steps[$0] }), extents)
  }

  /// The places of an array's numbers in C order of `extents`, where neighbours along each axis are
  /// `steps` apart.
  static func places(_ extents: [Int], _ steps: [Int], from start: Int = 0) -> [Int] {
    var result = [start]
    for (extent, step) in zip(extents, steps) {
      result = result.flatMap { first in (0..<extent).map { first + $0 * step } }
    }
    return result
  }

  mutating func gather(_ node: ONNXNode, _ inputs: [Constant]) throws(ONNXModelError) -> Constant? {
    guard inputs.count == 2, let indices = inputs[1].integers else { return nil }
    let value = inputs[0]
    guard
      let axis = normalised(
        node.attributes["axis"]?.integer ?? 0, value.extents.count, value.extents.count)
    else { return nil }
    let before = Array(value.extents[..<axis])
    let after = Array(value.extents[(axis + 1)...])
    var chosen: [Int] = []
    for index in indices {
      guard let index = normalised(index, value.extents[axis], value.extents[axis]) else {
        return nil
      }
      chosen.append(index)
    }
    let extents = before + inputs[1].extents + after
    try spend(product(extents), node)
    guard let outer = product(before), let inner = product(after) else { return nil }
    var places: [Int] = []
    for o in 0..<outer {
      for index in chosen {
        let first = (o * value.extents[axis] + index) * inner
        places += first..<(first + inner)
      }
    }
    return value.taking(places, extents)
  }

  mutating func concatenation(
    _ node: ONNXNode, _ inputs: [Constant]
  ) throws(ONNXModelError) -> Constant? {
    guard let first = inputs.first,
      let axis = normalised(
        node.attributes["axis"]?.integer ?? 0, first.extents.count, first.extents.count)
    else { return nil }
    var extents = first.extents
    extents[axis] = 0
    for input in inputs {
      guard input.extents.count == extents.count else { return nil }
      for other in extents.indices where other != axis && input.extents[other] != extents[other] {
        return nil
      }
      let (sum, overflow) = extents[axis].addingReportingOverflow(input.extents[axis])
      guard !overflow else { return nil }
      extents[axis] = sum
    }
    try spend(product(extents), node)
    guard let outer = product(extents[..<axis]), let inner = product(extents[(axis + 1)...]) else {
      return nil
    }
    func joined<Number>(_ lists: [[Number]]) -> [Number] {
      var result: [Number] = []
      for o in 0..<outer {
        for (list, input) in zip(lists, inputs) {
          let width = input.extents[axis] * inner
          result += list[(o * width)..<((o + 1) * width)]
        }
      }
      return result
    }
    if inputs.contains(where: \.isFloat) {
      return Constant(extents, .floats(joined(inputs.map(\.floats))))
    }
    return Constant(extents, .integers(joined(inputs.compactMap(\.integers))))
  }

  mutating func slice(_ node: ONNXNode, _ inputs: [Constant?]) throws(ONNXModelError) -> Constant? {
    guard let value = inputs.first ?? nil,
      let ranges = SliceRanges(node, inputs.map { $0 }, extents: value.extents)
    else { return nil }
    var start = 0
    var extents: [Int] = []
    var steps: [Int] = []
    for (range, step) in zip(ranges.axes, strides(value.extents)) {
      start += range.start * step
      extents.append(range.count)
      steps.append(range.step * step)
    }
    try spend(product(extents), node)
    return value.taking(Self.places(extents, steps, from: start), extents)
  }

  /// A list cut into several.
  mutating func split(_ node: ONNXNode, _ inputs: [Constant?]) throws(ONNXModelError) -> [Constant]?
  {
    guard let value = inputs.first ?? nil, value.extents.count == 1 else { return nil }
    try spend(value.count, node)
    let parts = node.outputs.count
    var sizes = (inputs.count > 1 ? inputs[1]?.integers : nil) ?? node.attributes["split"]?.integers
    if sizes == nil, parts > 0, value.count % parts == 0 {
      sizes = [Int](repeating: value.count / parts, count: parts)
    }
    guard let sizes, sizes.count == parts else { return nil }
    var result: [Constant] = []
    var first = 0
    for size in sizes {
      guard size >= 0, size <= value.count - first else { return nil }
      result.append(value.taking(first..<(first + size), [size]))
      first += size
    }
    return first == value.count ? result : nil
  }

  mutating func generate(_ node: ONNXNode, _ inputs: [Constant]) throws(ONNXModelError) -> Constant?
  {
    switch (node.kind, inputs.count) {
    case ("ConstantOfShape", 1):
      guard let extents = inputs[0].integers else { return nil }
      try spend(product(extents), node)
      let count = product(extents) ?? 0
      guard let tensor = node.attributes["value"]?.tensor else {
        return Constant(extents, .floats([Float](repeating: 0, count: count)))
      }
      let value = try Constant(tensor, node: node.title) { tensor throws(ONNXModelError) in
        throw .externalConstant(tensor: tensor.name)
      }
      guard value.count == 1 else { return nil }
      return value.taking(repeatElement(0, count: count), extents)
    case ("Expand", 2):
      guard let shape = inputs[1].integers, shape.allSatisfy({ $0 >= 0 }),
        let extents = broadcast(inputs[0].extents, shape)
      else { return nil }
      try spend(product(extents), node)
      return inputs[0].expanded(to: extents)
    case ("Tile", 2):
      guard let times = inputs[1].integers, times.count == inputs[0].extents.count,
        times.count == 1, let first = inputs[0].extents.first, times[0] >= 0
      else { return nil }
      let (count, overflow) = first.multipliedReportingOverflow(by: times[0])
      try spend(overflow ? nil : product([count]), node)
      return inputs[0].taking((0..<count).map { $0 % max(first, 1) }, [count])
    case ("Range", 3):
      guard let start = inputs[0].scalar, let limit = inputs[1].scalar, let step = inputs[2].scalar,
        step != 0, !inputs[0].isFloat
      else { return nil }
      let (distance, overflow) = limit.subtractingReportingOverflow(start)
      guard !overflow, step != -1 || distance != .min else { return nil }
      let count = max(
        0, distance / step + (distance % step != 0 && (distance < 0) == (step < 0) ? 1 : 0))
      try spend(product([count]), node)
      return Constant((0..<count).map { start + $0 * step })
    case ("Where", 3):
      guard let partial = broadcast(inputs[0].extents, inputs[1].extents),
        let extents = broadcast(partial, inputs[2].extents)
      else { return nil }
      try spend(product(extents), node)
      guard let choice = inputs[0].expanded(to: extents).integers else { return nil }
      let (a, b) = (inputs[1].expanded(to: extents), inputs[2].expanded(to: extents))
      if case .integers(let a) = a.values, case .integers(let b) = b.values {
        return Constant(extents, .integers(choice.indices.map { choice[$0] != 0 ? a[$0] : b[$0] }))
      }
      let (x, y) = (a.floats, b.floats)
      return Constant(extents, .floats(choice.indices.map { choice[$0] != 0 ? x[$0] : y[$0] }))
    default: return nil
    }
  }

  /// The extents to which both values are repeated, as numpy does; `nil` where they do not fit.
  func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    var result: [Int] = []
    for axis in 0..<rank {
      let x = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
      let y = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
      guard x == y || x == 1 || y == 1 else { return nil }
      result.append(x == 1 ? y : x)
    }
    return result
  }
}

extension Constant {
  /// The numbers repeated along axes of extent 1, or new ones in front; `extents` must fit.
  func expanded(to extents: [Int]) -> Constant {
    guard extents != self.extents else { return self }
    let own = [Int](repeating: 1, count: extents.count - self.extents.count) + self.extents
    let steps = zip(own, strides(own)).map { $0 == 1 ? 0 : $1 }
    return taking(Folding.places(extents, steps), extents)
  }
}

/// What a `Slice` node takes along each axis of a value.
struct SliceRanges {
  /// Along one axis: the first, how many, and how far apart.
  struct Along: Hashable {
    var start: Int
    var count: Int
    var step: Int
  }

  var axes: [Along]

  /// Of the node's inputs, or attributes in opset 9; `nil` where they make no sense.
  init?(_ node: ONNXNode, _ inputs: [Constant?], extents: [Int]) {
    func list(_ place: Int, _ name: String) -> [Int]? {
      (inputs.count > place ? inputs[place]?.integers : nil) ?? node.attributes[name]?.integers
    }
    guard let starts = list(1, "starts"), let ends = list(2, "ends"), starts.count == ends.count
    else { return nil }
    let axes = list(3, "axes") ?? Array(starts.indices)
    let steps = list(4, "steps") ?? [Int](repeating: 1, count: starts.count)
    guard axes.count == starts.count, steps.count == starts.count else { return nil }
    self.axes = extents.map { Along(start: 0, count: $0, step: 1) }
    for (index, axis) in axes.enumerated() {
      let place = axis < 0 ? axis + extents.count : axis
      guard extents.indices.contains(place),
        let along = Self.along(
          starts[index], ends[index], steps[index], extents[place])
      else { return nil }
      self.axes[place] = along
    }
  }

  private static func along(_ start: Int, _ end: Int, _ step: Int, _ extent: Int) -> Along? {
    guard step != 0, step > .min else { return nil }
    func clamped(_ value: Int, _ range: ClosedRange<Int>) -> Int {
      let counted = value < 0 ? max(value, -extent - 1) + extent : value
      return min(max(counted, range.lowerBound), range.upperBound)
    }
    guard extent > 0 else { return Along(start: 0, count: 0, step: 1) }
    if step > 0 {
      let (first, last) = (clamped(start, 0...extent), clamped(end, 0...extent))
      let count = first < last ? (last - first - 1) / step + 1 : 0
      return Along(start: count > 0 ? first : 0, count: count, step: count > 1 ? step : 1)
    }
    let (first, last) = (clamped(start, 0...(extent - 1)), clamped(end, -1...(extent - 1)))
    let count = first > last ? (first - last - 1) / -step + 1 : 0
    return Along(start: count > 0 ? first : 0, count: count, step: count > 1 ? step : 1)
  }
}
