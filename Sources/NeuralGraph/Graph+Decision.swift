import VolumeCore

extension Graph {
  /// This network with its outputs changed so that the highest one belongs to the class whose
  /// probability is the highest after it was multiplied by its factor.
  ///
  /// What comes out is no probability any more. Scores before a softmax get the factor's logarithm as a
  /// bias; probabilities are multiplied.
  ///
  /// - Parameter givesProbabilities: whether the result is probabilities though no softmax is its last
  ///   layer, as a mean of several looks is.
  public func decided(by factors: [Float], givesProbabilities: Bool) -> Graph {
    precondition(factors.count == classCount && factors.allSatisfy { $0 > 0 && $0.isFinite })
    guard factors.contains(where: { $0 != 1 }) else { return self }
    let zeros = [Float](repeating: 0, count: factors.count)
    let ones = [Float](repeating: 1, count: factors.count)
    var result = self
    if givesProbabilities {
      let factor = BatchNormalisation(
        scale: factors, shift: zeros, mean: zeros, variance: ones, epsilon: 0, hasShift: false)
      return result.appending(
        Node(
          name: "decision", operation: .batchNormalisation(factor), inputs: [output]))
    }
    // The scores: what the softmax takes, where there is one.
    var scores = output
    while nodes[scores].operation.isIdentityAtInference || nodes[scores].operation == .softmax {
      scores = nodes[scores].inputs[0]
    }
    let logarithms = factors.map { naturalLogarithm($0) }
    if case .convolution(var layer) = nodes[scores].operation,
      nodes.filter({ $0.inputs.contains(scores) }).count <= 1
    {
      for kind in factors.indices { layer.bias[kind] += logarithms[kind] }
      layer.hasBias = true
      result.nodes[scores].operation = .convolution(layer)
      return result
    }
    result.output = scores
    let shift = BatchNormalisation(
      scale: ones, shift: logarithms, mean: zeros, variance: ones, epsilon: 0, hasScale: false)
    return result.appending(
      Node(name: "decision", operation: .batchNormalisation(shift), inputs: [scores]))
  }

  /// This network with one more layer, whose value is the result.
  private func appending(_ node: Node) -> Graph {
    var result = self
    result.nodes.append(node)
    result.output = result.nodes.count - 1
    return result
  }
}

/// The natural logarithm, to the last digit or two of single precision, without a C library: by the
/// series of atanh, once the number is between 1/2 and 1.
private func naturalLogarithm(_ value: Float) -> Float {
  let exponent = Double(value.exponent) + 1
  let y = (Double(value.significand) / 2 - 1) / (Double(value.significand) / 2 + 1)
  var power = y
  var sum = 0.0
  for term in 0..<40 {
    sum += power / Double(2 * term + 1)
    power *= y * y
  }
  return Float(2 * sum + exponent * 0.693147180559945309417)
}
