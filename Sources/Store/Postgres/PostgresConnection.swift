import CLibpq
import Foundation

/// One connection of libpq, used by one thread. Every statement is prepared once and bound in binary form.
final class PostgresConnection: Connection {
  private struct Prepared {
    let name: String
    var lastUse: Int
  }

  private let handle: OpaquePointer
  private let patience: Duration
  private var prepared: [String: Prepared] = [:]
  private var uses = 0
  /// Statements kept prepared on a connection; the longest unused goes first.
  private static let preparedLimit = 256

  var dialect: Dialect { .postgres }

  init(_ address: String, statementTimeout: Duration) throws {
    let milliseconds = statementTimeout.components.seconds * 1000
    // The server's own limit comes first; ours is for a server that says nothing any more.
    patience = statementTimeout + .seconds(5)
    // What stands before the address can be said otherwise in it; what stands after it cannot.
    let settings: KeyValuePairs = [
      "application_name": "amends", "connect_timeout": "5", "keepalives_idle": "10", "keepalives_interval": "5",
      "keepalives_count": "3", "tcp_user_timeout": "20000", "dbname": address, "client_encoding": "UTF8",
      "options":
        "-c statement_timeout=\(milliseconds) -c client_min_messages=warning -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
    ]
    var keywords: [UnsafeMutablePointer<CChar>?] = []
    var values: [UnsafeMutablePointer<CChar>?] = []
    for (key, value) in settings {
      keywords.append(strdup(key))
      values.append(strdup(value))
    }
    defer { for pointer in keywords + values { free(pointer) } }
    let opened = (keywords.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { names in
      (values.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer {
        PQconnectdbParams(names.baseAddress, $0.baseAddress, 1)
      }
    }
    guard let opened else { throw PostgresFailure(lost: "libpq has no memory") }
    guard PQstatus(opened) == CONNECTION_OK else {
      let message = String(cString: PQerrorMessage(opened)).trimmingCharacters(in: .whitespacesAndNewlines)
      PQfinish(opened)
      let isMissing = message.contains("does not exist")
      throw isMissing
        ? PostgresFailure(state: "3D000", message: message + ".", sql: "") : PostgresFailure(lost: message)
    }
    handle = opened
  }

  deinit { PQfinish(handle) }

  var isUsable: Bool { PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) == PQTRANS_IDLE }

  func command(_ text: String) throws {
    let result = try exchange(text) { PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1) }
    PQclear(result)
  }

  /// COMMIT, with three answers: yes; certainly not (the server said which conflict); unknown.
  func commit() throws {
    do {
      let result = try exchange("COMMIT") { PQsendQueryParams(handle, "COMMIT", 0, nil, nil, nil, nil, 1) }
      defer { PQclear(result) }
      guard String(cString: PQcmdStatus(result)) == "COMMIT" else {
        throw PostgresFailure(state: "25P02", message: "the transaction had failed before", sql: "COMMIT")
      }
    } catch let failure as PostgresFailure {
      switch failure.reason {
      case .constraint, .contended, .statement: throw failure
      default: throw PostgresFailure(commitUnknown: "\(failure.reason)")
      }
    }
  }

  func execute(_ sql: SQL) throws -> Int {
    let rendered = try sql.rendered(for: .postgres)
    let result = try run(rendered.text, rendered.values.map(Parameter.init))
    defer { PQclear(result) }
    return Int(String(cString: PQcmdTuples(result))) ?? 0
  }

  func query(_ sql: SQL) throws -> [Row] {
    let rendered = try sql.rendered(for: .postgres)
    let result = try run(rendered.text, rendered.values.map(Parameter.init))
    defer { PQclear(result) }
    return try PostgresResult.rows(of: result)
  }

  func bulk(_ statement: Bulk, _ rows: [[SQLValue]]) throws -> Int {
    guard !rows.isEmpty else { return 0 }
    let result = try send(statement, rows)
    defer { PQclear(result) }
    return Int(String(cString: PQcmdTuples(result))) ?? 0
  }

  func bulkRows(_ statement: Bulk, _ rows: [[SQLValue]]) throws -> [Row] {
    guard !rows.isEmpty else { return [] }
    let result = try send(statement, rows)
    defer { PQclear(result) }
    return try PostgresResult.rows(of: result)
  }

  private func send(_ statement: Bulk, _ rows: [[SQLValue]]) throws -> OpaquePointer {
    try run(
      statement.text(.postgres, rows: rows.count),
      statement.bound.map(Parameter.init) + Parameter.arrays(statement.columns, rows))
  }

  private func run(_ text: String, _ parameters: [Parameter]) throws -> OpaquePointer {
    let name = try prepare(text, parameters.map(\.type))
    let lengths = parameters.map { Int32($0.bytes?.count ?? 0) }
    let formats = parameters.map(\.format)
    return try exchange(text) {
      // One buffer for all values, so that their addresses hold for the call.
      var buffer: [UInt8] = []
      var offsets: [Int?] = []
      for parameter in parameters {
        guard let bytes = parameter.bytes else {
          offsets.append(nil)
          continue
        }
        offsets.append(buffer.count)
        buffer += bytes
      }
      buffer.append(0)
      return buffer.withUnsafeBytes { raw in
        let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
        let values = offsets.map { offset in offset.flatMap { at in base.map { $0 + at } } }
        return PQsendQueryPrepared(handle, name, Int32(parameters.count), values, lengths, formats, 1)
      }
    }
  }

  private func prepare(_ text: String, _ types: [Oid]) throws -> String {
    uses += 1
    let key = text + types.map { "\u{1}\($0)" }.joined()
    if let known = prepared[key] {
      prepared[key]?.lastUse = uses
      return known.name
    }
    if prepared.count >= Self.preparedLimit, let oldest = prepared.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      try command("DEALLOCATE \(oldest.value.name)")
      prepared[oldest.key] = nil
    }
    let name = "s\(uses)"
    let result = try exchange(text) { PQsendPrepare(handle, name, text, Int32(types.count), types) }
    PQclear(result)
    prepared[key] = Prepared(name: name, lastUse: uses)
    return name
  }

  /// Sends, waits no longer than `patience`, and gives the one result.
  private func exchange(_ text: String, _ send: () -> Int32) throws -> OpaquePointer {
    guard send() == 1 else { throw PostgresFailure(lost: lastMessage) }
    let deadline = ContinuousClock.now + patience
    while PQisBusy(handle) == 1 {
      var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
      let left = deadline - ContinuousClock.now
      let ready = left > .zero ? poll(&descriptor, 1, Int32(left.components.seconds * 1000 + 100)) : 0
      if ready == 0 { throw PostgresFailure(lost: "the server gave no answer within \(patience)") }
      guard PQconsumeInput(handle) == 1 else { throw PostgresFailure(lost: lastMessage) }
    }
    guard let result = PQgetResult(handle) else { throw PostgresFailure(lost: lastMessage) }
    // The protocol ends a statement with an empty result; a lost connection may have more to say.
    while let further = PQgetResult(handle) { PQclear(further) }
    let status = PQresultStatus(result)
    if status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK { return result }
    defer { PQclear(result) }
    // PG_DIAG_SQLSTATE is the character constant 'C', which Swift does not import.
    guard let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else {
      throw PostgresFailure(lost: lastMessage)
    }
    let primary = PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) } ?? ""
    throw PostgresFailure(state: String(cString: state), message: primary, sql: text)
  }

  private var lastMessage: String {
    let message = String(cString: PQerrorMessage(handle)).trimmingCharacters(in: .whitespacesAndNewlines)
    return message.isEmpty ? "the connection to PostgreSQL was lost" : message
  }
}
