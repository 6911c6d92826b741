import Foundation

/// Requests to the API: good ones, and what the mutator makes of them.
enum APISample {
  private static let bodies = [
    (
      "plans",
      #"{"code":"c1","product":"p","name":"N","every":"P1M","price":{"amount":1,"currency":"EUR"},"trialDays":3,"dunning":[1,2]}"#
    ),
    ("customers", #"{"reference":"r1","name":"<fz Ada","mail":"a@example.org","zone":"Europe/Berlin"}"#),
    (
      "subscriptions",
      #"{"customer":"1","plan":"c1","currency":"EUR","method":{"partner":"card","token":"t","label":"<fz"},"anchor":"2026-03-01T09:00:00Z","paidUntil":"2026-03-01T09:00:00.5+01:00"}"#
    ),
    ("subscriptions/1/cancel", #"{"when":"periodEnd","reason":"why not"}"#),
    ("subscriptions/1/pause", #"{"reason":"why not"}"#), ("subscriptions/1/resume", #"{"reason":"why not"}"#),
    ("subscriptions/1/payment-method", #"{"partner":"card","token":"t","partnerCustomer":"c","label":"l"}"#),
    ("payments/1/refund", #"{"amount":1,"reason":"why not"}"#),
    ("queue/r1/decide", #"{"happened":true,"transaction":"t1","reason":"why not"}"#),
    ("partners/card/stop", #"{"reason":"why not"}"#), ("partners/card/resume", #"{"reason":"why not"}"#),
  ]

  private static let addresses = [
    "plans?limit=3", "plans/c1", "plans/%3Cfz", "customers?reference=r1", "customers?cursor=bGlzdEN1c3RvbWVyczo5",
    "customers/1",
    "subscriptions?customer=1", "subscriptions/1", "charges?state=open&customer=1", "charges/1", "payments?role=due",
    "payments/1", "refunds?state=asked", "refunds/1", "refunds/1/attempts", "partners", "partners/card", "queue",
    "queue/r1", "alerts?state=open", "alerts/1", "journal/facts?subject=lane:card", "journal/facts/0.1",
    "journal/facts/0.1/receipt", "journal/checkpoint", "../openapi.json", "nothing/%3Cfz",
  ]

  /// What is put into texts: what other formats, engines and readers stumble over.
  private static let words = [
    "\\u0000", "\\ud800", "\\u202e", "<fz", "1e400", "-0", "null", "[[[[", "{}", "9223372036854775808",
  ]

  static func request(_ mutator: inout Mutator, _ keys: Served.Keys) -> [UInt8] {
    let headers = ["authorization: Bearer \(keys.api)", "idempotency-key: \(key(&mutator))", "accept: text/html"]
    if mutator.chance(40) {
      var path = Array("/api/v1/\(mutator.pick(addresses))".utf8)
      if mutator.chance(40) {
        path = mutator.bytes(path, words: ["%00", "%ff", "%3Cfz", "&limit=0", "&cursor=", "//", "=", "&"])
          .filter { (0x21...0x7E).contains($0) }
      }
      return mutator.request("GET", String(decoding: path, as: UTF8.self), body: [], headers: headers)
    }
    let (path, body) = mutator.pick(bodies)
    let sent =
      mutator.chance(5)
      ? [UInt8](repeating: 0x5B, count: mutator.pick([40, 60_000, 70_000]))
      : mutator.chance(75) ? mutator.json(body, words: words) : Array(body.utf8)
    let type = mutator.chance(90) ? "content-type: application/json" : "content-type: application/x-www-form-urlencoded"
    return mutator.request("POST", "/api/v1/\(path)", body: sent, headers: headers + [type])
  }

  private static func key(_ mutator: inout Mutator) -> String {
    mutator.pick([
      "k-\(mutator.below(20))", "k-\(mutator.below(1_000_000))", "\"k-\(mutator.below(20))\"", "", "a b", "\"a",
    ])
  }
}
