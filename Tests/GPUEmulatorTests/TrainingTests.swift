import CUDNNEngine
import EngineCore
import GPUEmulatorControl
import NeuralGraph
import OneDNNEngine
import Testing
import TrainingTesting
import VolumeCore

extension GPUEmulatorTests {
  @Suite(.serialized) struct `Training on the emulated card` {
    let emulator: Emulator

    init() throws { emulator = try Emulator.loaded() }

    static let loss = LossOptions([
      .init(.flatJaccard(epsilon: 1)), .init(.macroJaccard(epsilon: 1), classWeights: [1, 2, 3]),
      .init(.crossEntropy, factor: 0.5, classWeights: [2, 1, 1]), .init(.focal(gamma: 1.5)),
    ])

    /// One step of plain descent: what the weights change by is the gradient.
    private func plan(_ item: TrainingCase) -> TrainingPlan {
      var options = OptimiserOptions(.sgd)
      options.beta1 = 0
      return TrainingPlan(
        graph: item.graph, samples: item.samples, shape: item.shape, loss: Self.loss,
        optimiser: options)
    }

    private var factory: CUDNNTrainingFactory { CUDNNTrainingFactory(emulator.places) }

    private func expectNothingBroken(_ what: Comment) {
      #expect(emulator.violations == [], what)
      #expect(emulator.leak == "", what)
    }

