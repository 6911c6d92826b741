import AsyncHTTPClient
import Billing
import Crypto
import Foundation
import Hummingbird
import Kernel
import NIOCore
import Store

/// The acts of an operator that work on a service that runs. On PostgreSQL they go to the database. A SQLite file belongs to the
/// server's process, so there they are handed to the server, on loopback, with a token that only the file's owner can read.
struct OperatorActs: Sendable {
  let kernel: Kernel

  static let actor = Actor(.operator, "cli")

  struct Call: Codable {
    var command: String
    var input: Data
    var key: String
  }

  struct Answer: Codable {
    var refusal: String?
    var output: String?
  }

  /// Every act by its name, once.
  func perform(_ call: Call) async throws -> String {
    switch call.command {
    case SwitchLane.name: try await run(SwitchLane.self, call)
    case DecideEffect.name: try await run(DecideEffect.self, call)
    case RefundPayment.name: try await run(RefundPayment.self, call)
    case CancelSubscription.name: try await run(CancelSubscription.self, call)
    case PauseSubscription.name: try await run(PauseSubscription.self, call)
    case ResumeSubscription.name: try await run(ResumeSubscription.self, call)
    default: throw Refusal(.missing, "noCommand", "This server does not know the act \(call.command).")
    }
  }

  private func run<C: Command>(_ type: C.Type, _ call: Call) async throws -> String {
    let output = try await kernel.perform(
      try JSONDecoder().decode(C.self, from: call.input), by: Self.actor, key: call.key)
    return "\(output)"
  }

  /// Does it here, or through the server that has the file.
  static func perform<C: Command>(_ command: C, _ options: DatabaseOptions) async throws -> String {
    let call = Call(
      command: C.name, input: try JSONEncoder().encode(command), key: "cli/\(C.name)/\(UUID().uuidString)")
    do {
      let runtime = try await Runtime.open(options)
      do {
        let output = try await OperatorActs(kernel: runtime.kernel).perform(call)
        await runtime.close()
        return output
      } catch {
        await runtime.close()
        throw error
      }
    } catch StoreError.inUse(let why) {
      guard let path = options.path, let door = try? ControlDoor.read(beside: path) else { throw StoreError.inUse(why) }
      return try await door.perform(call)
    }
  }
}

/// How to reach the server that has a SQLite file: its address and a token, in a file that only its owner can read.
struct ControlDoor: Codable, Sendable {
  var url: String
  var token: String

  static func file(beside database: String) -> String { database + ".control" }

  static func read(beside database: String) throws -> ControlDoor {
    try JSONDecoder().decode(
      ControlDoor.self, from: Data(try Files.read(file(beside: database), limit: 4_096)))
  }

  func perform(_ call: OperatorActs.Call) async throws -> String {
    var request = HTTPClientRequest(url: url + "/control")
    request.method = .POST
    request.headers.add(name: "authorization", value: "Bearer \(token)")
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(call)))
    let response: HTTPClientResponse
    do { response = try await HTTPClient.shared.execute(request, timeout: .seconds(30)) } catch {
      throw Problem(.unavailable, "The server that has the database does not answer at \(url).")
    }
    let body = try await response.body.collect(upTo: 64 * 1024)
    guard let answer = try? JSONDecoder().decode(OperatorActs.Answer.self, from: Data(body.readableBytesView)) else {
      throw Problem(.unavailable, "The server that has the database answered with HTTP \(response.status.code).")
    }
    if let refusal = answer.refusal { throw Problem(.refused, refusal) }
    return answer.output ?? ""
  }
}

extension ControlDoor {
  /// The server's end. Tokens are compared by their hashes, in constant time.
  func addRoute(to router: some RouterMethods<some RequestContext>, acts: OperatorActs) {
    let expected = SHA256.hash(data: Data("Bearer \(token)".utf8))
    router.post("control") { request, context -> Response in
      let given = SHA256.hash(data: Data((request.headers[.authorization] ?? "").utf8))
      guard given == expected else { throw HTTPError(.unauthorized) }
      let body = try await request.body.collect(upTo: 64 * 1024)
      guard let call = try? JSONDecoder().decode(OperatorActs.Call.self, from: Data(body.readableBytesView)) else {
        throw HTTPError(.badRequest)
      }
      var answer = OperatorActs.Answer()
      do { answer.output = try await acts.perform(call) } catch let refusal as Refusal {
        answer.refusal = refusal.message
      }
      return Response(
        status: answer.refusal == nil ? .ok : .conflict, headers: [.contentType: "application/json"],
        body: .init(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(answer))))
    }
  }
}
