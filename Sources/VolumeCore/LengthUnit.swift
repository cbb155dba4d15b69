/// Units of length as files spell them; the house's own is the micrometre.
public enum LengthUnit {
  /// Micrometres in one `name`, spelled as OME, ImageJ, NIfTI, VGStudio and people do; `nil` where it
  /// is no length that is known.
  public static func micrometres(in name: String) -> Double? {
    switch name {
    case "pm", "picometer", "picometre": 1e-6
    case "angstrom", "Angstrom", "\u{C5}", "\u{212B}", "A": 1e-4
    case "nm", "nanometer", "nanometre", "nanometers", "nanometres": 1e-3
    case "um", "\u{B5}m", "\u{3BC}m", "micrometer", "micrometre", "micrometers", "micrometres",
      "micron", "microns", "\\u00B5m":
      1
    case "mm", "millimeter", "millimetre", "millimeters", "millimetres": 1e3
    case "cm", "centimeter", "centimetre", "centimeters", "centimetres": 1e4
    case "m", "meter", "metre", "meters", "metres": 1e6
    case "inch", "in", "inches": 25_400
    default: nil
    }
  }
}
