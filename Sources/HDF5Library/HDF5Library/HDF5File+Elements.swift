import CHDF5

extension HDF5File {
  /// What the numbers of `type` are.
  static func element(
    _ type: borrowing HDF5Handle, _ name: String
  ) throws(HDF5Error) -> HDF5Element {
    let width = Int(clamping: H5Tget_size(type.id))
    switch H5Tget_class(type.id) {
    case H5T_INTEGER: return integer(type.id, .integer, width)
    case H5T_BITFIELD: return integer(type.id, .bits, width)
    case H5T_FLOAT:
      var element = HDF5Element(.float, byteCount: width, isSigned: true)
      element.isBigEndian = H5Tget_order(type.id) == H5T_ORDER_BE
      element.isPlain = chdf5_is_plain_float(type.id) == 1
      return element
    case H5T_ENUM: return try enumeration(type, width, name)
    case H5T_COMPOUND:
      var element = HDF5Element(.compound, byteCount: width)
      let fields = H5Tget_nmembers(type.id)
      for index in 0..<UInt32(max(0, min(fields, 64))) {
        element.names.append(memberName(type.id, index))
      }
      return element
    case H5T_STRING: return HDF5Element(.text, byteCount: width)
    default: return HDF5Element(.other, byteCount: width)
    }
  }

  private static func integer(
    _ type: hid_t, _ kind: HDF5Element.Kind, _ width: Int
  ) -> HDF5Element {
    var element = HDF5Element(kind, byteCount: width)
    element.isSigned = kind == .integer && H5Tget_sign(type) == H5T_SGN_2
    let order = H5Tget_order(type)
    element.isBigEndian = order == H5T_ORDER_BE
    element.isPlain =
      [1, 2, 4, 8].contains(width) && H5Tget_precision(type) == 8 * width
      && H5Tget_offset(type) == 0 && (order == H5T_ORDER_BE || order == H5T_ORDER_LE || width == 1)
    return element
  }

  private static func enumeration(
    _ type: borrowing HDF5Handle, _ width: Int, _ name: String
  ) throws(HDF5Error) -> HDF5Element {
    let base = try HDF5Handle("H5Tget_super", name, H5Tget_super(type.id))
    var element = integer(base.id, .enumeration, width)
    element.isSigned = H5Tget_sign(base.id) == H5T_SGN_2
    guard width >= 1, width <= 8 else { return element }
    let members = H5Tget_nmembers(type.id)
    for index in 0..<UInt32(max(0, min(members, 256))) {
      element.names.append(memberName(type.id, index))
      var bytes = [UInt8](repeating: 0, count: 8)
      let status = unsafe bytes.withUnsafeMutableBytes { bytes in
        unsafe H5Tget_member_value(type.id, index, bytes.baseAddress)
      }
      _ = try check("H5Tget_member_value", name, status)
      let used = bytes.prefix(width)
      let ordered = element.isBigEndian ? Array(used) : used.reversed()
      var value = ordered.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      if element.isSigned, width < 8, value >> UInt64(8 * width - 1) == 1 {
        value |= UInt64.max << UInt64(8 * width)
      }
      element.values.append(Int(truncatingIfNeeded: value))
    }
    return element
  }

  private static func memberName(_ type: hid_t, _ index: UInt32) -> String {
    guard let name = unsafe H5Tget_member_name(type, index) else { return "?" }
    defer { unsafe H5free_memory(name) }
    return unsafe String(cString: name)
  }
}
