import AsyncHTTPClient
import Kernel
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Partners

/// Every adapter shares the sending of one request, so one of them stands for all here.
@Suite("What came of a call is told exactly", .timeLimit(.minutes(10)))
struct ClassificationTests {
  private func charge(
    _ base: String, timeout: Int64 = 10_000, connect: Span = .seconds(5)
  ) async throws -> Reply {
    try await Fixture.adapter(Fixture.stripe(base, timeout: timeout), connect: connect) { adapter in
      await adapter.perform(try Fixture.order())
    }
  }

  // MARK: - proof that nothing was sent

  @Test("Nobody listens: nothing was sent")
  func refused() async throws {
    let closed = try ClosedPort()
    let reply = try await charge("http://127.0.0.1:\(closed.port)")
    #expect(reply.verdict.short == "not sent", "\(reply.verdict)")
  }

  @Test("The name does not exist: nothing was sent")
  func noSuchName() async throws {
    var configuration = Fixture.stripe("http://partner.invalid")
    configuration.plainHTTP = true
    let reply = try await Fixture.adapter(configuration) { await $0.perform(try Fixture.order()) }
    #expect(reply.verdict.short == "not sent", "\(reply.verdict)")
  }

  @Test("The connection does not come about in time: nothing was sent")
  func connectTimeout() async throws {
    let queue = try FullQueue()
    let reply = try await charge("http://127.0.0.1:\(queue.port)", connect: .milliseconds(200))
    #expect(reply.verdict.short == "not sent", "\(reply.verdict)")
  }

  @Test(
    "TLS does not come about: nothing was sent",
    arguments: [WireServer.Action.raw(Array("HTTP/1.1 400 Bad\r\n\r\n".utf8)), .close, .reset, .hang])
  func tls(_ action: WireServer.Action) async throws {
    try await WireServer.with({ _ in action }) { server in
      let reply = try await charge("https://127.0.0.1:\(server.port)", connect: .milliseconds(300))
      #expect(reply.verdict.short == "not sent", "\(reply.verdict)")
    }
  }

  @Test("A body that was sealed is never handed out, whatever the HTTP client does later")
  func sealed() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let written = Mutex(0)
    let writer = HTTPClient.Body.StreamWriter { data in
      written.withLock { $0 += data.readableBytes }
      return loop.makeSucceededVoidFuture()
    }
    let sealed = SealedBody(Array("amount=999".utf8))
    #expect(sealed.seal())
    await #expect(throws: (any Error).self) { try await sealed.hand(to: writer).get() }
    #expect(written.withLock { $0 } == 0)

    let handed = SealedBody(Array("amount=999".utf8))
    try await handed.hand(to: writer).get()
    #expect(!handed.seal())
    #expect(written.withLock { $0 } == 10)
  }

  // MARK: - UNKNOWN

  static let breaks: [(String, WireServer.Action)] = [
    ("a reset after the request", .reset),
    ("the connection closed without an answer", .close),
    ("garbage instead of HTTP", .raw(Array("\u{1}\u{2}garbage\r\n\r\n".utf8))),
    ("half a head", .raw(Array("HTTP/1.1 200 OK\r\nContent-Le".utf8))),
    ("a body that breaks off", .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":".utf8))),
    ("chunks that break off", .raw(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"".utf8))),
    ("an answer too long to be read", .answer(200, StripeJSON.intent() + String(repeating: " ", count: 64 << 10))),
    ("an answer that is no JSON", .answer(200, "<html>")),
    ("an empty answer", .answer(200, "")),
    ("204", .raw(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))),
    ("500", .answer(500, #"{"error":{"type":"api_error"}}"#)),
    ("503 with a code that is a refusal elsewhere", .answer(503, #"{"error":{"code":"card_declined"}}"#)),
    ("429 of somebody in between", .answer(429, "slow down")),
    ("a redirect", .answerWith(307, ["Location: /v1/payment_intents"], "")),
    ("402 without a body", .answer(402, "")),
  ]

  @Test("What may have happened is UNKNOWN, and is not sent a second time", arguments: breaks.indices)
  func unknown(_ index: Int) async throws {
    let (name, action) = Self.breaks[index]
    try await WireServer.with({ _ in action }) { server in
      let reply = try await charge(server.base)
      #expect(reply.verdict.short == "unknown", "\(name): \(reply.verdict)")
      // Whatever the HTTP client would like to repeat has had time to come.
      try await Task.sleep(for: .milliseconds(30))
      #expect(server.requests.count == 1, "\(name)")
    }
  }

  @Test("No answer in time is UNKNOWN")
  func timeout() async throws {
    try await WireServer.with({ _ in .hang }) { server in
      let clock = ContinuousClock()
      let started = clock.now
      let reply = try await charge(server.base, timeout: 1_500)
      #expect(reply.verdict.short == "unknown", "\(reply.verdict)")
      #expect(clock.now - started < .seconds(120))
      #expect(server.requests.count == 1)
    }
  }

  @Test("A call that is given up after it was sent is UNKNOWN")
  func cancelled() async throws {
    try await WireServer.with({ _ in .hang }) { server in
      let reply = try await Fixture.adapter(Fixture.stripe(server.base, timeout: 30_000)) { adapter in
        let order = try Fixture.order()
        return await withTaskGroup(of: Reply.self) { group in
          group.addTask { await adapter.perform(order) }
          for _ in 0..<200 where server.requests.isEmpty { try? await Task.sleep(for: .milliseconds(10)) }
          group.cancelAll()
          return await group.next() ?? Reply(.done)
        }
      }
      #expect(reply.verdict.short == "unknown", "\(reply.verdict)")
    }
  }

  @Test("What came of an answer is kept as evidence, 64 KiB of it")
  func evidence() async throws {
    let whole = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":"
    try await WireServer.with({ _ in .raw(Array(whole.utf8)) }) { server in
      let reply = try await charge(server.base)
      #expect(reply.raw == Array("{\"id\":".utf8))
    }
    try await WireServer.with({ _ in .answer(500, String(repeating: "x", count: 70 << 10)) }) { server in
      let reply = try await charge(server.base)
      #expect(reply.raw.count == 64 << 10)
    }
  }

  @Test("A query that fails says nothing about the order, least of all that it was not sent")
  func failedQuery() async throws {
    let closed = try ClosedPort()
    let reply = try await Fixture.adapter(Fixture.stripe("http://127.0.0.1:\(closed.port)")) {
      await $0.query(try Fixture.order())
    }
    #expect(reply.verdict.short == "unknown", "\(reply.verdict)")
  }

  @Test("An order that is no payment is not sent")
  func unusable() async throws {
    try await WireServer.with({ _ in .hang }) { server in
      try await Fixture.adapter(Fixture.stripe(server.base)) { adapter in
        let good = try Fixture.order()
        for bad in [
          try Fixture.order(amount: 0), try Fixture.order(amount: -5), try Fixture.order(currency: "EURO"),
          try Fixture.order(currency: "eur"), try Fixture.order(kind: "mail"), try Fixture.order(kind: "refund"),
          try Fixture.order(""), try Fixture.order("two words"), try Fixture.order("line\r\nbreak"),
          Order(reference: "att-1", kind: "charge", payload: "{}", preparedAt: good.preparedAt),
        ] {
          let reply = await adapter.perform(bad)
          #expect(reply.verdict.short == "not sent", "\(bad)")
        }
        #expect(server.requests.isEmpty)
      }
    }
  }
}
