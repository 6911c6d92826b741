import CLibpq
import Foundation

/// Makes and drops databases for tests. A database cannot be made inside a transaction, and the Store has nothing else.
enum PostgresAdministration {
  struct Failure: Error { let message: String }

  static func create(_ name: String, on server: String) throws { try run("CREATE DATABASE \(name)", on: server) }

  static func drop(_ name: String, on server: String) {
    try? run("DROP DATABASE IF EXISTS \(name) WITH (FORCE)", on: server)
  }

  /// The server's address with another database's name in its path.
  static func address(of name: String, on server: String) -> String {
    guard var parts = URLComponents(string: server) else { return server }
    parts.path = "/" + name
    return parts.string ?? server
  }

  static func run(_ statement: String, on server: String) throws {
    let connection = PQconnectdb(server)
    defer { PQfinish(connection) }
    let result = PQexec(connection, statement)
    defer { PQclear(result) }
    guard PQresultStatus(result) == PGRES_COMMAND_OK else {
      throw Failure(message: String(cString: PQerrorMessage(connection)))
    }
  }
}
