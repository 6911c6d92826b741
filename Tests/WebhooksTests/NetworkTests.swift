import Kernel
import Store
import TestSupport
import Testing

@testable import Webhooks

@Suite("Where webhooks may go")
struct NetworkTests {
  @Test(
    "Only to addresses that everybody can reach",
    arguments: [
      ("8.8.8.8", true), ("93.184.216.34", true), ("2606:2800:220:1::1", true), ("100.63.255.255", true),
      ("172.32.0.1", true), ("127.0.0.1", false), ("127.8.9.10", false), ("10.1.2.3", false), ("172.16.0.1", false),
      ("172.31.255.255", false), ("192.168.1.1", false), ("169.254.169.254", false), ("100.64.0.1", false),
      ("0.0.0.0", false), ("224.0.0.1", false), ("255.255.255.255", false), ("198.18.0.1", false), ("::1", false),
      ("::", false), ("fe80::1", false), ("fc00::1", false), ("fd12:3456::1", false), ("ff02::1", false),
      ("::ffff:127.0.0.1", false), ("::ffff:10.0.0.1", false), ("::ffff:8.8.8.8", true), ("64:ff9b::a00:1", false),
      ("64:ff9b::808:808", true), ("2002:7f00:1::1", false), ("2001:db8::1", false), ("2001::1", false),
    ])
  func addresses(text: String, isPublic: Bool) throws {
    let address = try #require(IPAddress(text))
    #expect(address.isPublic == isPublic && NetworkRules().allows(address) == isPublic)
  }

  @Test("And to those that the server's operator names")
  func allowed() throws {
    let rules = NetworkRules(allowing: try #require(Network.parse("10.20.0.0/15")))
    for (text, isAllowed) in [
      ("10.20.1.1", true), ("10.21.9.9", true), ("10.22.0.1", false), ("::ffff:10.20.0.1", true),
    ] {
      #expect(rules.allows(try #require(IPAddress(text))) == isAllowed, "\(text)")
    }
    for text in ["::1", "127.0.0.1", "127.3.2.1"] { #expect(Station.loopback.allows(try #require(IPAddress(text)))) }
    #expect(!Station.loopback.allows(try #require(IPAddress("10.0.0.1"))))
    for text in ["10.0.0.0", "10.0.0.0/33", "loop", "/8", "10.0.0/8"] { #expect(Network.parse(text) == nil) }
  }

  @Test(
    "A name, or a number in any spelling, that leads into the house is not called",
    arguments: [
      "https://localhost/x", "https://127.1/x", "https://2130706433/x", "https://0x7f.1/x", "https://[::1]/x",
      "https://10.0.0.7/x",
    ])
  func inside(url: String) async throws {
    let session = await HTTPWire(rules: NetworkRules(), agent: "test").wire.open(url)
    let answer = await session.deliver(WebhookMessage(id: "evt_0_1", time: "1", signature: "v1,x", body: []))
    guard case .none(let why) = answer else { return #expect(Bool(false), "\(answer)") }
    #expect(why.contains("--webhooks-to"), "\(why)")
  }

  @Test("Without the operator's word nothing reaches loopback", arguments: TestEngine.available)
  func nothing(engine: TestEngine) async throws {
    try await Station.open(on: engine, wire: HTTPWire(rules: NetworkRules(), agent: "test").wire) { station in
      let id = try await station.add("http://127.0.0.1:9/x")
      try await station.happen(1...1)
      try await station.settle()
      let delivery = try #require(try await station.deliveries(id).first)
      #expect(
        delivery.state == .waiting && delivery.status == nil && delivery.answer?.contains("--webhooks-to") == true)
    }
  }
}
