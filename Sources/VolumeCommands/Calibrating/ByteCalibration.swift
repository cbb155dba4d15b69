import EngineCore
import VolumeCore

/// How large the values of a model's network are on a scan, and what its labels lose when they are
/// computed in bytes by it: what lies beside a model as MODEL.int8.json.
package struct ByteCalibration: Hashable, Sendable {
  /// The model's checksum.
  var model: String
  package var normalisation: Normalisation
  var voxelType: VoxelType
  /// The scan, and how much of it was looked at.
  var scan: String
  var crops: Int
  var voxels: Int
  package var quantisation: Quantisation
  package var gate: CalibrationGate

  /// Where the calibration of the model at `path` lies: run/model.h5 has run/model.int8.json.
  package static func path(beside path: String) -> String {
    guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else {
      return path + ".int8.json"
    }
    return String(path[..<dot]) + ".int8.json"
  }

  /// Why it does not hold for another model, or for greys normalised in another way; `nil`: it does.
  package func obstacle(model hash: String, _ rule: Normalisation) -> String? {
    if model != hash { return "it is of another model" }
    if rule != normalisation {
      let (low, high) = (Double(normalisation.low), Double(normalisation.high))
      return "greys from \(Words.short(low)) to \(Words.short(high)) became 0 to 1 when it was made"
    }
    return nil
  }

  /// Tells it apart from others in a plan.
  package var digest: String {
    let numbers = quantisation.limits.sorted { $0.key < $1.key }.map { name, limits in
      "\(name):" + limits.map { String($0.bitPattern, radix: 16) }.joined(separator: ",")
    }
    let offsets = quantisation.offsets.map { String($0.bitPattern, radix: 16) }
    return checksum(of: (numbers + offsets).joined(separator: ";"))
  }

  /// FNV-1a, 64 bits (Fowler, Noll, Vo).
  private func checksum(of text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }

  package var json: JSONValue {
    [
      "version": 1, "tool_version": .string(toolVersion), "model": .string(model),
      "normalisation": [
        "low": .number(Double(normalisation.low)), "high": .number(Double(normalisation.high)),
        "clips": .bool(normalisation.clips),
      ],
      "voxel_type": .string(voxelType.rawValue), "scan": .string(scan), "crops": .integer(crops),
      "voxels": .integer(voxels), "gate": gate.json,
      "limits": .object(
        quantisation.limits.mapValues { .array($0.map { .number(Double($0)) }) }),
      "offsets": .array(quantisation.offsets.map { .number(Double($0)) }),
    ]
  }

  /// Reads what `json` says; the error says what is not understood.
  package init(_ json: JSONValue, at path: String) throws(Explanation) {
    func wrong(_ what: String) -> Explanation {
      Explanation(
        .damaged, "\(path) is no calibration: \(what)",
        remedy: "make it again: t2s-volume model calibrate MODEL SCAN --overwrite")
    }
    guard json["version"]?.integer == 1 else { throw wrong("it is not of version 1") }
    guard let model = json["model"]?.string, let scan = json["scan"]?.string,
      let type = json["voxel_type"]?.string.flatMap(VoxelType.init(rawValue:)),
      let low = json["normalisation"]?["low"]?.number,
      let high = json["normalisation"]?["high"]?.number,
      let clips = json["normalisation"]?["clips"]?.bool,
      let crops = json["crops"]?.integer, let voxels = json["voxels"]?.integer
    else { throw wrong("it does not say of which model and scan it is") }
    guard let gate = json["gate"].flatMap(CalibrationGate.init) else {
      throw wrong("it does not say what bytes cost")
    }
    var limits: [String: [Float]] = [:]
    for (name, list) in json["limits"]?.object ?? [:] {
      let numbers = (list.array ?? []).compactMap { $0.number.map(Float.init) }
      guard numbers.count == list.array?.count, numbers.allSatisfy({ $0 >= 0 && $0.isFinite })
      else { throw wrong("the limits of \(name) are not numbers from 0 up") }
      limits[name] = numbers
    }
    guard !limits.isEmpty else { throw wrong("it has no limits") }
    let offsets = (json["offsets"]?.array ?? []).compactMap { $0.number.map(Float.init) }
    guard offsets.count == json["offsets"]?.array?.count, offsets.allSatisfy(\.isFinite) else {
      throw wrong("its offsets are not numbers")
    }
    self.init(
      model: model,
      normalisation: Normalisation(low: Float(low), high: Float(high), clips: clips),
      voxelType: type, scan: scan, crops: crops, voxels: voxels,
      quantisation: Quantisation(limits: limits, offsets: offsets), gate: gate)
  }

  package init(
    model: String, normalisation: Normalisation, voxelType: VoxelType, scan: String, crops: Int,
    voxels: Int, quantisation: Quantisation, gate: CalibrationGate
  ) {
    self.model = model
    self.normalisation = normalisation
    self.voxelType = voxelType
    self.scan = scan
    self.crops = crops
    self.voxels = voxels
    self.quantisation = quantisation
    self.gate = gate
  }
}

