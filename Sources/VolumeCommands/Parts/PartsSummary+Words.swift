import Cluster

extension PartsSummary {
  /// What they took, in a line.
  var line: String {
    let machines = hosts.count == 1 ? "one machine" : "\(hosts.count) machines"
    let again = attempts > parts ? " (begun \(attempts) times)" : ""
    let speed = rate.map { ", \(Words.rate($0)) to a part" } ?? ""
    return "\(parts)\(again) on \(machines), \(Words.duration(seconds)) of computing in all\(speed)"
  }
}
