enum ConstantTime {
  /// Takes as long for a wrong text as for the right one of that length.
  static func isSame(_ given: String, _ expected: String) -> Bool {
    guard given.utf8.count == expected.utf8.count else { return false }
    return zip(given.utf8, expected.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
