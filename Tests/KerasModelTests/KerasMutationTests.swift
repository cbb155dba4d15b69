import KerasModel
import SystemIO
import Testing
import VolumeTesting

@Suite struct `A damaged Keras model` {
  @Test func `never takes the tool along`() throws {
    let seeds = try ["wrong-shape.keras2.h5", "shared.keras3.h5"].map {
      try contents(ofFile: Fixtures.path($0))
    }
    let folder = try TemporaryFolder()
    let path = folder.file("m.h5")
    // Each goes through a process of its own.
    Mutations(of: seeds, count: 100, divisor: 20).expectSurvival { bytes in
      try writeFileAtomically(path, bytes)
      _ = try KerasModelReader().load(path)
    }
  }
}