    @Test(arguments: TrainingCase.all.indices)
    func `makes the steps of the reference`(place: Int) throws {
      let item = TrainingCase.all[place]
      let what: Comment = "\(item.testDescription)"
      let cards = [T2S_CARD_4090, T2S_CARD_P4000, T2S_CARD_A100]
      emulator.reset(Emulator.Schedule.each[place % 4], card: cards[place % 3])
      do {
        let plan = plan(item)
        let reference = try ReferenceTrainingFactory().makeEngine(for: plan)
        let engine = try factory.makeEngine(for: plan)
        for number in 0..<2 {
          let (voxels, labels) = try plan.batch(number)
          let wanted = try reference.accumulate(
            voxels: voxels.span, labels: labels.span, weight: 0.5, key: 3)
          let found = try engine.accumulate(
            voxels: voxels.span, labels: labels.span, weight: 0.5, key: 3)
          #expect(abs(wanted.loss - found.loss) < 1e-4, what)
          #expect(wanted.ignored == found.ignored, what)
          let (counted, expected) = (
            found.confusion.reduce(0, +), wanted.confusion.reduce(0, +)
          )
          #expect(counted == expected, what)
        }
        let before = try engine.state.arrays
        let wanted = try reference.step(rate: 1)
        let found = try engine.step(rate: 1)
        #expect(found.notFinite == nil, what)
        #expect(
          abs(found.gradientNorm - wanted.gradientNorm) < 1e-4 * wanted.gradientNorm, what)
        #expect(
          abs(found.largestChange - wanted.largestChange) < 1e-4 * wanted.largestChange, what)
        let (state, other) = (try engine.state, try reference.state)
        #expect(Set(state.arrays.keys) == Set(other.arrays.keys), what)
        for (name, list) in other.arrays {
          let old = try #require(before[name])
          func change(_ list: [Float]) -> [Float] { zip(list, old).map { $0 - $1 } }
          let new = try #require(state.arrays[name])
          let difference = difference(change(new), change(list), atLeast: 1e-3)
          #expect(difference < 1e-4, "\(what), \(name): \(difference)")
        }
        // What was learned is seen in inference mode too.
        let (voxels, labels) = try plan.batch(5)
        let probabilities = try reference.predict(voxels: voxels.span)
        #expect(
          difference(try engine.predict(voxels: voxels.span), probabilities, atLeast: 1) < 1e-4,
          what)
        let judged = try engine.evaluate(voxels: voxels.span, labels: labels.span)
        let right = try reference.evaluate(voxels: voxels.span, labels: labels.span)
        #expect(abs(judged.loss - right.loss) < 1e-4, what)
        for engine in [engine, reference] {
          for number in 0..<2 {
            let voxels = try plan.batch(number).voxels
            try engine.gatherStatistics(voxels: voxels.span)
          }
          try engine.finishStatistics()
        }
        for (name, list) in try reference.state.arrays where name.hasPrefix("weights/") {
          let found = try #require(try engine.state.arrays[name])
          #expect(difference(found, list, atLeast: 1) < 1e-4, "\(what), \(name)")
        }
      }
      expectNothingBroken(what)
    }

    @Test(arguments: [OptimiserOptions.Kind.adam, .adamW, .adaBelief, .sgd])
    func `optimisers make the reference's steps`(kind: OptimiserOptions.Kind) throws {
      emulator.reset(.lazy)
      do {
        var plan = plan(TrainingCase.all[1])
        plan.optimiser = OptimiserOptions(kind)
        plan.optimiser.epsilon = 1e-3
        plan.optimiser.weightDecay = 0.1
        plan.optimiser.largestNorm = 0.05
        plan.optimiser.averaging = 0.9
        let engine = try factory.makeEngine(for: plan)
        let reference = try ReferenceTrainingFactory().makeEngine(for: plan)
        for number in 0..<4 {
          let (voxels, labels) = try plan.batch(number)
          for one in [engine, reference] {
            _ = try one.accumulate(
              voxels: voxels.span, labels: labels.span, weight: 1, key: UInt64(number))
            _ = try one.step(rate: 1e-2)
          }
        }
        for (name, list) in try reference.state.arrays where !name.hasPrefix("moment") {
          let found = try #require(try engine.state.arrays[name])
          #expect(difference(found, list, atLeast: 1) < 1e-4, "\(name)")
        }
      }
      expectNothingBroken("\(kind)")
    }

    /// Ten steps of Adam, as a training makes them.
    private func tenSteps(
      _ factory: any TrainingEngineFactory, _ dimension: UNetOptions.Dimension,
      dropout: Float = 0, samples: Int = 2, isJudged: Bool = false
    ) throws -> TrainingState {
      var options = UNetOptions.modular
      (options.filters, options.depth, options.dropout) = (2, 2, dropout)
      options.dimension = dimension
      let isFlat = dimension == .plane
      var plan = TrainingPlan(
        graph: options.graph(seed: 5), samples: samples,
        shape: Shape3(z: isFlat ? 1 : 4, y: 8, x: isFlat ? 16 : 8), loss: Self.loss)
      plan.optimiser.averaging = 0.9
      plan.optimiser.epsilon = 1e-4
      let engine = try factory.makeEngine(for: plan)
      for number in 0..<10 {
        let (voxels, labels) = try plan.batch(number)
        _ = try engine.accumulate(
          voxels: voxels.span, labels: labels.span, weight: 1, key: UInt64(number))
        _ = try engine.step(rate: 1e-3)
      }
      if isJudged {
        engine.usesAverages = true
        let (voxels, labels) = try plan.batch(20)
        _ = try engine.evaluate(voxels: voxels.span, labels: labels.span)
        try engine.gatherStatistics(voxels: voxels.span)
        try engine.finishStatistics()
        engine.usesAverages = false
      }
      return try engine.state
    }

    @Test(arguments: [UNetOptions.Dimension.plane, .volume])
    func `ten steps lead where the processor's do`(dimension: UNetOptions.Dimension) throws {
      emulator.reset(.random(seed: 4))
      let wanted = try tenSteps(OneDNNTrainingFactory(), dimension)
      let found = try tenSteps(factory, dimension)
      #expect(found.steps == wanted.steps)
      for (name, list) in wanted.arrays where name.hasPrefix("weights/") {
        let other = try #require(found.arrays[name])
        #expect(difference(other, list, atLeast: 1) < 1e-4, "\(name)")
      }
      expectNothingBroken("\(dimension)")
    }

    @Test func `equal seeds give equal weights, whatever the schedule`() throws {
      var states: [TrainingState] = []
      for schedule in Emulator.Schedule.each {
        emulator.reset(schedule)
        states.append(try tenSteps(factory, .plane, dropout: 0.1))
        expectNothingBroken("\(schedule)")
      }
      for state in states.dropFirst() { #expect(state == states[0]) }
    }

    /// One sum for each batch norm, the loss and the gradients, whoever computes which crop.
    @Test(arguments: [2, 3], [UNetOptions.Dimension.plane, .volume])
    func `several cards train as one with the whole batch`(
      cards: Int, dimension: UNetOptions.Dimension
    ) throws {
      emulator.reset(.lazy, cards: cards)
      let found = try tenSteps(factory, dimension, dropout: 0.1, samples: 5, isJudged: true)
      expectNothingBroken("\(cards) cards")
      for card in 0..<cards { #expect(emulator.table.peak(Int32(card)) > 0) }
      emulator.reset(.eager)
      let wanted = try tenSteps(factory, dimension, dropout: 0.1, samples: 5, isJudged: true)
      #expect(found.steps == wanted.steps)
      for (name, list) in wanted.arrays where !name.hasPrefix("moment") {
        let other = try #require(found.arrays[name])
        #expect(difference(other, list, atLeast: 1) < 1e-5, "\(name)")
      }
      // And the same bits again.
      emulator.reset(.random(seed: 9), cards: cards)
      let again = try tenSteps(factory, dimension, dropout: 0.1, samples: 5, isJudged: true)
      #expect(again == found)
      expectNothingBroken("\(cards) cards again")
    }

    @Test func `predicts and judges with several cards what one does`() throws {
      var results: [([Float], BatchResult)] = []
      for cards in [1, 2] {
        emulator.reset(cards: cards)
        do {
          var plan = plan(TrainingCase.all[0])
          plan.samples = 3
          let engine = try factory.makeEngine(for: plan)
          let (voxels, labels) = try plan.batch(3)
          results.append(
            (
              try engine.predict(voxels: voxels.span),
              try engine.evaluate(voxels: voxels.span, labels: labels.span)
            ))
        }
        expectNothingBroken("\(cards) cards")
      }
      #expect(results[0].0 == results[1].0)
      #expect(results[0].1.confusion == results[1].1.confusion)
      #expect(results[0].1.ignored == results[1].1.ignored)
      #expect(abs(results[0].1.loss - results[1].1.loss) < 1e-9)
    }

    @Test func `a card that fails ends the others, and says why`() throws {
      emulator.reset(cards: 2)
      let plan = plan(TrainingCase.all[0])
      let engine = try factory.makeEngine(for: plan)
      let (voxels, labels) = try plan.batch(3)
      emulator.table.arm(60, Int32(T2S_FAULT_STICKY), 700, nil)
      var failures: [EngineError] = []
      for _ in 0..<3 {
        do throws(EngineError) {
          _ = try engine.accumulate(voxels: voxels.span, labels: labels.span, weight: 1, key: 1)
        } catch { failures.append(error) }
      }
      #expect(failures.count >= 2)
      let why = try #require(failures.first).explanation.what
      #expect(!why.contains("another card"), "\(why)")
    }

    @Test func `goes on from a state as if it had not stopped`() throws {
      emulator.reset(.lazy)
      do {
        var options = UNetOptions.modular
        (options.filters, options.depth, options.dropout) = (2, 1, 0.1)
        var plan = TrainingPlan(
          graph: options.graph(seed: 5), samples: 2, shape: Shape3(z: 1, y: 8, x: 16),
          loss: Self.loss)
        plan.optimiser.averaging = 0.9
        func go(_ engine: any TrainingEngine, _ numbers: Range<Int>) throws {
          for number in numbers {
            let (voxels, labels) = try plan.batch(number)
            _ = try engine.accumulate(
              voxels: voxels.span, labels: labels.span, weight: 1, key: UInt64(number))
            _ = try engine.step(rate: 1e-3)
          }
        }
        let whole = try factory.makeEngine(for: plan)
        try go(whole, 0..<4)
        let first = try factory.makeEngine(for: plan)
        try go(first, 0..<2)
        let second = try factory.makeEngine(for: plan)
        try second.restore(first.state)
        try go(second, 2..<4)
        #expect(try second.state == whole.state)
        #expect(try second.averagedGraph == whole.averagedGraph)
        #expect(try whole.averagedGraph != whole.graph)
        let other = TrainingState(steps: 1, arrays: [:])
        #expect(throws: EngineError.self) { try second.restore(other) }
      }
      expectNothingBroken("a resume")
    }

    @Test func `changes nothing where a gradient is not finite`() throws {
      emulator.reset(.eager)
      do {
        let plan = plan(TrainingCase.all[0])
        let engine = try factory.makeEngine(for: plan)
        let before = try engine.state
        var (voxels, labels) = try plan.batch(1)
        voxels[3] = .infinity
        _ = try engine.accumulate(voxels: voxels.span, labels: labels.span, weight: 1, key: 1)
        let result = try engine.step(rate: 1)
        #expect(result.notFinite != nil)
        #expect(try engine.state == before)
        // And goes on.
        (voxels, labels) = try plan.batch(1)
        _ = try engine.accumulate(voxels: voxels.span, labels: labels.span, weight: 1, key: 1)
        #expect(try engine.step(rate: 1).notFinite == nil)
        #expect(try engine.state != before)
      }
      expectNothingBroken("infinities")
    }

    @Test(arguments: TrainingSelfCheck.networks.indices)
    func `passes the card's own check of training`(place: Int) throws {
      emulator.reset(Emulator.Schedule.each[place % 4])
      let (name, graph) = TrainingSelfCheck.networks[place]
      do {
        let session = try GPUSession(emulator.places)
        // Smaller than on a card, where it takes no time.
        let edge = graph.nodes.contains { $0.name.contains("crop") } ? 40 : 16
        let whole = TrainingSelfCheck.shape(graph)
        let shape = place < 2 ? whole : Shape3(z: whole.z, y: edge, x: edge)
        let result = try TrainingSelfCheck(session).network(name, graph, shape: shape)
        #expect(result.difference > 0 && result.difference < TrainingSelfCheck.largestDifference)
        #expect(result.ofWorst < TrainingSelfCheck.largestOfList)
      }
      expectNothingBroken("\(name)")
    }

    /// One was met on a card: the library's second choice is taken, and the training is right.
    @Test func `passes over an engine that computes wrongly`() throws {
      for wrong in [0, 2] {
        emulator.reset(wrongEngine: wrong)
        do {
          let (name, graph) = TrainingSelfCheck.networks[0]
          let session = try GPUSession(emulator.places)
          let result = try TrainingSelfCheck(session).network(
            name, graph, shape: Shape3(z: 1, y: 16, x: 16))
          #expect(result.faults.isEmpty == (wrong == 0))
          #expect(result.faults.allSatisfy { $0.contains("engine 2 gives") })
          let ofStrides = result.convolutions.filter {
            $0.geometry.pass == .weights && $0.geometry.stride.x == 2
          }
          #expect(!ofStrides.isEmpty)
          #expect(ofStrides.allSatisfy { ($0.engine.index == 0) == (wrong == 2) })
        }
        expectNothingBroken("engine \(wrong)")
      }
    }

    @Test func `a batch that does not fit the card is refused before it is begun`() throws {
      emulator.reset(capacity: 600 << 20)
      var plan = plan(TrainingCase.all[0])
      plan.shape = Shape3(z: 1, y: 1024, x: 1024)
      let shortage = try #require(try factory.deviceShortage(for: plan))
      #expect(shortage.what.contains("MiB are needed"))
      #expect(throws: EngineError.self) { _ = try factory.makeEngine(for: plan) }
    }
  }
}
