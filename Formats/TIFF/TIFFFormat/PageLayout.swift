import VolumeCore

/// How the voxels of a page are stored: alike in most pages of a file, and kept once for all of them.
struct PageLayout: Hashable, Sendable {
  var height: Int
  var width: Int
  var voxelType: VoxelType
  /// Samples of a pixel, in whatever order they are stored.
  var samples: Int
  /// Bits of one sample.
  var bits: Int
  /// Strips are blocks as wide as the page.
  var blockHeight: Int
  var blockWidth: Int
  var isTiled: Bool
  var compression: Int
  var predictor: Int
  /// Samples that lie beside each other in a block: all, or one where each has blocks of its own.
  var blockSamples: Int
  /// Which of the samples beside each other is read.
  var sample: Int
  /// The first block of the sample that is read, where each has blocks of its own.
  var firstBlock: Int
  var order: ByteOrder
  /// Whether the bits of every byte come last first (FillOrder 2).
  var reversesBits: Bool

  /// Whether stored bytes are voxels as they are, but for their order.
  var isDirect: Bool {
    blockSamples == 1 && bits == 8 * voxelType.byteCount && !reversesBits
  }

  /// Whether a block must be decoded whole to read a part of it.
  var isCompressed: Bool { compression != 1 }

  /// Bytes of a row of a block as it is stored; rows of packed samples end on a byte.
  var rowByteCount: Int { (blockWidth * blockSamples * bits + 7) / 8 }

  /// The blocks of one sample.
  var grid: ChunkGrid {
    ChunkGrid(
      volume: Shape3(z: 1, y: height, x: width),
      chunk: Shape3(z: 1, y: blockHeight, x: blockWidth))
  }

  /// What a block holds: a tile is stored whole, a strip ends with the page.
  func stored(_ index: Index3) -> Region {
    let inside = grid.region(of: index)
    guard isTiled else { return inside }
    return Region(
      origin: inside.origin, shape: Shape3(z: 1, y: blockHeight, x: blockWidth))
  }

  /// What must be alike in all pages of a volume.
  var extent: Extent {
    Extent(height: height, width: width, voxelType: voxelType, samples: samples)
  }

  /// Rows and columns, their type, and how many samples a pixel has.
  struct Extent: Hashable, CustomStringConvertible {
    var height: Int
    var width: Int
    var voxelType: VoxelType
    var samples: Int

    /// "1040 rows x 1300 columns of uint8".
    var description: String {
      "\(height) rows x \(width) columns of \(voxelType.rawValue)"
        + (samples > 1 ? ", \(samples) samples each" : "")
    }
  }
}

/// Where the blocks of a page lie.
enum BlockPlaces: Hashable, Sendable {
  /// Nowhere: the page is missing, and its voxels are zeros.
  case missing
  /// One block.
  case single(offset: Int, byteCount: Int)
  /// As two tables in the file say, which are read with the voxels: kept for all pages they would
  /// grow with the volume.
  case tables(offsets: TIFFBytes.Table, byteCounts: TIFFBytes.Table?)
}
