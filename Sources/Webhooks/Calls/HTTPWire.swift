import AsyncHTTPClient
import Foundation
import Kernel
import NIOCore
import NIOHTTP1
import Synchronization

/// Webhooks over HTTP. The name is looked up, every address behind it is held against the rules, and the connection goes to the
/// address that was looked at: a name that leads elsewhere a moment later leads nowhere. TLS still asks for the name.
package struct HTTPWire: Sendable {
  let rules: NetworkRules
  let agent: String
  let timeout: Span

  package init(rules: NetworkRules, agent: String, timeout: Span = WebhookWire.timeout) {
    self.rules = rules
    self.agent = agent
    self.timeout = timeout
  }

  package var wire: WebhookWire { WebhookWire { url in await open(url) } }

  private func open(_ text: String) async -> WebhookSession {
    let url: EndpointURL
    do { url = try EndpointURL(text) } catch { return Self.closed("the address cannot be called") }
    let addresses: [IPAddress]
    do { addresses = try await HostName.addresses(of: url.host) } catch { return Self.closed("\(error)") }
    guard let first = addresses.first else { return Self.closed("the host’s name leads nowhere") }
    guard addresses.allSatisfy(rules.allows) else {
      return Self.closed("the address leads into a network that webhooks may not be sent to (--webhooks-to)")
    }
    guard url.isEncrypted || first.isLoopback else { return Self.closed("without TLS only this machine is called") }
    return session(url, at: first)
  }

  private static func closed(_ why: String) -> WebhookSession { WebhookSession(deliver: { _ in .none(why) }) }

  /// A client of its own, because the address it connects to is the client's setting. Its connections last for one batch.
  private func session(_ url: EndpointURL, at address: IPAddress) -> WebhookSession {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    // Its own spans hold whole addresses, and those may name a person's payment.
    configuration.tracing.tracer = nil
    configuration.decompression = .disabled
    configuration.httpVersion = .http1Only
    configuration.timeout = .init(connect: .microseconds(timeout.microseconds))
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Courier.concurrency
    if IPAddress(url.host) == nil { configuration.dnsOverride = [url.host: address.description] }
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    return WebhookSession(
      deliver: { message in await call(client, url, message) },
      close: { try? await client.shutdown() })
  }

  /// One deadline for everything: with the client's other way of asking a consumer that sends its answer byte by byte would hold
  /// us for as long as it likes.
  private func call(_ client: HTTPClient, _ url: EndpointURL, _ message: WebhookMessage) async -> WebhookAnswer {
    let headers: HTTPHeaders = [
      "content-type": "application/json", "user-agent": agent, "webhook-id": message.id,
      "webhook-timestamp": message.time, "webhook-signature": message.signature,
    ]
    let start = AnswerStart()
    do {
      let request = try HTTPClient.Request(
        url: url.text, method: .POST, headers: headers, body: .bytes(message.body))
      try await client.execute(
        request: request, delegate: start, deadline: .now() + .microseconds(timeout.microseconds)
      ).futureResult.get()
    } catch {
      // The status decides. What else the consumer says, or does not say any more, is no error.
      return start.answer ?? .none(Self.words(error))
    }
    return start.answer ?? .none("no answer")
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case let error as HTTPClientError: error.shortDescription
    case is CancellationError: "the call was given up"
    default: "no connection: \(String(describing: error).prefix(200))"
    }
  }
}

/// Keeps an answer's status and its first bytes, and reads no further.
private final class AnswerStart: HTTPClientResponseDelegate {
  private struct Enough: Error {}
  private struct Kept {
    var status: Int?
    var bytes: [UInt8] = []
  }

  private let kept = Mutex(Kept())

  var answer: WebhookAnswer? {
    kept.withLock { kept in
      kept.status.map { .answered(status: $0, start: Self.printable(kept.bytes)) }
    }
  }

  func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
    kept.withLock { $0.status = Int(head.status.code) }
    return task.eventLoop.makeSucceededVoidFuture()
  }

  func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
    let isFull = kept.withLock { kept in
      kept.bytes += part.readableBytesView.prefix(WebhookWire.kept - kept.bytes.count)
      return kept.bytes.count >= WebhookWire.kept
    }
    return isFull ? task.eventLoop.makeFailedFuture(Enough()) : task.eventLoop.makeSucceededVoidFuture()
  }

  func didFinishRequest(task: HTTPClient.Task<Void>) throws {}

  /// What is kept and shown holds no control characters, whatever the consumer sent.
  private static func printable(_ bytes: [UInt8]) -> String {
    let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars.map {
      $0.properties.generalCategory == .control ? " " : $0
    }
    return String(String.UnicodeScalarView(scalars))
  }
}

/// Looking up a host's name.
enum HostName {
  struct NotFound: Error, CustomStringConvertible { let description: String }

  /// Every address, in the order in which to try them (RFC 6724). Numbers in any spelling are addresses too.
  static func addresses(of host: String) async throws -> [IPAddress] {
    // The system's own look-up waits on its thread.
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try lookUp(host) }) }
    }
  }

  private static func lookUp(_ host: String) throws -> [IPAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else {
      throw NotFound(description: "the host’s name cannot be looked up")
    }
    defer { freeaddrinfo(list) }
    var found: [IPAddress] = []
    var next = list
    while let entry = next, found.count < 32 {
      if let address = address(entry.pointee) { found.append(address) }
      next = entry.pointee.ai_next
    }
    return found
  }

  private static func address(_ entry: addrinfo) -> IPAddress? {
    switch entry.ai_family {
    case AF_INET:
      entry.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { four in
        IPAddress(bytes: withUnsafeBytes(of: four.pointee.sin_addr) { Array($0) })
      }
    case AF_INET6:
      entry.ai_addr.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { six in
        IPAddress(bytes: withUnsafeBytes(of: six.pointee.sin6_addr) { Array($0) })
      }
    default: nil
    }
  }
}
