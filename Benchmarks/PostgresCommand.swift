import CLibpq

/// Statements that cannot run inside a transaction, for which the Store has nothing.
enum PostgresCommand {
  static func run(_ statement: String, on address: String) throws {
    let connection = PQconnectdb(address)
    defer { PQfinish(connection) }
    let result = PQexec(connection, statement)
    defer { PQclear(result) }
    let status = PQresultStatus(result)
    guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
      throw Failed("\(statement): \(String(cString: PQerrorMessage(connection)))")
    }
  }
}
