import Kernel
import Testing

@testable import Partners

@Suite("A partner with nothing but a statement", .timeLimit(.minutes(10)))
struct StatementDebitTests {
  private func perform(_ status: Int, _ body: String, _ order: Order? = nil) async throws -> (
    Reply, [WireServer.Request]
  ) {
    try await WireServer.with({ _ in .answer(status, body) }) { server in
      let reply = try await Fixture.adapter(Fixture.debit(server.base + "/")) {
        await $0.perform(try order ?? Fixture.order())
      }
      return (reply, server.requests)
    }
  }

  @Test("An order that was taken in is pending until the statement comes")
  func accepted() async throws {
    let (reply, requests) = try await perform(202, "")
    #expect(reply.verdict == .pending)
    #expect(requests.map(\.target) == ["/debits"])
    #expect(
      requests.first?.body
        == #"{"amount":999,"currency":"EUR","description":"Atlas Monthly 2026-03","method":"pm_1","reference":"att-1"}"#
    )
  }

  @Test("A refund names the transaction that it gives back")
  func refund() async throws {
    let (reply, requests) = try await perform(202, "", try Fixture.order("ref-1", kind: "refund", original: "pay-1"))
    #expect(reply.verdict == .pending)
    #expect(requests.map(\.target) == ["/refunds"])
    #expect(requests.first?.body == #"{"amount":999,"currency":"EUR","reference":"ref-1","transaction":"pay-1"}"#)
  }

  @Test(
    "Only 202 is accepted, only a listed code is refused",
    arguments: [
      (202, #"{"reference":"att-1","transaction":"d-1"}"#, "pending"), (202, #"{"reference":"att-2"}"#, "unknown"),
      (202, #"{"amount":1}"#, "unknown"), (202, "<html>", "unknown"), (200, "", "unknown"), (201, "", "unknown"),
      (400, #"{"code":"INVALID_ARGUMENT"}"#, "unknown"),
      (422, #"{"code":"MANDATE_REVOKED"}"#, "refused MANDATE_REVOKED"),
      (500, #"{"code":"MANDATE_REVOKED"}"#, "unknown"), (429, #"{"code":"TOO_MANY_REQUESTS"}"#, "unknown"),
    ])
  func answers(_ status: Int, _ body: String, _ expected: String) async throws {
    let (reply, _) = try await perform(status, body)
    #expect(reply.verdict.short == expected, "\(reply.verdict)")
  }

  @Test("It cannot be asked, and whoever notifies is not it")
  func proofless() async throws {
    try await Fixture.adapter(Fixture.debit("https://bank.example")) { adapter in
      let order = try Fixture.order()
      #expect(adapter.capabilities.query == .none)
      #expect(adapter.capabilities.replay == .none)
      #expect(await adapter.query(order).verdict.short == "unknown")
      #expect(throws: InboundRejection.unsigned) {
        try adapter.open(InboundMessage(headers: ["authorization": "Bearer x"], body: []), now: signedAt)
      }
    }
  }
}
