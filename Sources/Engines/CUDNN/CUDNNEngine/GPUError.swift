import EngineCore
import VolumeCore

/// The GPU, or a library that reaches it, is missing or does not do what it is asked.
package enum GPUError: ExplainedError, Hashable {
  /// The driver's library is not there.
  case driverMissing(reason: String)
  /// The driver's library lacks a function: it is older than CUDA 11.
  case driverIncomplete(symbol: String)
  /// The driver is there and cannot start: its number, name and words.
  case driverFails(code: Int, name: String, text: String)
  /// cuDNN is in none of the places where it was looked for.
  case cudnnMissing(places: [String])
  /// A file that is called cuDNN cannot be loaded.
  case cudnnBroken(path: String, reason: String)
  /// A cuDNN of another time: it lacks a function.
  case cudnnIncomplete(path: String, symbol: String)
  /// cuDNN is there, and a library that it needs is not.
  case cublasMissing(name: String, cuda: Int)
  /// cuDNN is older than what is used of it.
  case cudnnTooOld(version: CUDNNVersion)
  /// The driver knows no card.
  case noCard
  /// The card is older than compute capability 6.1.
  case cardTooOld(card: String, capability: ComputeCapability)
  /// This cuDNN no longer serves this card.
  case cudnnTooNew(version: CUDNNVersion, card: String, capability: ComputeCapability)
  /// A call of the driver failed.
  case callFailed(call: String, code: Int, name: String)
  /// A call of cuDNN failed.
  case cudnnFailed(call: String, status: Int, name: String, detail: String)
  /// cuDNN has no way to compute a convolution within the rules.
  case noEngine(convolution: String, detail: String)
  /// A file of plans cannot be read, written or understood.
  case planFileFailed(path: String, why: String)
  /// A file of plans is of another card or version than what is here.
  case planOfAnother(path: String, wanted: String, found: String)
  /// A file of plans names an engine that does not compute its convolution here.
  case planUnusable(path: String, convolution: String, why: String)
  /// The network does not take tiles of a shape that was planned.
  case networkRefuses(String)
  /// A speed is asked of a card that is only emulated.
  case emulated(card: String)
  /// What the card computed is not what the processor computes.
  case selfCheckFailed(what: String, place: Int, found: Float, expected: Float)
  /// A training that several cards share has ended on another of them.
  case otherCardFailed
  /// Steps of a training change weights by something else than the reference's.
  case trainingDiffers(network: String, difference: Double, list: String, ofList: Double)

  /// The error in words.
  package var explanation: Explanation {
    switch self {
    case .driverMissing(let reason):
      Explanation(
        .input,
        reason.contains("No such file")
          ? "there is no NVIDIA driver (libcuda.so.1)"
          : "there is no NVIDIA driver that could be loaded (libcuda.so.1: \(reason))",
        remedy: "install the driver (Ubuntu: nvidia-driver-580), or use --engine onednn")
    case .driverIncomplete(let symbol):
      Explanation(
        .input, "the NVIDIA driver is too old: its libcuda.so.1 has no \(symbol)",
        remedy: "install a driver of version 525 or newer, or use --engine onednn")
    case .driverFails(let code, let name, let text):
      Explanation(
        .input, "the NVIDIA driver does not start: \(text) (\(name), \(code))",
        remedy: "look at what nvidia-smi says, or use --engine onednn")
    case .cudnnMissing(let places):
      Explanation(
        .input,
        "there is no cuDNN: libcudnn.so.9 is in none of \(places.joined(separator: ", "))",
        remedy: "install it (pip install nvidia-cudnn-cu12==9.10.2.21, which serves cards from 6.1 "
          + "on), or name its folder in T2S_CUDNN, or use --engine onednn")
    case .cudnnBroken(let path, let reason):
      Explanation(
        .input, "\(path) cannot be loaded: \(reason)",
        remedy: "install cuDNN again, or use --engine onednn")
    case .cudnnIncomplete(let path, let symbol):
      Explanation(
        .input, "\(path) is no cuDNN 9: it has no \(symbol)",
        remedy: "install cuDNN 9.8 or newer, or use --engine onednn")
    case .cublasMissing(let name, let cuda):
      Explanation(
        .input, "cuDNN needs \(name), which is not there",
        remedy: "install it (pip install nvidia-cublas\(cuda > 12 ? "" : "-cu\(cuda)")), or use "
          + "--engine onednn")
    case .cudnnTooOld(let version):
      Explanation(
        .input, "cuDNN \(version) is too old",
        remedy: "install 9.8 or newer: pip install nvidia-cudnn-cu12==9.10.2.21")
    case .noCard:
      Explanation(
        .input, "the NVIDIA driver finds no card",
        remedy: "look at what nvidia-smi and CUDA_VISIBLE_DEVICES say, or use --engine onednn")
    case .cardTooOld(let card, let capability):
      Explanation(
        .input, "\(card) has compute capability \(capability); 6.1 is the least",
        remedy: "use --engine onednn")
    case .cudnnTooNew(let version, let card, let capability):
      Explanation(
        .input,
        "cuDNN \(version) does not serve \(card) (compute capability \(capability)); 9.10.2 was the "
          + "last that does",
        remedy: "pip install nvidia-cudnn-cu12==9.10.2.21, or use --engine onednn")
    case .callFailed(let call, let code, let name):
      Explanation(
        .failed, "\(call) failed: \(name) (\(code))",
        remedy: code == 2
          ? "smaller --tile, or end what else uses the card's memory; or use --engine onednn"
          : "look at what t2s-volume gpu doctor says, or use --engine onednn")
    case .cudnnFailed(let call, let status, let name, let detail):
      Explanation(
        .failed, "\(call) failed: \(name) (\(status))\(detail.isEmpty ? "" : ": \(detail)")",
        remedy: "look at what t2s-volume gpu doctor says, or use --engine onednn")
    case .noEngine(let convolution, let detail):
      Explanation(
        .input,
        "cuDNN has no engine for \(convolution)\(detail.isEmpty ? "" : " (\(detail))")",
        remedy: "use --engine onednn")
    case .planFileFailed(let path, let why):
      Explanation(
        .input, "--plan-file \(path): \(why)",
        remedy: "give another file, or remove this one: it is made again")
    case .planOfAnother(let path, let wanted, let found):
      Explanation(
        .input, "--plan-file \(path) is of \(found), and here is \(wanted)",
        remedy: "give each kind of card and each version of cuDNN a file of its own")
    case .planUnusable(let path, let convolution, let why):
      Explanation(
        .input, "--plan-file \(path): its engine for \(convolution) cannot be used: \(why)",
        remedy: "remove the file: it is made again")
    case .networkRefuses(let why):
      Explanation(.input, why, remedy: "give another --tile")
    case .emulated(let card):
      Explanation(
        .input, "\(card) is no card: it has no speed that could be measured",
        remedy: "unset T2S_GPU_EMULATOR, and measure on a machine with a card")
    case .selfCheckFailed(let what, let place, let found, let expected):
      Explanation(
        .failed,
        "the card computes wrongly: \(what) at \(place) is \(found) and should be \(expected)",
        remedy: "do not use this card with this cuDNN; use --engine onednn, and report this with "
          + "what t2s-volume gpu doctor prints")
    case .otherCardFailed:
      Explanation(
        .failed, "another card of this training has failed",
        remedy: "look at its error; go on with --continue")
    case .trainingDiffers(let network, let difference, let list, let ofList):
      Explanation(
        .failed,
        "the card trains wrongly: steps of \(network) differ by up to \(Float(difference)) of their length "
          + "from the processor's, those of \(list) by \(Float(ofList))",
        remedy: "train with --engine onednn, and report this with what t2s-volume gpu doctor prints"
      )
    }
  }

  /// The same as it crosses the engine seam.
  package var asEngineError: EngineError { .deviceFailed(engine: "cudnn", why: explanation) }
}

