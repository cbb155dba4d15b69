import VolumeCore

/// What the user said about what lies outside the specimen.
struct OutsideChoices: Hashable, Sendable {
  /// Where it is.
  enum Kind: Hashable, Sendable {
    /// All of the scan is specimen.
    case none
    /// It is found in the scan.
    case automatic
    /// A volume says it, voxel by voxel.
    case mask(path: String)
  }

  var kind: Kind
  /// The grey below which it is as dark as air; `nil`: what the scan shows.
  var below: Double?
  /// Half the width of the widest opening that stays inside, in voxels.
  var closing: Int?

  static let declarations = [
    OptionDeclaration(
      "outside", "WHAT",
      "voxels outside the specimen get the label 254 and are no part of volume fractions, and tiles "
        + "wholly there are not computed: none (the default: all is specimen); auto: the air that "
        + "reaches the scan's faces; or a volume of the scan's extent that is not zero there"),
    OptionDeclaration(
      "outside-below", "GREY",
      "for auto: what is darker may be air; default: halfway from the air's grey to the matrix's"),
    OptionDeclaration(
      "outside-closing", "N",
      "for auto: cracks and pores that are open to the air stay inside where a ball of N voxels' "
        + "radius does not fit in; default: 24"),
  ]

  init(_ arguments: Arguments) throws(UsageError) {
    switch arguments.values["outside"] {
    case nil, "none": kind = .none
    case "auto": kind = .automatic
    case let path?: kind = .mask(path: path)
    }
    below = try arguments.value("outside-below") { text throws(UsageError) in
      guard let value = signedDecimal(text.text[...]) else {
        throw text.wrong("this is no grey value", "give a number, as in --outside-below 40")
      }
      return value
    }
    closing = try arguments.value("outside-closing") { text throws(UsageError) in
      let value = try text.wholeNumber(atLeast: 0)
      guard value <= 256 else {
        throw text.wrong("this is too large", "give at most 256 voxels")
      }
      return value
    }
    guard kind != .automatic,
      let option = below != nil
        ? "outside-below"
        : closing.map({ _ in
          "outside-closing"
        })
    else { return }
    throw .badValue(
      option: option, text: arguments.values[option] ?? "",
      why: "this says how the outside is found, and it is not looked for",
      expected: "give --outside auto with it, or leave it out")
  }
}
