import SystemIO
import VolumeCore
import VoxelFiles

/// Why a TIFF file or a folder of them cannot be opened, read or written. Pages count from 1.
public enum TIFFError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// There is no file or folder at the path.
  case isNothing(path: String)
  /// A file without the first bytes of a TIFF.
  case isNoTIFF(file: String, byteCount: Int)
  /// The file ends before what a page needs; where that would end, if it can be said.
  case isTruncated(file: String, page: Int, needed: Int?, byteCount: Int)
  /// A stack whose description announces more images than the file holds.
  case stackIsTruncated(file: String, announced: Int, held: Int)
  /// The chain of pages comes back to where it was.
  case pagesLoop(file: String, page: Int)
  /// More pages than any scan has layers.
  case hasTooManyPages(file: String, limit: Int)
  /// A directory that contradicts itself.
  case directoryIsMalformed(file: String, page: Int, what: String)
  /// A file without pages.
  case hasNoPages(file: String)
  /// A kind of page that is not read.
  case kindIsNotRead(file: String, page: Int, kind: UnreadKind)
  /// A compression that this libtiff does not have.
  case codecIsMissing(file: String, page: Int, compression: String)
  /// A page larger than its file could ever hold.
  case sizeIsImplausible(file: String, page: Int, width: Int, height: Int, byteCount: Int)
  /// A page of another size or type than the first.
  case pageDiffers(file: String, page: Int, is: String, first: String)
  /// libtiff could not decode a strip or a tile.
  case cannotDecode(file: String, page: Int, message: String)
  /// A picture with pages beside the one that is read.
  case pictureHasPages(file: String)
  /// A picture whose pixels are neither bytes of colours nor of one grey, with an opacity or without.
  case pictureHasOddSamples(file: String, samples: Int, colours: Int)
  /// A picture of other than eight bits a sample.
  case pictureIsNotOfBytes(file: String, type: VoxelType)
  /// A picture of more pixels than are asked for.
  case pictureIsTooLarge(file: String, width: Int, height: Int, limit: Int)
  /// Several channels, or channels and times.
  case hasSeveralChannels(file: String, channels: Int, frames: Int)
  /// A channel was asked for that is not there.
  case channelIsMissing(file: String, channel: Int, channels: Int)
  /// A description of the whole file that contradicts it, or cannot be understood.
  case descriptionIsUnclear(file: String, what: String)
  /// OME-XML of several volumes.
  case hasSeveralImages(file: String, images: Int)
  /// OME-XML of which other files hold parts.
  case isOneOfSeveralFiles(file: String)
  /// A folder that is no stack of slices.
  case folder(SliceError)
  /// A slice of another size or type than the first.
  case sliceDiffers(folder: String, slice: String, is: String, first: String, was: String)
  /// A slice that has pages of its own.
  case sliceHasPages(folder: String, slice: String)
  /// An option that contradicts the file.
  case optionDisagrees(file: String, option: String, said: String, is: String)
  /// A finished output is there already.
  case outputExists(path: String)
  /// An output folder that holds what no TIFF folder holds.
  case outputHoldsOthers(path: String, name: String)
  /// Pages of the output were never written.
  case isIncomplete(path: String, missing: Int, of: Int)
}
