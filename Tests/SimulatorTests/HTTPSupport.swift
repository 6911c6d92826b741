import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

@testable import Simulator

/// A partner process's HTTP form on a free port, for as long as `body` runs.
func withPartner(
  _ configure: (inout PartnerServer.Configuration) -> Void = { _ in }, _ body: (Caller) async throws -> Void
) async throws {
  var configuration = PartnerServer.Configuration()
  configure(&configuration)
  let (ports, running) = AsyncStream.makeStream(of: Int.self)
  configuration.onRunning = { running.yield($0) }
  let server = PartnerServer(
    configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  try await serving({ try await server.run() }, ports: ports, running, body)
}

/// A sink that keeps what is posted to it, and answers the first `failing` with 503.
func withSink(failing: Int = 0, _ body: (Int, Received) async throws -> Void) async throws {
  let received = Received()
  let router = Router()
  router.post("hook") { request, _ in
    let buffer = try await request.body.collect(upTo: 1 << 16)
    received.add(request.headers, Array(buffer.readableBytesView))
    return received.all.count <= failing ? HTTPResponse.Status.serviceUnavailable : .noContent
  }
  let (ports, running) = AsyncStream.makeStream(of: Int.self)
  let app = Application(
    router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
    onServerRunning: { running.yield($0.localAddress?.port ?? 0) },
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  try await serving({ try await app.run() }, ports: ports, running) { try await body($0.port, received) }
}

private func serving(
  _ run: @escaping @Sendable () async throws -> Void, ports: AsyncStream<Int>,
  _ running: AsyncStream<Int>.Continuation, _ body: (Caller) async throws -> Void
) async throws {
  let server = Task {
    // A server that cannot start must end the wait for its port.
    defer { running.finish() }
    try await run()
  }
  var isServed = false
  for await port in ports {
    isServed = true
    do {
      try await body(Caller(port: port))
    } catch {
      server.cancel()
      _ = await server.result
      throw error
    }
    break
  }
  server.cancel()
  let result = await server.result
  if !isServed { try result.get() }
}

final class Received: Sendable {
  private let messages = Mutex<[(headers: HTTPFields, body: [UInt8])]>([])

  func add(_ headers: HTTPFields, _ body: [UInt8]) { messages.withLock { $0.append((headers, body)) } }
  var all: [(headers: HTTPFields, body: [UInt8])] { messages.withLock { $0 } }

  /// Waits at most five seconds.
  func count(_ wanted: Int) async throws -> Int {
    for _ in 0..<500 where all.count < wanted { try await Task.sleep(for: .milliseconds(10)) }
    return all.count
  }
}

struct Caller {
  /// A browser that goes nowhere by itself: where it is sent is what tests look at.
  static let client = HTTPClient(
    eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
  let port: Int

  struct Response {
    var status: UInt
    var headers: HTTPHeaders
    var bytes: [UInt8]
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]) ?? [:] }
    var list: [[String: Any]] { (try? JSONSerialization.jsonObject(with: Data(bytes)) as? [[String: Any]]) ?? [] }
    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  func call(
    _ method: HTTPMethod, _ path: String, _ body: String? = nil, headers: [(String, String)] = [],
    timeout: TimeAmount = .seconds(60)
  ) async throws -> Response {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = method
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(Array(body.utf8))
    }
    let response = try await Caller.client.execute(request, timeout: timeout)
    let bytes = try await response.body.collect(upTo: 1 << 22)
    return Response(status: response.status.code, headers: response.headers, bytes: Array(bytes.readableBytesView))
  }

  static func payment(
    _ correlator: String?, amount: String = "9.99", phone: String = "+491701234567", sink: String = ""
  )
    -> String
  {
    let key = correlator.map { #""clientCorrelator": "\#($0)","# } ?? ""
    return """
      {"amountTransaction": {"phoneNumber": "\(phone)", \(key) "referenceCode": "\(correlator ?? "bill-1")",
       "paymentAmount": {"chargingInformation": {"amount": \(amount), "currency": "EUR", "description": "Atlas"}}}\(sink)}
      """
  }
}
