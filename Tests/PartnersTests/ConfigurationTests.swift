import Foundation
import Kernel
import Testing

@testable import Partners

@Suite("Configuring partners")
struct ConfigurationTests {
  private func read(_ partner: String) throws -> [PartnerConfiguration] {
    try PartnerConfiguration.read(Array(#"{"partners":[\#(partner)]}"#.utf8))
  }

  private func make(_ configuration: PartnerConfiguration, _ environment: [String: String] = Fixture.environment)
    async throws
    -> any Counterpart
  {
    let http = PartnerHTTP()
    do {
      let made = try makeCounterpart(configuration, http: http, environment: environment)
      try await http.shutdown()
      return made
    } catch {
      try await http.shutdown()
      throw error
    }
  }

  private func message(_ body: () async throws -> Void) async -> String {
    do {
      try await body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("A whole file becomes adapters with what they can prove")
  func whole() async throws {
    let json = """
      {"partners": [
        {"lane": "card", "kind": "stripe", "baseURL": "https://api.stripe.com",
         "secrets": {"apiKey": {"env": "KEY"}, "webhook": {"env": "STRIPE_HOOK"}}},
        {"lane": "local", "kind": "stripe", "baseURL": "http://localhost:8420", "plainParameters": true,
         "secrets": {"apiKey": {"env": "KEY"}, "webhook": {"env": "STRIPE_HOOK"}},
         "capabilities": {"replayWindowSeconds": 0, "queryLagSeconds": 5, "ratePerSecond": 7}},
        {"lane": "carrier-de", "kind": "camara", "baseURL": "https://api.operator.example/", "paymentQuery": "byDate",
         "sinkURL": "https://billing.example/hooks/carrier-de",
         "secrets": {"accessToken": {"env": "KEY"}, "sink": {"env": "SINK"}}},
        {"lane": "debit", "kind": "debit", "baseURL": "https://bank.example", "secrets": {},
         "capabilities": {"statementEverySeconds": 86400, "statementLateSeconds": 432000}}
      ]}
      """
    let partners = try PartnerConfiguration.read(Array(json.utf8))
    #expect(partners.map(\.lane) == ["card", "local", "carrier-de", "debit"])
    let card = try await make(partners[0])
    #expect(card.capabilities.replay == .byReference(window: .hours(23)))
    #expect(card.capabilities.query == .byReference(lag: .minutes(2)))
    let local = try await make(partners[1])
    #expect(local.capabilities.replay == .none)
    #expect(local.capabilities.query == .byReference(lag: .seconds(5)))
    #expect(local.capabilities.ratePerSecond == 7)
    let carrier = try await make(partners[2])
    #expect(carrier.capabilities.replay == .none)
    #expect(carrier.capabilities.query == .byReference(lag: .minutes(5)))
    let debit = try await make(partners[3])
    #expect(debit.capabilities.query == .none)
    #expect(debit.capabilities.statement == .periodic(every: .days(1), late: .days(5)))
    let again = try JSONEncoder().encode(["partners": partners])
    #expect(try PartnerConfiguration.read(Array(again)) == partners)
  }

  @Test(
    "A mistake in the file is named",
    arguments: [
      ("{", "not JSON"), ("[]", "list `partners`"), (#"{"partners":[{}]}"#, "missing"),
      (#"{"partners":[],"extra":1}"#, "`extra` is not known"),
      (#"{"partners":[{"lane":"a b","kind":"debit","baseURL":"https://x","secrets":{}}]}"#, "lane a b"),
      (#"{"partners":[{"lane":"a","kind":"bank","baseURL":"https://x","secrets":{}}]}"#, "kind"),
      (#"{"partners":[{"lane":"a","kind":"debit","baseURL":"https://x","secrets":{},"timeout":1}]}"#, "`timeout`"),
      (
        #"{"partners":[{"lane":"a","kind":"debit","baseURL":"https://x","secrets":{},"capabilities":{"rate":1}}]}"#,
        "`rate` is not known"
      ),
      (
        #"{"partners":[{"lane":"a","kind":"debit","baseURL":"https://x","secrets":{}},"#
          + #"{"lane":"a","kind":"debit","baseURL":"https://y","secrets":{}}]}"#, "two partners have the lane a"
      ),
    ])
  func mistakes(_ json: String, _ expected: String) async {
    let text = await message { _ = try PartnerConfiguration.read(Array(json.utf8)) }
    #expect(text.contains(expected), "\(text)")
  }

  @Test("A secret that stands in the file is refused, and not repeated in the message")
  func literalSecret() async {
    let entry = #"{"lane":"a","kind":"stripe","baseURL":"https://x","secrets":{"apiKey":"sk_live_verysecret"}}"#
    let text = await message { _ = try read(entry) }
    #expect(text.contains("never as its value"), "\(text)")
    #expect(!text.contains("verysecret"))
  }

  @Test("A secret comes from a variable or a file, and its absence is named")
  func secrets() async throws {
    let path = NSTemporaryDirectory() + "amends-\(UUID().uuidString)"
    try Data("sk_from_file\n".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try SecretSource.file(path).load([:]).text == "sk_from_file")
    #expect("\(try SecretSource.file(path).load([:]))" == "<secret>")
    var dumped = ""
    dump(try SecretSource.file(path).load([:]), to: &dumped)
    #expect(!dumped.contains("sk_from_file"))

    for (source, expected) in [
      (SecretSource.environment("NOPE"), "NOPE is not set"), (.environment("EMPTY"), "EMPTY is empty"),
      (.environment("SPACED"), "not printable ASCII"), (.file("/nonexistent"), "cannot be read"),
    ] {
      let text = await message { _ = try source.load(["EMPTY": "", "SPACED": "a b"]) }
      #expect(text.contains(expected), "\(text)")
    }
  }

  @Test("What cannot work is refused before the first order")
  func refused() async throws {
    var cases: [(PartnerConfiguration, String)] = []
    func add(_ expected: String, _ base: PartnerConfiguration, _ change: (inout PartnerConfiguration) -> Void) {
      var configuration = base
      change(&configuration)
      cases.append((configuration, expected))
    }
    let stripe = Fixture.stripe("https://api.stripe.com")
    let camara = Fixture.camara("https://operator.example")
    let debit = Fixture.debit("https://bank.example")
    add("not https", stripe) { $0.baseURL = "http://api.stripe.com" }
    add("not an address", stripe) { $0.baseURL = "api.stripe.com" }
    add("not an address", stripe) { $0.baseURL = "https://user:pw@api.stripe.com" }
    add("`webhook` is missing", stripe) { $0.secrets["webhook"] = nil }
    add("`extra` is not known", stripe) { $0.secrets["extra"] = .environment("KEY") }
    add("`sinkURL` means nothing", stripe) { $0.sinkURL = "https://x.example" }
    add("anybody could confirm", camara) { $0.secrets = ["accessToken": .environment("KEY")] }
    add("base64", camara) { $0.secrets["webhook"] = .environment("KEY") }
    add("neither queries nor replays", debit) { $0.capabilities?.replayWindowSeconds = 60 }
    add("timeoutMilliseconds", debit) { $0.capabilities?.timeoutMilliseconds = 0 }
    add("queryLagSeconds", camara) { configuration in
      configuration.capabilities?.queries = false
      configuration.capabilities?.queryLagSeconds = 1
    }
    for (configuration, expected) in cases {
      let text = await message { _ = try await make(configuration) }
      #expect(text.contains(expected), "\(text)")
      #expect(text.contains("partner \(configuration.lane): "), "\(text)")
    }
  }
}
