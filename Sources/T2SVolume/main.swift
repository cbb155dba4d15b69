import AvizoFormat
import CUDNNEngine
import ClosedFormat
import DICOMFormat
import EDFFormat
import EngineCore
import Glibc
import HDF5Child
import HDF5Format
import ISQFormat
import KerasModel
import MRCFormat
import MetaImageFormat
import NIfTIFormat
import NPYFormat
import NRRDFormat
import ONNXModel
import OneDNNEngine
import PictureStackFormat
import Pictures
import Pipelines
import RawFormat
import SkyScanFormat
import TIFFFormat
import VGStudioFormat
import VolumeCommands
import VolumeCore
import VolumeStore

// The composition root: the one place that names formats, model readers and engines.

// Where this program was started by itself to read HDF5, it does that and nothing else.
HDF5Service.serveIfAsked(CommandLine.arguments)

CancellationFlag.installSignalHandlers()

let catalogue = Catalogue(
  // The first that recognises a path opens it: headers before the raw data beside them, folders with
  // a log before the slices in them.
  formats: [
    StoreFormat(), HDF5Format(), VGStudioFormat(), ClosedFormat(), MetaImageFormat(), NRRDFormat(),
    MRCFormat(), NIfTIFormat(), NPYFormat(), AvizoFormat(), EDFFormat(), ISQFormat(), RawFormat(),
    SkyScanFormat(slices: [TIFFFormat(), PictureStackFormat()]), DICOMFormat(), TIFFFormat(),
    PictureStackFormat(),
  ],
  modelReaders: [RandomModelReader(), KerasModelReader(), ONNXModelReader()],
  modelWriters: [KerasModelWriter(), ONNXModelWriter()],
  // The preferred first: a GPU, where there is one that passes its self-check.
  engines: [CUDNNEngineFactory(), OneDNNEngineFactory(), ReferenceEngineFactory()],
  trainers: [CUDNNTrainingFactory(), OneDNNTrainingFactory(), ReferenceTrainingFactory()],
  pictures: PNGPictures(), films: FilmPictures(), paint: PaintFiles(), stores: StoreFormat(),
  columns: StoreFormat(), guesser: RawFormat())

let context = CommandContext(
  catalogue: catalogue, console: .ofProcess(),
  stopSignal: {
    let signal = CancellationFlag.ofProcess.signal
    return signal == 0 ? nil : signal
  },
  environment: { name in unsafe getenv(name).map { unsafe String(cString: $0) } },
  executable: executablePath(), commandLine: CommandLine.arguments)

exit(
  Tool(commands: Tool.commands + [GPUCommand(), BenchCommand()], context: context).run(
    Array(CommandLine.arguments.dropFirst())))

/// The running file, with links resolved, so that the default model is found beside it.
func executablePath() -> String {
  guard let path = unsafe realpath("/proc/self/exe", nil) else { return CommandLine.arguments[0] }
  defer { unsafe free(path) }
  return unsafe String(cString: path)
}

/// Pictures as PNG files.
struct PNGPictures: PictureWriter {
  /// Pixels along the longer edge of a panel at most.
  static let longestEdge = 2048

  func write(_ picture: LayerPicture, to path: String) throws(Explanation) {
    do {
      try above(picture.scaleBar, drawn(picture)).writePNG(to: path)
    } catch {
      throw error.explanation
    }
  }

  func write(_ picture: ColourPicture, to path: String) throws(Explanation) {
    let colours = Picture(width: picture.width, height: picture.height, rgb: picture.rgb)
    try write(above(picture.scaleBar, colours), path)
  }

  /// `picture` above the bar that tells its scale, where there is one.
  private func above(_ bar: ScaleBar?, _ picture: Picture) -> Picture {
    guard let bar else { return picture }
    var strip = PictureFooter()
    strip.scale = (part: bar.part, text: bar.text)
    return .stacked([picture, strip.drawn(width: picture.width)])
  }

  func write(_ sheet: PictureSheet, to path: String) throws(Explanation) {
    let panels = sheet.panels.map { panel in
      let picture = panel.picture
      var drawn = ContactSheet.Panel(
        layer: GreyLayer(width: picture.width, height: picture.height, values: picture.grey),
        voxelsPerPixel: panel.voxelsPerValue, caption: panel.caption)
      drawn.labels = picture.labels.map {
        LabelLayer(width: picture.width, height: picture.height, labels: $0)
      }
      drawn.classes = picture.classes
      drawn.opacity = picture.opacity
      return drawn
    }
    var page = ContactSheet(panels)
    (page.columns, page.edge) = (sheet.columns, sheet.edge)
    try write(page.drawn(), path)
  }

  func write(_ chart: Chart, to path: String) throws(Explanation) {
    let panels = chart.panels.map { panel in
      LineChart.Panel(
        title: panel.title, xLabel: panel.xLabel, isLogX: panel.isLogX, isLogY: panel.isLogY,
        series: panel.series.map {
          LineChart.Series(
            name: $0.name, colour: Picture.Colour($0.colour), xs: $0.xs, ys: $0.ys,
            isScattered: $0.isScattered, isThin: $0.isThin)
        },
        bars: panel.bars.map {
          BarPanel.Bar(
            name: $0.name, value: $0.value, reach: $0.reach, colour: Picture.Colour($0.colour))
        })
    }
    try write(LineChart(panels, columns: chart.columns).drawn(), path)
  }

  func greyPNG(width: Int, height: Int, values: [UInt8]) throws(Explanation) -> [UInt8] {
    do {
      // A byte for each pixel: as red, green and blue noise takes twice as much.
      return try palettePNG(
        width: width, height: height, places: values,
        colours: (0..<256).map { [UInt8($0), UInt8($0), UInt8($0)] })
    } catch {
      throw error.explanation
    }
  }

  private func write(_ picture: Picture, _ path: String) throws(Explanation) {
    do {
      try picture.writePNG(to: path)
    } catch {
      throw error.explanation
    }
  }

  private func drawn(_ picture: LayerPicture) -> Picture {
    let grey = GreyLayer(width: picture.width, height: picture.height, values: picture.grey)
    let labels = picture.labels.map {
      LabelLayer(width: picture.width, height: picture.height, labels: $0)
    }
    let window =
      picture.window.map { GreyWindow(low: $0.low, high: $0.high) } ?? GreyWindow(fitting: grey)
    if let labels, picture.view == .overlay {
      let below = grey.shrunk(toEdge: Self.longestEdge).picture(window: window)
      return labels.shrunk(toEdge: Self.longestEdge).picture(over: below, classes: picture.classes)
    }
    var drawing = SegmentationPicture(grey: grey, labels: picture.view == .grey ? nil : labels)
    drawing.classes = picture.classes
    drawing.fractions = picture.fractions
    drawing.window = window
    drawing.maximalEdge = Self.longestEdge
    return drawing.drawn()
  }
}