/// What labels computed in bytes lose against those in single precision.
package struct CalibrationGate: Hashable, Sendable {
  /// A class, by its Jaccard index against the annotation.
  package struct ClassLoss: Hashable, Sendable {
    package var name: String
    package var single: Double
    package var bytes: Double

    package init(name: String, single: Double, bytes: Double) {
      self.name = name
      self.single = single
      self.bytes = bytes
    }
  }

  /// Voxels whose labels were compared, and how many of them are equal.
  package var voxels: Int
  package var equal: Int
  /// Where the crops are annotated, each class that is there; else empty.
  package var classes: [ClassLoss]

  /// The least share of equal labels without an annotation.
  static let leastShare = 0.998
  /// What a class's Jaccard index may lose.
  static let mostLoss = 0.002

  var share: Double { voxels == 0 ? 0 : Double(equal) / Double(voxels) }

  /// The class that loses most.
  var worst: ClassLoss? { classes.max { $0.single - $0.bytes < $1.single - $1.bytes } }

  /// Whether bytes are good enough to be chosen without being asked for.
  package var isPassed: Bool {
    guard voxels > 0 else { return false }
    if let worst { return worst.single - worst.bytes < Self.mostLoss }
    return share >= Self.leastShare
  }

  /// "99.91 % of 2,097,152 labels equal those of f32 (at least 99.8 % are wanted): passed".
  package var words: String {
    var words = "\(Words.percent(share, 2)) of \(Words.grouped(voxels)) labels equal those of f32"
    if let worst {
      words +=
        "; \(worst.name) loses most, \(Words.fixed(worst.single - worst.bytes, 4)) of its Jaccard "
        + "index of \(Words.fixed(worst.single, 3)) (less than \(Self.mostLoss) is wanted)"
    } else {
      words += " (at least \(Words.percent(Self.leastShare, 1)) are wanted)"
    }
    return words + (isPassed ? ": passed" : ": not passed")
  }

  var json: JSONValue {
    [
      "voxels": .integer(voxels), "equal": .integer(equal), "share": .number(share),
      "passed": .bool(isPassed),
      "classes": .array(
        classes.map {
          [
            "name": .string($0.name), "jaccard_f32": .number($0.single),
            "jaccard_int8": .number($0.bytes),
          ]
        }),
    ]
  }

  package init(voxels: Int, equal: Int, classes: [ClassLoss] = []) {
    self.voxels = voxels
    self.equal = equal
    self.classes = classes
  }

  /// As read; whether it is passed follows from its numbers.
  init?(_ json: JSONValue) {
    guard let voxels = json["voxels"]?.integer, let equal = json["equal"]?.integer,
      (0...max(voxels, 0)).contains(equal)
    else { return nil }
    self.init(voxels: voxels, equal: equal)
    for item in json["classes"]?.array ?? [] {
      guard let name = item["name"]?.string, let single = item["jaccard_f32"]?.number,
        let bytes = item["jaccard_int8"]?.number
      else { return nil }
      classes.append(ClassLoss(name: name, single: single, bytes: bytes))
    }
  }
}
