import CLibpq

/// A PostgreSQL address taken apart by libpq itself, for the programs that come with PostgreSQL: what it says goes to them as
/// environment variables, because the command line of a process, and a password in it, can be read by everybody.
package struct PostgresAddress: Sendable {
  package private(set) var environment: [String: String] = [:]
  package private(set) var database: String?

  /// - Throws: `StoreError.unavailable` for an address that cannot be read; its text never holds the address.
  package init(_ address: String) throws {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(address, &message) else {
      if let message { PQfreemem(message) }
      throw StoreError.unavailable("the address of PostgreSQL cannot be read")
    }
    defer { PQconninfoFree(options) }
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        if let name = option.pointee.envvar { environment[String(cString: name)] = String(cString: value) }
        if String(cString: keyword) == "dbname" { database = String(cString: value) }
      }
      option += 1
    }
  }
}
