import CCUDA
import EngineCore
import NeuralGraph
import VolumeCore

/// Asks cuDNN how it would compute a network on a card that is only described: no card and no driver
/// are needed, and nothing is computed.
package struct PlanOracle {
  let libraries: GPULibraries
  let deviceProperties: String
  /// What a plan may take beside its values.
  package var workspaceLimit = 1 << 30

  /// With cuDNN from `places` and a card described in cuDNN's own JSON.
  package init(_ places: GPULibraryPlaces, deviceProperties: String) throws(GPUError) {
    let (cudnn, path) = try GPULibraries.cudnn(places)
    libraries = GPULibraries(cuda: t2s_cuda(), cudnn: cudnn, cudnnPath: path)
    self.deviceProperties = deviceProperties
  }

  /// cuDNN's version.
  package var version: CUDNNVersion { libraries.version }

  /// The engine for each convolution of `graph` on a tile of `shape`, or why there is none.
  package func plans(
    _ graph: Graph, _ shape: Shape3, _ precision: Precision
  ) throws(Explanation) -> [Result<PlannedConvolution, GPUError>] {
    let lowering: GPULowering
    let card: CardPlan
    let format: NumberFormat
    do { lowering = try GPULowering(graph, output: .labels, precision: precision) } catch {
      throw error.explanation
    }
    do {
      format = try NumberFormat(lowering, [shape], precision)
      card = try CardPlan(lowering, shape, format)
    } catch { throw error.explanation }
    let planner = ConvolutionPlanner(
      libraries, .described(deviceProperties), workspaceLimit: workspaceLimit)
    return lowering.distinctGeometries(card, format)
      .map { planned($0.layer, $0.geometry, planner) }
  }

  /// The engine for each pass of each convolution when `graph` is trained on `samples` crops of `shape`,
  /// or why there is none.
  package func trainingPlans(
    _ graph: Graph, _ shape: Shape3, samples: Int, _ format: NumberFormat
  ) throws(Explanation) -> [Result<PlannedConvolution, GPUError>] {
    let convolutions: [TrainingConvolution]
    do {
      convolutions = try graph.trainingConvolutions(shape, samples: samples, format)
    } catch { throw error.explanation }
    let planner = ConvolutionPlanner(
      libraries, .described(deviceProperties), workspaceLimit: workspaceLimit)
    return convolutions.map { planned($0.layer, $0.geometry, planner) }
  }

  /// The engine for one convolution, which must also be had by its number, as a file of plans names it.
  private func planned(
    _ layer: String, _ geometry: ConvolutionGeometry, _ planner: ConvolutionPlanner
  ) -> Result<PlannedConvolution, GPUError> {
    do throws(GPUError) {
      let plan = try planner.plan(geometry)
      // What is compiled at run time cannot be made without a card.
      if !plan.engine.isCompiledAtRunTime {
        let again = try planner.make(geometry, PlanFile.Choice(plan))
        guard again.engine == plan.engine, again.workspaceByteCount == plan.workspaceByteCount
        else {
          throw .noEngine(
            convolution: geometry.words,
            detail: "by its number it is \(again.engine.words) with "
              + "\(again.workspaceByteCount) bytes beside, and was \(plan.engine.words) with \(plan.workspaceByteCount)"
          )
        }
      }
      return .success(
        PlannedConvolution(
          layer: layer, geometry: geometry, engine: plan.engine, isBare: plan.isBare,
          workspaceByteCount: plan.workspaceByteCount))
    } catch { return .failure(error) }
  }
}
