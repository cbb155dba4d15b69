import NeuralGraph
import VolumeCore

/// All lists of numbers of a training, with their names: what a state is made of.
package struct TrainingStore<Scalar: TrainingScalar> {
  package let table: ParameterTable
  package let options: OptimiserOptions
  package var weights: [[Scalar]]
  package var first: [[Scalar]]
  package var second: [[Scalar]]
  /// Empty where nothing is averaged.
  package var averages: [[Scalar]]
  package var steps = 0

  package init(_ table: ParameterTable, _ options: OptimiserOptions) {
    self.table = table
    self.options = options
    weights = table.initial.map { list in list.map { Scalar($0) } }
    let zeros = table.entries.map { entry in
      [Scalar](repeating: 0, count: entry.isLearned ? entry.count : 0)
    }
    first = zeros
    second = options.hasSecondMoment ? zeros : zeros.map { _ in [] }
    averages = options.averaging == nil ? [] : weights
  }

  /// What the lists of entry `number` are called.
  private func names(_ number: Int) -> [(String, WritableKeyPath<TrainingStore, [[Scalar]]>)] {
    let entry = table.entries[number]
    var result: [(String, WritableKeyPath<TrainingStore, [[Scalar]]>)] = []
    result.append(("weights/\(entry.name)", \.weights))
    if entry.isLearned { result.append(("moment1/\(entry.name)", \.first)) }
    if entry.isLearned, options.hasSecondMoment {
      result.append(("moment2/\(entry.name)", \.second))
    }
    if options.averaging != nil { result.append(("average/\(entry.name)", \.averages)) }
    return result
  }

  /// Everything, by name.
  package var state: TrainingState {
    var arrays: [String: [Float]] = [:]
    for number in table.entries.indices {
      for (name, path) in names(number) {
        arrays[name] = self[keyPath: path][number].map { Float($0) }
      }
    }
    return TrainingState(steps: steps, arrays: arrays)
  }

  /// Takes everything from `state`; nothing is changed where a list is missing or has another length.
  package mutating func restore(_ state: TrainingState, engine: String) throws(EngineError) {
    var new = self
    var known = 0
    for (number, entry) in table.entries.enumerated() {
      for (name, path) in names(number) {
        guard let list = state.arrays[name] else {
          throw .stateDisagrees(engine: engine, array: name, wanted: entry.count, found: nil)
        }
        guard list.count == entry.count else {
          throw .stateDisagrees(
            engine: engine, array: name, wanted: entry.count, found: list.count)
        }
        new[keyPath: path][number] = list.map { Scalar($0) }
        known += 1
      }
    }
    guard known == state.arrays.count else {
      let names = Set(table.entries.indices.flatMap { self.names($0).map(\.0) })
      let other = state.arrays.keys.filter { !names.contains($0) }.min() ?? ""
      throw .stateDisagrees(
        engine: engine, array: other, wanted: nil, found: state.arrays[other]?.count)
    }
    new.steps = state.steps
    self = new
  }
}
