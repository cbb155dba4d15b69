import VolumeCore

extension OptionText {
  /// Layers of a volume of `count`: `3,10,20:40,100:200:10`, each once, in their order.
  func layers(of count: Int) throws(UsageError) -> [Int] {
    let form = "give layers from 0 to \(count - 1): 3,10 or first:last+1, as 20:40, or 0:100:10"
    var layers: Set<Int> = []
    for field in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = field.split(separator: ":", omittingEmptySubsequences: false)
      var numbers: [Int] = []
      for (place, part) in parts.enumerated() {
        // As in a region, a bound that is left out is the face.
        let left = part.isEmpty && parts.count > 1 ? [0, count, 1][min(place, 2)] : nil
        guard let number = left ?? decimal(part) else {
          throw wrong("'\(field)' is no layer", form)
        }
        numbers.append(number)
      }
      switch numbers.count {
      case 1: layers.insert(numbers[0])
      case 2 where numbers[0] < numbers[1]: layers.formUnion(numbers[0]..<numbers[1])
      case 3 where numbers[0] < numbers[1] && numbers[2] > 0:
        layers.formUnion(stride(from: numbers[0], to: numbers[1], by: numbers[2]))
      default: throw wrong("'\(field)' holds no layer", form)
      }
      if let far = layers.first(where: { $0 >= count }) {
        throw wrong("there is no layer \(far)", form)
      }
    }
    return layers.sorted()
  }
}
