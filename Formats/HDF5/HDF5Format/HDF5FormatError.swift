import HDF5Child
import HDF5Library
import SystemIO
import VolumeCore
import VoxelFiles

/// Why an HDF5 file is no volume that can be read, or cannot be written.
public enum HDF5FormatError: ExplainedError, Hashable {
  /// There is no such file.
  case isMissing(path: String)
  /// The library, or the process that it runs in, says no.
  case hdf5(HDF5ChildError)
  /// The system says no.
  case system(SystemError)
  /// No dataset of the file is a volume; what there is, in words.
  case noVolume(file: String, datasets: [String])
  /// Several datasets are volumes; what they are, in words.
  case severalVolumes(file: String, datasets: [String])
  /// There is no dataset of that name; the volumes that there are, in words.
  case noSuchDataset(file: String, dataset: String, datasets: [String])
  /// The numbers are complex.
  case isComplex(file: String, dataset: String)
  /// The dataset holds no numbers, or of a type that no voxel has.
  case notNumbers(file: String, dataset: String, what: String)
  /// The dataset holds what a reconstruction is made of.
  case isProjections(file: String, dataset: String, sign: String)
  /// The dataset has too few or too many axes.
  case wrongRank(file: String, dataset: String, extents: [Int])
  /// The dataset has an axis of channels, and none was chosen.
  case severalChannels(file: String, dataset: String, extents: [Int], channels: Int)
  /// The channels are datasets, and none was chosen.
  case channelNotChosen(file: String, channels: Int)
  /// There is no such channel.
  case channelIsMissing(file: String, channel: Int, channels: Int)
  /// There is no such level.
  case levelIsMissing(file: String, level: String, levels: [String])
  /// The file holds several points in time.
  case severalTimes(file: String, datasets: [String])
  /// A filter can be undone neither here nor by the library.
  case filterIsMissing(file: String, dataset: String, filter: Int, name: String)
  /// An option contradicts the file.
  case optionDisagrees(OptionDisagreement)
  /// The dataset was declared, but no number was ever written.
  case notWritten(file: String, dataset: String)
  /// The dataset's extents are none that a volume can have.
  case impossibleExtents(file: String, dataset: String, extents: [Int])
  /// The numbers should go on behind the end of the file.
  case isTruncated(file: String, dataset: String, needed: Int, byteCount: Int)
  /// The numbers lie in a file outside of the folder.
  case isOutside(file: String, dataset: String, other: String)
  /// The numbers lie in a file that is not there.
  case otherIsMissing(file: String, dataset: String, other: String)
  /// The layout's own numbers contradict each other.
  case layoutDisagrees(file: String, dataset: String, what: String)
  /// A chunk is larger than may be decoded at once.
  case chunkIsTooLarge(file: String, dataset: String, byteCount: Int, limit: Int)
  /// A chunk cannot be decoded.
  case chunkIsDamaged(file: String, dataset: String, corner: [Int], why: String)
  /// The output is there already.
  case outputExists(path: String)
  /// The output's extents are none that can be written.
  case cannotWrite(path: String, shape: Shape3)
  /// Blocks are missing at the end.
  case isIncomplete(path: String, missing: Int, of: Int)
  /// A call of the library failed while writing.
  case writingFailed(path: String, call: String)
}
