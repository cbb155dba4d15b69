import VolumeCore

/// What the user chose for `convert`, each value read and nothing opened.
struct ConvertChoices: Sendable {
  var input: String
  var output: String
  /// Read against the volume's extent once that is known.
  var region: OptionText?
  /// `--type`: the output's, or the input's where that does not say its own.
  var type: VoxelType?
  var window: ValueWindow?
  var compression: StoreCompression?
  var hasPyramid: Bool
  var limits: CopyLimits
  var hints: OpeningHints
  var overwrites: Bool

  init(_ arguments: Arguments, of command: String) throws(UsageError) {
    let paths = try arguments.operands(["INPUT", "OUTPUT"], of: command)
    (input, output) = (paths[0], paths[1])
    region = arguments.values["region"].map { OptionText(option: "region", text: $0) }
    hints = try arguments.openingHints()
    type = hints.voxelType
    hints.voxelType = try arguments.value("input-type") { text throws(UsageError) in
      try text.voxelType()
    }
    window = try arguments.value("window") { text throws(UsageError) in try text.valueWindow() }
    if let window, type == nil {
      throw .optionMissing(
        option: "type", why: "--window \(window.words) says which values fill a voxel type",
        expected: "give the output's type, as in --type uint8")
    }
    compression = try arguments.value("compression") { text throws(UsageError) in
      try text.compression()
    }
    hasPyramid = !arguments.has("no-pyramid")
    if !isStore(output) {
      for option in ["compression", "no-pyramid"]
      where arguments.values[option] != nil || arguments.has(option) {
        throw OptionText(option: option, text: arguments.values[option] ?? "").wrong(
          "\(output) is no store", "leave it out, or end the output's name in .zarr")
      }
    }
    limits = try CopyLimits(arguments)
    overwrites = arguments.has("overwrite")
  }

  /// Opens the input, and finds out what `--type` is about: the type that the output is to have, or
  /// `nil` where it is the input's own.
  ///
  /// It is the input's where nothing else says what the input's voxels are. A window settles it, as
  /// does `--input-type`: then it is the output's.
  func openInput(
    _ context: CommandContext
  ) throws(Explanation) -> (any VolumeReader, type: VoxelType?) {
    let catalogue = context.catalogue
    guard let type, window == nil, hints.voxelType == nil else {
      do throws(Explanation) {
        return (try catalogue.open(input, hints: hints), type)
      } catch {
        guard type != nil, hints.voxelType == nil, !saysItsType(catalogue) else { throw error }
        // What the format calls --type is taken: here it is the output's.
        throw Explanation(
          error.kind, error.what.replacing("--type", with: "--input-type"),
          remedy: error.remedy.replacing("--type", with: "--input-type"))
      }
    }
    var given = hints
    given.voxelType = type
    let first: Explanation
    do throws(Explanation) {
      let reader = try catalogue.open(input, hints: given)
      return (reader, reader.volume.voxelType == type ? nil : type)
    } catch {
      first = error
    }
    guard let reader = try? catalogue.open(input, hints: hints), saysItsType(catalogue) else {
      throw first
    }
    return (reader, type)
  }

  /// Whether the input itself refuses a type that it does not have; one that takes any type of as
  /// many bytes does not know its own.
  private func saysItsType(_ catalogue: Catalogue) -> Bool {
    guard let reader = try? catalogue.open(input, hints: hints) else { return false }
    let type = reader.volume.voxelType
    guard
      let other = VoxelType.allCases.first(where: {
        $0 != type && $0.byteCount == type.byteCount
      })
    else { return true }
    var given = hints
    given.voxelType = other
    return (try? catalogue.open(input, hints: given)) == nil
  }

  /// `reader` with voxels of `type`, where they are not that already or a window draws them anew.
  func converted(
    _ reader: any VolumeReader, to type: VoxelType?, region: Region?, _ context: CommandContext
  ) throws(Explanation) -> any VolumeReader {
    guard let type, type != reader.volume.voxelType || window != nil else { return reader }
    let conversion: TypeConversion
    do throws(ConversionError) {
      conversion = try TypeConversion(reader.volume, to: type, window: window)
    } catch {
      throw error.explanation(
        of: input,
        seen: sampledRange(reader, region: region ?? Region(reader.volume.shape)))
    }
    context.console.note("  \(conversion.words)")
    return ConvertedVolume(reader, conversion)
  }
}

/// Whether `path` names a store.
func isStore(_ path: String) -> Bool {
  var path = path[...]
  while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
  return path.hasSuffix(".zarr")
}

extension WindowCounts {
  /// "1,234 voxels (0.50 %) lay below 0, 12 (0.00 %) above 4095".
  func words(of voxels: Int, _ window: ValueWindow) -> String {
    func part(_ count: Int) -> String {
      "\(Words.grouped(count)) (\(Words.percent(Double(count) / Double(max(voxels, 1)))))"
    }
    let odd = notANumber > 0 ? "; \(part(notANumber)) were no numbers" : ""
    return "  of \(Words.grouped(voxels)) voxels \(part(below)) lay below "
      + "\(ValueWindow.exact(window.low)), \(part(above)) above \(ValueWindow.exact(window.high))"
      + odd
  }
}
