import EngineCore
import NeuralGraph

/// How the lists of a network lie beside each other in the card's memory: kernels of convolutions in
/// cuDNN's order (coarse channel, fine channel, position), all others as in the model.
///
/// Weights, gradients, moments, averages and pending statistics are arrays of this layout each, so that a step
/// is one call.
package struct ParameterLayout: Sendable {
  package let table: ParameterTable
  /// Where each list begins, in numbers.
  package let offsets: [Int]
  /// Numbers of an array, with the gaps.
  package let count: Int
  /// For a list that is in another order: for each place there its number in the model's list.
  private let orders: [Int: [Int]]

  /// Lists begin at multiples of this many numbers, as cuDNN's pointers and `DeviceMemory` do.
  static let alignment = 64

  /// The layout of `table`, whose convolutions are those of `program`.
  package init(_ table: ParameterTable, _ program: TrainingProgram) {
    self.table = table
    var offsets: [Int] = []
    var count = 0
    for entry in table.entries {
      offsets.append(count)
      count += (entry.count + Self.alignment - 1) / Self.alignment * Self.alignment
    }
    self.offsets = offsets
    self.count = max(count, Self.alignment)
    var orders: [Int: [Int]] = [:]
    for node in program.convolutions where node.spec.groups == 1 {
      orders[node.kernel] = node.spec.listNumbers
    }
    self.orders = orders
  }

  /// The lists as one array.
  package func packed(_ lists: [[Float]]) -> [Float] {
    var array = [Float](repeating: 0, count: count)
    for (number, list) in lists.enumerated() {
      let begin = offsets[number]
      if let order = orders[number] {
        for (place, source) in order.enumerated() { array[begin + place] = list[source] }
      } else {
        for (place, value) in list.enumerated() { array[begin + place] = value }
      }
    }
    return array
  }

  /// The lists of an array.
  package func lists(_ array: [Float]) -> [[Float]] {
    table.entries.enumerated().map { number, entry in
      let begin = offsets[number]
      guard let order = orders[number] else {
        return Array(array[begin..<(begin + entry.count)])
      }
      var list = [Float](repeating: 0, count: entry.count)
      for (place, destination) in order.enumerated() { list[destination] = array[begin + place] }
      return list
    }
  }

  /// What becomes of each number in a step.
  package var kinds: [UInt8] {
    var kinds = [UInt8](repeating: TrainingKernels.Kind.fixed.rawValue, count: count)
    for (number, entry) in table.entries.enumerated() {
      let kind: TrainingKernels.Kind =
        switch entry.role {
        case .mean, .variance: .statistic
        case .kernel: entry.isLearned ? .decays : .fixed
        case .bias, .scale, .shift: entry.isLearned ? .learned : .fixed
        }
      for place in 0..<entry.count { kinds[offsets[number] + place] = kind.rawValue }
    }
    return kinds
  }
}
