/// One launch of a kernel of ours, as data: which, on how many elements, with what.
package struct KernelCall: Hashable, Sendable {
  /// A value that a kernel takes.
  package enum Argument: Hashable, Sendable {
    /// Where something lies in the card's memory; 0 stands for nothing.
    case address(UInt64)
    /// A count or an extent, of 32 bits.
    case count(Int)
    /// A number in single precision.
    case number(Float)

    /// Bytes as the kernel sees it.
    package var byteCount: Int {
      switch self {
      case .address: 8
      case .count, .number: 4
      }
    }

    /// The bytes, the lowest first.
    var bits: UInt64 {
      switch self {
      case .address(let address): address
      case .count(let count): UInt64(UInt32(truncatingIfNeeded: count))
      case .number(let number): UInt64(number.bitPattern)
      }
    }
  }

  /// The kernel's name in the PTX.
  package var name: String
  /// Elements, each computed by one thread or by one turn of it.
  package var elements: Int
  /// What it takes, in order.
  package var arguments: [Argument]

  /// Threads of a block.
  static let threads = 256
  /// Blocks at most; a thread then takes several elements.
  static let mostBlocks = 1 << 20

  /// Blocks of the launch.
  package var blocks: Int {
    max(1, min((elements + Self.threads - 1) / Self.threads, Self.mostBlocks))
  }

  /// A call of `name`.
  package init(_ name: String, _ elements: Int, _ arguments: [Argument]) {
    self.name = name
    self.elements = elements
    self.arguments = arguments
  }
}

/// The kernels that are compiled, and loaded, together.
package enum KernelSet: Hashable, Sendable, CaseIterable {
  /// kernels.cu: what computes networks, and checks the card.
  case inference
  /// training.cu.
  case training

  /// The text that is given to the driver.
  package var text: String {
    switch self {
    case .inference: KernelText.ptx
    case .training: TrainingKernelText.ptx
    }
  }

  /// FNV-1a (64 bits) of the source that the text was made from.
  package var sourceHash: UInt64 {
    switch self {
    case .inference: KernelText.sourceHash
    case .training: TrainingKernelText.sourceHash
    }
  }

  /// The source's name.
  package var source: String {
    switch self {
    case .inference: "kernels.cu"
    case .training: "training.cu"
    }
  }

  /// For each kernel the bytes of its arguments, in order.
  package var signatures: [String: [Int]] {
    switch self {
    case .inference: KernelSignatures.inference
    case .training: KernelSignatures.training
    }
  }
}

/// What the kernels take, as the PTX says it.
package enum KernelSignatures {
  /// Those of each set.
  static let inference = parsed(KernelText.ptx)
  static let training = parsed(TrainingKernelText.ptx)
  /// For each kernel the bytes of its arguments, in order.
  package static let all: [String: [Int]] = inference.merging(training) { first, _ in first }

  /// Reads lines of ".visible .entry name( .param .u64 a, .param .f32 b ) { ... }".
  package static func parsed(_ text: String) -> [String: [Int]] {
    var result: [String: [Int]] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix(".visible .entry ") {
      let entry = line.dropFirst(16)
      let name = String(entry.prefix { $0 != "(" })
      let list = entry.dropFirst(name.count + 1).prefix { $0 != ")" }
      result[name] = list.split(separator: ",").map { argument in
        let type = argument.split(separator: " ").dropFirst().first ?? ""
        return type.hasSuffix("64") ? 8 : 4
      }
    }
    return result
  }
}
