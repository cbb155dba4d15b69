import VolumeCore

/// Scans and labels that nothing can be learned from as they are.
public enum TrainingDataError: Error, Hashable, Sendable {
  /// The labels have neither the scan's extent nor one layer for each annotated one.
  case shapesDisagree(scan: String, shape: Shape3, labels: Shape3, layers: Int?)
  /// Labels with a fraction.
  case labelsAreNotWhole(scan: String, type: VoxelType)
  /// An annotated layer that the scan does not have.
  case layerOutside(scan: String, layer: Int, layers: Int)
  /// An annotated layer named twice.
  case layerTwice(scan: String, layer: Int)
  /// A part that reaches outside its scan.
  case partOutside(scan: String, part: Region, shape: Shape3)
  /// A part of a scan that there is none of.
  case noSuchScan(number: Int, scans: Int)
  /// Training and validation parts that share voxels: the validation would praise what it was taught.
  case partsOverlap(scan: String, training: Region, validation: Region, shared: Region)
  /// A part without an annotated voxel.
  case partIsEmpty(scan: String, part: Region, layers: [Int]?)
  /// A label that is none of the classes.
  case labelIsNoClass(scan: String, value: Double, at: Index3, classes: [Int])
  /// A class without a voxel in the training parts.
  case classIsMissing(name: String, value: Int, voxels: Int)
  /// Nothing but one class, or nothing at all, is annotated.
  case tooFewClasses(Int)
  /// A crop that no scan is large enough for.
  case cropDoesNotFit(crop: Shape3, scan: String, shape: Shape3)
  /// A scan or its labels are others than when the training began.
  case changed(scan: String, was: String, isNow: String)
  /// Reading failed.
  case reading(Explanation)
}

extension TrainingDataError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .shapesDisagree(let scan, let shape, let labels, let layers):
      Explanation(
        .input,
        "the labels of \(scan) have \(labels.words), and the scan has \(shape.words)"
          + (layers.map { "; \($0) layers are annotated" } ?? ""),
        remedy:
          "give labels of the scan's extent (255 where nothing is annotated), or the annotated "
          + "layers alone, one for each number in --layers")
    case .labelsAreNotWhole(let scan, let type):
      Explanation(
        .input, "the labels of \(scan) are \(type.rawValue), as no labels are",
        remedy: "is this the grey scan? If they are labels, t2s-volume convert --type uint8 makes "
          + "whole numbers of them")
    case .layerOutside(let scan, let layer, let layers):
      Explanation(
        .input, "--layers \(layer): \(scan) has layers 0 to \(layers - 1)",
        remedy: "layers are counted from 0")
    case .layerTwice(let scan, let layer):
      Explanation(
        .input, "--layers names layer \(layer) of \(scan) twice", remedy: "name each layer once")
    case .partOutside(let scan, let part, let shape):
      Explanation(
        .input, "the part \(part) reaches outside \(scan), which has \(shape.words)",
        remedy: "give a part of the scan")
    case .noSuchScan(let number, let scans):
      Explanation(
        .input, "scan=\(number): there \(scans == 1 ? "is 1 scan" : "are \(scans) scans")",
        remedy: "scans are counted from 1, in the order in which they are given")
    case .partsOverlap(let scan, let training, let validation, let shared):
      Explanation(
        .input,
        "the training part \(training) and the validation part \(validation) of \(scan) share "
          + "\(shared)",
        remedy: "a validation on what was trained on says nothing: make them disjoint")
    case .partIsEmpty(let scan, let part, let layers):
      Explanation(
        .input,
        "the part \(part) of \(scan) has no annotated voxel"
          + (layers.map { "; annotated layers are \($0.map(String.init).joined(separator: ", "))" }
            ?? ""),
        remedy: "give a part that is annotated")
    case .labelIsNoClass(let scan, let value, let place, let classes):
      Explanation(
        .input,
        "the labels of \(scan) are \(short(value)) at \(place), and the classes are "
          + classes.map(String.init).joined(separator: ", "),
        remedy: "name all classes with --classes, or give 255 to what is not annotated")
    case .classIsMissing(let name, let value, let voxels):
      Explanation(
        .input,
        "class \(value) (\(name)) never occurs in the training parts (\(voxels) annotated voxels)",
        remedy: "annotate a layer that has it, or leave it out of --classes and renumber the labels"
      )
    case .tooFewClasses(let count):
      Explanation(
        .input,
        count == 0 ? "nothing is annotated in the training parts" : "all is annotated as one class",
        remedy: "a network tells classes apart: annotate at least two")
    case .cropDoesNotFit(let crop, let scan, let shape):
      Explanation(
        .input, "crops of \(crop) do not fit in \(scan), which has \(shape.words)",
        remedy: "give a smaller --crop")
    case .changed(let scan, let was, let isNow):
      Explanation(
        .input, "\(scan) has changed since the training began (\(was), now \(isNow))",
        remedy: "put the former file back, or begin a new training")
    case .reading(let reason): reason
    }
  }
}

/// A number without a fraction that says nothing.
private func short(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
}
