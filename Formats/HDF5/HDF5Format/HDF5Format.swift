import HDF5Child
import HDF5Library
import SystemIO
import VolumeCore

/// HDF5: any dataset of three axes, by `file.h5:/path` or as the only one of its file.
public struct HDF5Format: VolumeFormat {
  /// "HDF5".
  public let name = "HDF5"

  /// Imaris and BigDataViewer keep several resolutions.
  public var hasLevels: Bool { true }

  /// Whether chunks are decoded by the library alone, as it is done where we cannot: so that tests
  /// can compare both.
  let leavesAllToLibrary: Bool

  /// The format.
  public init() { self.init(leavesAllToLibrary: false) }

  /// The format with a choice for tests and measurements.
  package init(leavesAllToLibrary: Bool) { self.leavesAllToLibrary = leavesAllToLibrary }

  /// Whether `path` names an HDF5 file, with a dataset behind a colon or without.
  public func recognises(_ path: String) -> Bool {
    guard let place = HDF5Place(path) else { return false }
    switch kind(ofPath: place.file) {
    case .file, .missing: return true
    case .folder, .other: return false
    }
  }

  /// Opens `path`, or says why not.
  public func open(
    _ path: String, hints: OpeningHints
  ) throws(Explanation) -> any VolumeReader {
    do {
      return try reader(path, hints: hints)
    } catch {
      throw error.explanation
    }
  }

  /// Opens `path`; the error is a value that tests and callers can compare.
  public func reader(
    _ path: String, hints: OpeningHints
  ) throws(HDF5FormatError) -> any VolumeReader {
    guard let place = HDF5Place(path), case .file = kind(ofPath: place.file) else {
      throw .isMissing(path: path)
    }
    let contents = try HDF5Contents(place.file)
    var found = try VolumeSearch(contents, hints).volume(place.dataset)
    // What was listed is asked for again with all that it leads to.
    guard let dataset = try contents.dataset(found.dataset.path) else {
      throw .noSuchDataset(file: place.file, dataset: found.dataset.path, datasets: [])
    }
    found.dataset = dataset
    return try HDF5Opening(contents, found, hints).reader(
      leavesAllToLibrary: leavesAllToLibrary)
  }

  /// Whether `path` names an HDF5 output.
  public func writes(_ path: String) -> Bool {
    guard let place = HDF5Place(path) else { return false }
    return [".h5", ".hdf5"].contains { place.file.lowercased().hasSuffix($0) }
  }

  /// The file without the dataset, and its description for ParaView.
  public func filesWritten(_ path: String) -> [String] {
    HDF5Place(path).map { [$0.file, HDF5Writer.companion($0.file)] } ?? [path]
  }

  /// Begins the output at `path`.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    do {
      guard let place = HDF5Place(path) else { throw HDF5FormatError.isMissing(path: path) }
      return try HDF5Writer(place, output)
    } catch let error as HDF5FormatError {
      throw error.explanation
    } catch {
      preconditionFailure("no other error is thrown here: \(error)")
    }
  }
}
