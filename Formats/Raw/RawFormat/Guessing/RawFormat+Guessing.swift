import VolumeCore

extension RawFormat: VolumeGuessing {
  /// The likeliest readings of the file at `path`, whatever it is called and whatever lies beside it.
  public func guesses(
    _ path: String, hints: OpeningHints, count: Int
  ) throws(Explanation) -> [VolumeGuess] {
    do throws(RawError) {
      let file = try RawFile(path)
      guard file.byteCount > 0 else { throw RawError.isEmpty(path: path) }
      let known = RawGuesser.Known(
        shape: hints.shape, type: hints.voxelType, order: hints.byteOrder, offset: hints.offset)
      return RawGuesser(file, known: known).guesses(count: count)
    } catch {
      throw error.explanation
    }
  }

  /// The file at `path` as `guess` says.
  public func open(_ path: String, as guess: VolumeGuess) throws(Explanation) -> any VolumeReader {
    let layout = RawLayout(
      shape: guess.shape, voxelType: guess.voxelType, byteOrder: guess.byteOrder,
      offset: guess.offset)
    do throws(RawError) {
      let file = try RawFile(path)
      guard let bytes = layout.fileByteCount, bytes <= file.byteCount else {
        throw RawError.sizeDisagrees(
          file: file.name, claims: [],
          wanted: [SizeOfType(type: guess.voxelType, byteCount: layout.fileByteCount ?? .max)],
          byteCount: file.byteCount)
      }
      let volume = VolumeDescription(
        shape: guess.shape, voxelType: guess.voxelType, format: name)
      return try RawReader(path, layout: layout, volume: volume)
    } catch {
      throw error.explanation
    }
  }
}
