import NeuralGraph
import VolumeCore

/// A convolution that cuDNN computes when a network is trained.
package struct TrainingConvolution: Hashable, Sendable {
  /// The layer.
  package var layer: String
  /// One of its passes.
  package var geometry: ConvolutionGeometry
}

extension Graph {
  /// The passes of every convolution when this network is trained on `samples` crops of `shape`: forward,
  /// to the weights, and to the input where that is not the scan.
  ///
  /// A transposed convolution goes from the coarse value to the fine one: its way forward is a
  /// convolution's way back to the data, and the other way round.
  package func trainingConvolutions(
    _ shape: Shape3, samples: Int, _ format: NumberFormat
  ) throws(GraphError) -> [TrainingConvolution] {
    let shapes = try shapes(forInput: shape)
    var found: [TrainingConvolution] = []
    for (index, node) in nodes.enumerated() where index > 0 && index <= scoresNode {
      let (source, target) = (shapes[node.inputs.first ?? 0], shapes[index])
      let isFirst = node.inputs == [0]
      switch node.operation {
      case .convolution(let layer):
        for pass in ConvolutionGeometry.Pass.allCases where pass != .data || !isFirst {
          let geometry = ConvolutionGeometry(
            training: layer.kernel, stride: layer.stride, padding: layer.padding,
            fineChannels: layer.inputs, coarseChannels: layer.outputs, fine: source,
            coarse: target, samples: samples, pass: pass, hasBias: layer.hasBias, format: format)
          found.append(TrainingConvolution(layer: node.name, geometry: geometry))
        }
      case .transposedConvolution(let layer):
        for pass in ConvolutionGeometry.Pass.allCases where pass != .forward || !isFirst {
          let geometry = ConvolutionGeometry(
            training: layer.kernel, stride: layer.stride, padding: layer.crop,
            fineChannels: layer.outputs, coarseChannels: layer.inputs, fine: target,
            coarse: source, samples: samples, pass: pass, hasBias: false, format: format)
          found.append(TrainingConvolution(layer: node.name, geometry: geometry))
        }
      default: break
      }
    }
    return found
  }
}
