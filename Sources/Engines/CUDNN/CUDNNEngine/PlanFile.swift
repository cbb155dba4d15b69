import EngineCore
import Synchronization
import SystemIO
import VolumeCore

/// Which engine of cuDNN computes each convolution, kept in a file: so that parts of a run on several
/// machines use the same ones, and what was found by timing is found once.
///
/// A file is one card's and one version's of cuDNN. What it lacks is chosen by the library's order and added.
package final class PlanFile: Sendable {
  /// An engine, and how it is set.
  package struct Choice: Hashable, Sendable {
    /// Its number in the library.
    package var engine: Int
    /// How it is set, by the library's own numbers.
    package var knobs: [Int: Int]
    /// Whether a kernel of ours does what comes after the convolution.
    package var isBare: Bool
    /// What it was said to take beside its values; for people.
    package var workspaceByteCount: Int
  }

  /// What a file is for.
  package struct Owner: Hashable, Sendable {
    /// "NVIDIA H100 80GB HBM3".
    package var card: String
    /// "9.0".
    package var capability: String
    /// "9.10.2".
    package var cudnn: String

    /// What `session` computes with.
    init(_ session: GPUSession) {
      card = session.card.name
      capability = "\(session.card.capability)"
      cudnn = "\(session.libraries.version)"
    }

    fileprivate init?(_ json: JSONValue) {
      guard let card = json["card"]?.string, let cudnn = json["cudnn"]?.string,
        let capability = json["compute_capability"]?.string
      else { return nil }
      self.card = card
      self.capability = capability
      self.cudnn = cudnn
    }

    var words: String { "cuDNN \(cudnn) on \(card) (\(capability))" }
  }

  /// Of the file's form.
  static let version = 1

  /// Where it lies.
  package let path: String
  private let owner: Owner
  private struct State {
    var choices: [String: Choice] = [:]
    var words: [String: String] = [:]
    var hasChanged = false
  }
  private let state: Mutex<State>

  /// Reads the file for the cards of `sessions`, or begins one where there is none.
  package init(_ path: String, for sessions: [GPUSession]) throws(GPUError) {
    self.path = path
    guard let first = sessions.first else { throw .noCard }
    let owner = Owner(first)
    for session in sessions.dropFirst() where Owner(session) != owner {
      throw .planOfAnother(path: path, wanted: Owner(session).words, found: owner.words)
    }
    self.owner = owner
    var state = State()
    if kind(ofPath: path) != .missing {
      let bytes: [UInt8]
      do { bytes = try contents(ofFile: path, limit: 64 << 20) } catch {
        throw .planFileFailed(path: path, why: error.explanation.what)
      }
      guard let json = JSONValue(parsing: bytes), json["version"]?.integer == Self.version,
        let found = Owner(json), let list = json["convolutions"]?.array
      else { throw .planFileFailed(path: path, why: "it is no file of plans of this version") }
      guard found == owner else {
        throw .planOfAnother(path: path, wanted: owner.words, found: found.words)
      }
      for entry in list {
        guard let key = entry["convolution"]?.string, let choice = Choice(entry) else {
          throw .planFileFailed(path: path, why: "an entry is not understood: \(entry.text())")
        }
        state.choices[key] = choice
        state.words[key] = entry["words"]?.string
      }
    }
    self.state = Mutex(state)
  }

  /// What the file says of `geometry`.
  func choice(for geometry: ConvolutionGeometry) -> Choice? {
    state.withLock { $0.choices[geometry.key] }
  }

  /// Keeps how `plan` computes, instead of what was there.
  func add(_ plan: ConvolutionPlan) {
    let choice = Choice(plan)
    state.withLock { state in
      guard state.choices[plan.geometry.key] != choice else { return }
      state.choices[plan.geometry.key] = choice
      state.words[plan.geometry.key] = plan.geometry.words
      state.hasChanged = true
    }
  }

  /// How many convolutions it knows.
  package var count: Int { state.withLock { $0.choices.count } }

  /// Writes the file whole, where something was added.
  package func save() throws(GPUError) {
    let text: String? = state.withLock { state in
      guard state.hasChanged else { return nil }
      state.hasChanged = false
      let entries = state.choices.keys.sorted().map { key in
        state.choices[key].map { $0.json(key, state.words[key] ?? "") } ?? .null
      }
      let document: JSONValue = [
        "version": .integer(Self.version), "card": .string(owner.card),
        "compute_capability": .string(owner.capability), "cudnn": .string(owner.cudnn),
        "convolutions": .array(entries),
      ]
      return document.text(pretty: true) + "\n"
    }
    guard let text else { return }
    do { try writeFileAtomically(path, Array(text.utf8)) } catch {
      throw .planFileFailed(path: path, why: error.explanation.what)
    }
  }
}

extension PlanFile.Choice {
  /// How `plan` computes.
  init(_ plan: ConvolutionPlan) {
    engine = plan.engine.index
    knobs = plan.engine.knobs
    isBare = plan.isBare
    workspaceByteCount = plan.workspaceByteCount
  }

  fileprivate init?(_ json: JSONValue) {
    guard let engine = json["engine"]?.integer, let isBare = json["bare"]?.bool,
      let workspace = json["workspace"]?.integer
    else { return nil }
    self.engine = engine
    self.isBare = isBare
    workspaceByteCount = workspace
    knobs = [:]
    for (type, value) in json["knobs"]?.object ?? [:] {
      guard let type = Int(type), let value = value.integer else { return nil }
      knobs[type] = value
    }
  }

  fileprivate func json(_ key: String, _ words: String) -> JSONValue {
    let knobs = Dictionary(
      uniqueKeysWithValues: knobs.map { (String($0.key), JSONValue.integer($0.value)) })
    return [
      "convolution": .string(key), "words": .string(words), "engine": .integer(engine),
      "knobs": .object(knobs), "bare": .bool(isBare), "workspace": .integer(workspaceByteCount),
    ]
  }
}

extension ConvolutionGeometry {
  /// All that decides, in one word for each: equal where geometries are.
  package var key: String {
    func text(_ shape: Shape3) -> String { "\(shape.z)x\(shape.y)x\(shape.x)" }
    let steps = [
      epilogue.adds ? "sum" : nil, epilogue.hasBias ? "bias" : nil, epilogue.relu ? "relu" : nil,
    ]
    let words: [String] = [
      pass.rawValue, "\(samples)", text(input), text(output), "\(inputs)>\(outputs)",
      "k\(text(kernel))", "s\(text(stride))", "p\(text(padding.before))+\(text(padding.after))",
      isPlanar ? "2d" : "3d", format.precision.rawValue, format.isPlanes ? "planes" : "last",
    ]
    return (words + steps.compactMap { $0 }).joined(separator: " ")
  }
}
