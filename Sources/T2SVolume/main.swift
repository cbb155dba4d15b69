import EngineCore
import Glibc
import KerasModel
import OneDNNEngine
import Pictures
import Pipelines
import RawFormat
import TIFFFormat
import VolumeCommands
import VolumeCore
import VolumeStore

// The composition root: the one place that names formats, model readers and engines.

CancellationFlag.installSignalHandlers()

let catalogue = Catalogue(
  formats: [StoreFormat(), RawFormat(), TIFFFormat()],
  modelReaders: [KerasModelReader()],
  engines: [OneDNNEngineFactory(), ReferenceEngineFactory()],
  pictures: PNGPictures())

let context = CommandContext(
  catalogue: catalogue, console: .ofProcess(),
  stopSignal: {
    let signal = CancellationFlag.ofProcess.signal
    return signal == 0 ? nil : signal
  },
  environment: { name in unsafe getenv(name).map { unsafe String(cString: $0) } },
  executable: executablePath(), commandLine: CommandLine.arguments)

exit(Tool(commands: Tool.commands + [BenchCommand()], context: context).run(Array(CommandLine.arguments.dropFirst())))

/// The running file, with links resolved, so that the default model is found beside it.
func executablePath() -> String {
  guard let path = unsafe realpath("/proc/self/exe", nil) else { return CommandLine.arguments[0] }
  defer { unsafe free(path) }
  return unsafe String(cString: path)
}

/// Pictures as PNG files.
struct PNGPictures: PictureWriter {
  func write(_ image: ColourImage, to path: String) throws(Explanation) {
    do {
      try writePNG(path, width: image.width, height: image.height, rgb: image.rgb)
    } catch {
      throw error.explanation
    }
  }
}
