import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A `localstripe` process with an empty memory, on a port of its own.
public final class Localstripe {
  public struct Payer {
    public var customer: String
    public var method: String

    public init(customer: String, method: String) {
      self.customer = customer
      self.method = method
    }
  }

  public static let executable = ProcessInfo.processInfo.environment["AMENDS_TEST_LOCALSTRIPE"].flatMap {
    $0.isEmpty ? nil : $0
  }

  public struct DidNotStart: Error { var said: String }

  public let base: String
  private let process = Process()

  public init() async throws {
    process.executableURL = URL(fileURLWithPath: Self.executable ?? "")
    process.arguments = ["--port", "0", "--from-scratch"]
    // Or the line with the port stays in a buffer.
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONUNBUFFERED": "1"]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.runAlone()
    var said = ""
    while !said.contains("\n"), let piece = try output.fileHandleForReading.read(upToCount: 1) {
      said += String(decoding: piece, as: UTF8.self)
    }
    guard let port = said.firstMatch(of: /\[::\]:(\d+)/)?.1 else { throw DidNotStart(said: said) }
    base = "http://127.0.0.1:\(port)"
  }

  deinit { stop() }

  public func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  public func freeze() { kill(process.processIdentifier, SIGSTOP) }
  public func thaw() { kill(process.processIdentifier, SIGCONT) }

  /// A customer with a payment method of localstripe's own names.
  public func payer(_ method: String) async throws -> Payer {
    let customer = try await post("/v1/customers", "metadata[x]=y")
    return Payer(
      customer: customer, method: try await post("/v1/payment_methods/\(method)/attach", "customer=\(customer)"))
  }

  public func payer(number: String) async throws -> Payer {
    let card = "type=card&card[number]=\(number)&card[exp_month]=12&card[exp_year]=2035&card[cvc]=123"
    return try await payer(try await post("/v1/payment_methods", card))
  }

  /// Posts a form and returns the `id` of what was made, if anything.
  @discardableResult
  public func post(_ path: String, _ form: String) async throws -> String {
    var request = HTTPClientRequest(url: base + path)
    request.method = .POST
    request.headers.add(name: "Authorization", value: "Bearer sk_test_12345")
    request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
    request.body = .bytes(ByteBuffer(string: form))
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
    let body = Data((try await response.body.collect(upTo: 1 << 20)).readableBytesView)
    return ((try? JSONSerialization.jsonObject(with: body)) as? [String: Any])?["id"] as? String ?? ""
  }
}
