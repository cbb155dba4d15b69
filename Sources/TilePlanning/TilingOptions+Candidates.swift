import VolumeCore

extension TilingOptions {
  /// What an automatic tile may write, the best first: whole layers, then bands of them, then
  /// squares, ever smaller.
  ///
  /// Larger tiles read less halo; parts of a block (a power of two below it) keep few blocks open.
  public func candidates(region: Shape3, block: Shape3) -> [Shape3] {
    var result = [Shape3(z: 1, y: region.y, x: region.x)]
    var rows = block.y
    while rows >= 128 {
      if rows < region.y { result.append(Shape3(z: 1, y: rows, x: region.x)) }
      rows /= 2
    }
    var edge = block.y
    while edge >= 32 {
      if edge < region.y || edge < region.x {
        result.append(Shape3(z: 1, y: min(edge, region.y), x: min(edge, region.x)))
      }
      edge = edge > 256 ? edge - edge / 4 / 64 * 64 : edge / 2
    }
    return result
  }
}
