import CUDNNEngine
import EngineCore
import NeuralGraph
import VolumeCommands
import VolumeCore

/// `gpu`: what there is of NVIDIA on this machine, and whether it computes rightly.
struct GPUCommand: Command {
  var name: String { "gpu" }
  var summary: String { "look for a GPU, and check that it computes what the processor does" }
  var operands: String { "doctor|selftest|speed|tune|plans" }
  var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "model", "FILE",
        "selftest, speed, tune, plans: the network; default: the tool's; random:3d-f16-d3 makes one up"
      ),
      OptionDeclaration(
        "precision", "P", "speed, tune, plans: f32 or f16; default: the fastest that the card has"),
      OptionDeclaration(
        "shape", "ZxYxX",
        "selftest, speed, tune, plans: the tile; default: 1x2048x2048, or 128x256x256 of a 3D network"
      ),
      OptionDeclaration(
        "plan-file", "FILE.json",
        "tune: where the fastest ways are kept; speed: which ways are taken"),
      OptionDeclaration(
        "device", "FILE.json",
        "plans: a card as cuDNN describes it (doctor --json gives this one's); none need be here"),
      OptionDeclaration(
        "training", nil,
        "plans: the three passes of a training, of every preset or of --model on --shape; speed: a "
          + "step of a training, --shape a crop"),
      OptionDeclaration(
        "wrong", nil, "plans: convolutions that are told wrongly, which must be refused"),
      OptionDeclaration(
        "at-once", nil, "speed: a deep tile of a 3D network at once, not a few layers at a time"),
      OptionDeclaration("quick", nil, "selftest: only what --engine auto asks for"),
    ]
  }
  var examples: [String] {
    [
      "t2s-volume gpu doctor", "t2s-volume gpu selftest --model mine.h5", "t2s-volume gpu speed",
      "t2s-volume gpu tune --model mine.h5 --plan-file here.json",
    ]
  }
  var notes: [String] {
    [
      "doctor prints a table and ends with 0 where the GPU can be used, else with 1. selftest runs "
        + "every kernel, every convolution of many networks into poisoned memory, and whole tiles "
        + "against the processor. Needed are a driver (libcuda.so.1), and cuDNN 9.8 or newer "
        + "(libcudnn.so.9: of the system, of Python's packages, or in the folder T2S_CUDNN); cards "
        + "before compute capability 7.5 need cuDNN 9.10.2 or older."
    ]
  }

  func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let action: String
    do { action = try arguments.operands([operands], of: name)[0] } catch {
      throw error.explanation
    }
    switch action {
    case "doctor": return doctor(context)
    case "selftest": return try GPUSelfTest(arguments, context).run()
    case "speed": return try GPUSpeed(arguments, context).run()
    case "tune": return try GPUTune(arguments, context).run()
    case "plans": return try GPUPlans(arguments, context).run()
    default:
      throw Explanation(
        .input, "there is no '\(action)' of the GPU",
        remedy: "give gpu doctor, gpu selftest, gpu speed, gpu tune or gpu plans")
    }
  }

  private func doctor(_ context: CommandContext) -> [String: JSONValue] {
    let report = DoctorReport(GPULibraryPlaces())
    let width = report.rows.map(\.subject.count).max() ?? 0
    for row in report.rows {
      let space = String(repeating: " ", count: width - row.subject.count)
      context.console.say("  \(row.isGood ? "ok" : "--")  \(row.subject)\(space)  \(row.found)")
    }
    if let obstacle = report.obstacle {
      context.console.say("The GPU cannot be used: \(obstacle.what).\n  \(obstacle.remedy)")
    } else {
      context.console.say("The GPU can be used: segment takes it by itself (--engine auto).")
    }
    return [
      "usable": .bool(report.obstacle == nil),
      "rows": .array(
        report.rows.map { row in
          [
            "subject": .string(row.subject), "found": .string(row.found), "good": .bool(row.isGood),
          ]
        }),
      "obstacle": report.obstacle.map { .string($0.what) } ?? .null,
      "device_properties": report.deviceProperties.map { .string($0) } ?? .null,
      "exit_code": .integer(report.obstacle == nil ? 0 : 1),
    ]
  }
}

/// What `selftest`, `speed` and `plans` work on.
struct GPUSubject {
  var name: String
  var graph: Graph
  var shape: Shape3
  var precision: Precision?

  /// The model and the tile that were asked for, or the defaults.
  init(_ arguments: Arguments, _ context: CommandContext) throws(Explanation) {
    let model = try context.catalogue.model(modelPath(arguments.values["model"], context))
    name = model.card.name
    do { graph = try model.graph.forGreyScans() } catch { throw error.explanation }
    do throws(UsageError) {
      let given = try arguments.value("shape") { text throws(UsageError) in try text.shape() }
      let automatic =
        graph.isPlanar
        ? Shape3(z: 1 + 2 * graph.layerMargin, y: 2048, x: 2048) : Shape3(z: 128, y: 256, x: 256)
      shape = given ?? automatic
      let precision = try arguments.value("precision") { text throws(UsageError) in
        try text.oneOf(["f32", "f16"])
      }
      self.precision = precision.flatMap(Precision.init)
    } catch { throw error.explanation }
  }
}

/// The card, or why there is none, in words.
func openCard() throws(Explanation) -> GPUSession {
  do { return try GPUSession() } catch { throw error.explanation }
}
