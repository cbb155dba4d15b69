import VolumeCore

extension RawError {
  /// All that was said, one line each, and what the file itself says.
  static func list(_ claims: [RawClaim], _ byteCount: Int?) -> String {
    let lines = claims.filter { !$0.isSilent }.map { "\n  \($0)" }
    let end = byteCount.map { "\n  the file has \($0) bytes" } ?? ""
    return (lines.isEmpty && byteCount == nil ? "" : ":") + lines.joined() + end
  }

  /// How a file of a type that is not read becomes one that is.
  static func conversion(of type: String) -> String {
    let target =
      switch type {
      case "1bit", "bit": "uint8"
      case "float16", "half", "f16", "f2": "float32"
      default: "uint16"
      }
    let python = "np.fromfile(\"in.raw\", \"\(type)\").astype(\"\(target)\").tofile(\"out.raw\")"
    return "convert it to \(target) first, in Fiji (Image > Type) or with numpy: \(python); "
      + "check that no value falls outside \(target)"
  }

  /// The likeliest mistake with `--shape`: its axes in the order x, y, z.
  static func reversedShape(in claims: [RawClaim]) -> String? {
    guard let given = claims.first(where: { $0.source == .options })?.shape else { return nil }
    let reversed = Shape3(z: given.x, y: given.y, x: given.z)
    guard reversed != given,
      claims.contains(where: { $0.source != .options && $0.shape == reversed })
    else { return nil }
    return "--shape takes layers x rows x columns: --shape \(reversed)"
  }

  static func explainSize(
    _ file: String, _ claims: [RawClaim], _ wanted: [SizeOfType], _ byteCount: Int
  ) -> Explanation {
    let sizes = wanted.map(\.words).joined(separator: ", ")
    var what = "\(file) has another size than what is said of it"
    var remedy = "correct the shape or the type, or copy the file again"
    if wanted.count == 1, let one = wanted.first {
      let difference = byteCount - one.byteCount
      what =
        difference > 0
        ? "\(file) is \(difference) bytes longer than its voxels"
        : "\(file) is \(-difference) bytes shorter than its voxels"
      remedy =
        difference > 0
        ? "if it begins with a header, give --offset \(difference); else correct the shape or type"
        : "copy the file again if it was cut off, or correct its shape or type"
    }
    return Explanation(
      .input, what + list(claims, byteCount) + "\n  needed are \(sizes)", remedy: remedy)
  }

  static func explainUnknown(
    _ file: String, _ claims: [RawClaim], _ byteCount: Int, _ readings: [VolumeGuess]
  ) -> Explanation {
    var what = "\(file): nothing says how many layers, rows and columns it has"
    what += list(claims, byteCount)
    what += "\n  looked for a sidecar (\(file).info, .xml, .yml, .ini) and a size in the file name"
    guard !readings.isEmpty else {
      return Explanation(
        .input, what, remedy: "give --shape ZxYxX --type uint8|uint16|float32 --byte-order ...")
    }
    what += "\n  the likeliest readings are"
    for reading in readings { what += "\n    \(reading.options)  (\(reading.shape.words))" }
    return Explanation(
      .input, what,
      remedy: "see them with t2s-volume guess, and give the options of the one that is right")
  }
}
