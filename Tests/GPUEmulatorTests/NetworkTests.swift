import CUDNNEngine
import EngineCore
import GPUEmulatorControl
import NeuralGraph
import Testing
import VolumeCore

extension GPUEmulatorTests {
  @Suite(.serialized) struct `A network on the emulated card` {
    let emulator: Emulator

    init() throws { emulator = try Emulator.loaded() }

    /// The schedules of a case: all that are asked for, or one that follows from its place.
    private func schedules(_ place: Int) -> [Emulator.Schedule] {
      if NetworkCase.isWhole { return [.lazy, .virtual] + (1...5).map { .random(seed: $0) } }
      return [place % 2 == 0 ? .lazy : .random(seed: UInt64(place))]
    }

    /// Scores of three tiles against the reference's, twice round the slots; nothing is broken.
    private func expectScores(
      _ network: NetworkCase, _ reference: [[Float]], _ precision: Precision, slots: Int,
      _ schedule: Emulator.Schedule, card: Int
    ) throws {
      emulator.reset(schedule, card: card, sums: UInt64(slots))
      let what: Comment = "\(network.name), \(precision), \(schedule)"
      do {
        let found = try network.run(
          CUDNNEngineFactory(emulator.places), network.plan(precision), slots: slots,
          rounds: 2, begun: { emulator.table.steady(1) }, ended: { emulator.table.steady(0) })
        #expect(found.count == 2 * reference.count)
        for (place, bytes) in found.enumerated() {
          let (scores, expected) = (network.floats(bytes), reference[place % reference.count])
          #expect(scores.count == expected.count)
          let differences = zip(scores, expected).map { abs($0 - $1) }
          if precision == .f32 {
            let largest = differences.max() ?? .infinity
            #expect(largest <= SelfCheck.largestOfF32, what)
          } else {
            let mean = differences.reduce(0, +) / Float(differences.count)
            #expect(mean <= SelfCheck.meanOfF16, what)
          }
        }
      }
      #expect(emulator.violations == [], what)
      #expect(emulator.leak == "", what)
    }

    @Test(arguments: NetworkCase.all.indices)
    func `gives the reference's scores`(place: Int) throws {
      let network = NetworkCase.all[place]
      let reference = try network.reference()
      for schedule in schedules(place) {
        // Single precision where it is used: without tensor cores, and with them, where TF32 is at hand.
        if NetworkCase.isWhole || place % 2 == 0 {
          try expectScores(
            network, reference, .f32, slots: 1 + place % 3, schedule,
            card: place % 4 == 0 ? T2S_CARD_P4000 : T2S_CARD_A100)
        }
        if NetworkCase.isWhole || place % 2 == 1 {
          try expectScores(
            network, reference, .f16, slots: 2, schedule, card: T2S_CARD_4090)
        }
      }
    }

    @Test(arguments: NetworkCase.deep)
    func `gives the reference's scores a few layers at a time`(network: NetworkCase) throws {
      for precision in [Precision.f32, .f16] {
        let lowering = try GPULowering(network.graph, output: .scores, precision: precision)
        let format = try NumberFormat(lowering, network.shapes, precision)
        let plans = try network.shapes.map { try CardPlan(lowering, $0, format) }
        #expect(plans.count { $0.isStream } == plans.count)
        #expect(plans[0].byteCount == plans[1].byteCount)
      }
      let reference = try network.reference()
      for schedule in schedules(1) {
        try expectScores(network, reference, .f32, slots: 2, schedule, card: T2S_CARD_P4000)
        try expectScores(network, reference, .f16, slots: 3, schedule, card: T2S_CARD_4090)
      }
    }

    @Test(arguments: NetworkCase.small)
    func `gives the reference's labels, but for ties`(network: NetworkCase) throws {
      let reference = try network.reference()
      let classes = network.graph.classCount
      emulator.reset(.lazy)
      let found = try network.run(
        CUDNNEngineFactory(emulator.places), network.plan(.f32, .labels), slots: 2)
      for (labels, scores) in zip(found, reference) {
        for (voxel, label) in labels.enumerated() {
          let here = scores[(voxel * classes)..<((voxel + 1) * classes)]
          let best = here.max() ?? 0
          // Nearly equal scores may be ordered either way.
          #expect(best - here[voxel * classes + Int(label)] <= 2 * SelfCheck.largestOfF32)
        }
      }
      #expect(emulator.violations == [])
    }

    @Test(arguments: NetworkCase.small + NetworkCase.deep.prefix(1))
    func `gives the same bits with any slots and under any schedule`(network: NetworkCase) throws {
      let seeds: [UInt64] = NetworkCase.isWhole ? Array(1...50) : [1]
      for precision in [Precision.f32, .f16] {
        var first: [[UInt8]]?
        for slots in 1...3 {
          var schedules: [Emulator.Schedule] = [.lazy, .starved(stream: slots), .virtual]
          schedules += seeds.map { .random(seed: $0) }
          if NetworkCase.isWhole {
            schedules += [.eager] + (0..<4).map { .starved(stream: $0) }
          }
          for schedule in schedules {
            emulator.reset(schedule)
            // The order of sums is the seed's, and that of all schedules the same.
            let found = try network.run(
              CUDNNEngineFactory(emulator.places), network.plan(precision), slots: slots)
            #expect(found == first ?? found, "\(slots) slots, \(schedule)")
            first = first ?? found
            #expect(emulator.violations == [], "\(slots) slots, \(schedule)")
            #expect(emulator.leak == "")
          }
        }
      }
    }

    @Test(
      arguments: NetworkCase.small + NetworkCase.deep.prefix(1), NetworkCase.isWhole ? [2, 3] : [2])
    func `gives the same bits on several cards, and all of them compute`(
      network: NetworkCase, cards: Int
    ) throws {
      let seeds: [UInt64] = NetworkCase.isWhole ? Array(1...50) : [1]
      for precision in [Precision.f32, .f16] {
        emulator.reset()
        let one = try network.run(
          CUDNNEngineFactory(emulator.places), network.plan(precision), slots: 2, rounds: 3)
        for schedule in [.lazy, .virtual] + seeds.map({ Emulator.Schedule.random(seed: $0) }) {
          emulator.reset(schedule, cards: cards)
          let factory = CUDNNEngineFactory(emulator.places)
          #expect(factory.words.contains("\(cards) x "))
          let found = try network.run(
            factory, network.plan(precision), slots: cards + 1, rounds: 3,
            begun: { emulator.table.steady(1) }, ended: { emulator.table.steady(0) })
          #expect(found == one, "\(schedule)")
          #expect(emulator.violations == [], "\(schedule)")
          for card in 0..<cards { #expect(emulator.table.copies(Int32(card)) > 0) }
        }
        #expect(emulator.leak == "")
      }
    }

    @Test func `with a norm over channels is refused in words`() throws {
      let graph = try UNetAblation.layerNorm.applied(to: .modular).checkedGraph(seed: 1)
      #expect(CUDNNEngineFactory(emulator.places).obstacle(to: graph) != nil)
    }

    @Test func `that does not fit the card is told with numbers`() throws {
      emulator.reset(capacity: 600 << 20)
      let network = NetworkCase.small[0]
      var plan = network.plan(.f32)
      plan.shapes = [Shape3(z: 1, y: 2048, x: 2048)]
      let lack = try CUDNNEngineFactory(emulator.places).deviceShortage(for: plan, slots: 2)
      #expect(lack?.what.contains("MiB") == true)
      #expect(emulator.violations == [])
    }
  }
}
