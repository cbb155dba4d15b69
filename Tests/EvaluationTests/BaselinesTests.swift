import Evaluation
import Testing
import VolumeCore

@Suite struct `Models that learned nothing` {
  @Test func `are those of the published shares`() throws {
    let baselines = Baselines(
      classes: [0, 1, 2], supports: [809_861, 189_801, 338])
    #expect(baselines.models.map(\.name) == ["all equal", "all majority"])
    #expect(abs(baselines.models[0].loss - 2.0 / 3) < 1e-12)
    #expect(abs(baselines.models[1].loss - 0.3195) < 5e-5)
    let loss: Double = 1 - 0.809861 / (2 - 0.809861)
    #expect(abs(baselines.models[1].loss - loss) < 1e-9)
    #expect(baselines.models[1].jaccard == [0.809861, 0, 0])
  }

  @Test func `give each grey value the class that it most often is`() throws {
    let greys = [[8, 3, 0, 0], [1, 5, 2, 0]]
    let model = try #require(
      Baselines(classes: [4, 9], supports: [11, 8], greys: greys).models.last)
    // Called 4: bin 0 (8 of 9 right). Called 9: bins 1 and 2 (7 of 10 right).
    let jaccard: [Double] = [8.0 / 12, 7.0 / 11]
    #expect(model.jaccard == jaccard)
    let right = 15.0 / 19
    let loss: Double = 1 - right / (2 - right)
    #expect(abs(model.loss - loss) < 1e-12)
  }

  @Test func `leave out classes that do not occur, and say nothing of nothing`() {
    let baselines = Baselines(classes: [0, 1, 2], supports: [3, 1, 0])
    #expect(baselines.models[0].loss == 0.5)
    #expect(baselines.models[1].jaccard == [0.75, 0, nil])
    #expect(baselines.models[1].mean == 0.375)
    #expect(Baselines(classes: [0], supports: [0]).models.isEmpty)
  }
}