/// cuDNN's version: 91002 is 9.10.2.
package struct CUDNNVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// As the library gives it.
  package var number: Int

  /// The version that the library calls `number`.
  package init(number: Int) { self.number = number }

  /// The oldest that is used.
  package static let oldest = CUDNNVersion(number: 90800)
  /// The last that serves cards before compute capability 7.5.
  package static let lastForPascal = CUDNNVersion(number: 91002)

  /// "9.10.2".
  package var description: String { "\(number / 10000).\(number / 100 % 100).\(number % 100)" }
  package static func < (a: CUDNNVersion, b: CUDNNVersion) -> Bool { a.number < b.number }
}

/// What a card can do: 6.1 is Pascal, 9.0 Hopper.
package struct ComputeCapability: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The generation.
  package var major: Int
  /// The kind within it.
  package var minor: Int

  /// Compute capability `major`.`minor`.
  package init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// "6.1".
  package var description: String { "\(major).\(minor)" }
  package static func < (a: ComputeCapability, b: ComputeCapability) -> Bool {
    (a.major, a.minor) < (b.major, b.minor)
  }

  /// Whether halves are multiplied by tensor cores.
  package var hasTensorCores: Bool { self >= ComputeCapability(7, 5) }
}

/// Whether `version` of cuDNN serves a card of `capability`; throws what is wrong where not.
package func checkServes(
  _ version: CUDNNVersion, card: String, _ capability: ComputeCapability
) throws(GPUError) {
  guard version >= .oldest else { throw .cudnnTooOld(version: version) }
  guard capability >= ComputeCapability(6, 1) else {
    throw .cardTooOld(card: card, capability: capability)
  }
  guard version <= .lastForPascal || capability.hasTensorCores else {
    throw .cudnnTooNew(version: version, card: card, capability: capability)
  }
}
