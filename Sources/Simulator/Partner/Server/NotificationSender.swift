import AsyncHTTPClient
import Kernel
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// Posts what is due to its sinks, with the sink's bearer token and a signature. Delivery is tried once, unless the dial
/// `retries` says more: CAMARA promises no repetition.
struct NotificationSender: Service {
  /// Deliveries under way at once. They may overtake each other.
  private static let concurrency = 32
  /// How often the book is asked: a notification leaves at most this much too late.
  private static let pause = Duration.milliseconds(10)
  private static let timeout = TimeAmount.seconds(10)

  let desk: Desk
  let signer: WebhookSigner?
  let source: String
  let logger: Logger

  func run() async throws {
    var configuration = HTTPClient.Configuration()
    // A sink that is not there is a failed delivery at once; what follows is the partner's policy, not the client's.
    configuration.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do {
      // What is not sent by then stays in the truth file, and is sent after the next start.
      try await cancelWhenGracefulShutdown { try await send(by: client) }
    } catch is CancellationError {}
    try await client.shutdown()
  }

  private func send(by client: HTTPClient) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var underWay = 0
      while true {
        try Task.checkCancellation()
        let due = desk.change { book, now in book.dueNotifications(now, limit: Self.concurrency) }
        for outbound in due {
          if underWay == Self.concurrency {
            try await group.next()
            underWay -= 1
          }
          group.addTask { await deliver(outbound, by: client) }
          underWay += 1
        }
        if due.isEmpty { try await Task.sleep(for: Self.pause) }
      }
    }
  }

  private func deliver(_ outbound: Outbound, by client: HTTPClient) async {
    guard let sink = outbound.sink else { return desk.change { book, _ in book.finished(outbound) } }
    let body = CloudEvent(outbound, source: source).bytes()
    var request = HTTPClientRequest(url: sink.url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/cloudevents+json")
    if let token = sink.token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
    for (name, value) in signer?.headers(id: outbound.eventID, at: desk.now(), body: body) ?? [] {
      request.headers.add(name: name, value: value)
    }
    request.body = .bytes(body)
    do {
      let response = try await client.execute(request, timeout: Self.timeout)
      // Read to the end, or the connection cannot be used again; an answer to a notification has no body to speak of.
      _ = try? await response.body.collect(upTo: 64 * 1024)
      // 410: the sink is gone for good (CAMARA, Generic410).
      settle(outbound, delivered: (200..<300).contains(response.status.code) || response.status == .gone)
    } catch {
      if Task.isCancelled { return }
      settle(outbound, delivered: false)
    }
  }

  private func settle(_ outbound: Outbound, delivered: Bool) {
    let givenUp = desk.change { book, now in
      let policy = book.retryPolicy
      if delivered || outbound.tried >= policy.retries {
        book.finished(outbound)
        return !delivered
      }
      book.retry(outbound, at: now + policy.after)
      return false
    }
    if givenUp { logger.info("notification given up", metadata: ["partner.event": "\(outbound.eventID)"]) }
  }
}
