import HTTPTypes
import Kernel
import TestSupport
import Testing
import Web

@Suite("The API's conventions")
struct ConventionTests {
  @Test("A key acts once: the same answer again, also when the world has moved on", arguments: TestEngine.available)
  func idempotency(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let (_, id) = try await house.subscriber()
      let body = #"{"reason": "on holiday"}"#
      let first = try await house.post("subscriptions/\(id)/pause", body, key: "k-1")
      #expect(first.status == 200, "\(first.text)")
      _ = try await house.post("subscriptions/\(id)/cancel", #"{"when": "now", "reason": "moved"}"#)
      for _ in 0..<3 {
        let again = try await house.post("subscriptions/\(id)/pause", body, key: "k-1")
        #expect(again.status == 200 && again.bytes == first.bytes)
      }
      // With the quotation marks of a structured field it is the same key.
      #expect(try await house.post("subscriptions/\(id)/pause", body, key: "\"k-1\"").bytes == first.bytes)
      let other = try await house.post("subscriptions/\(id)/pause", #"{"reason": "another"}"#, key: "k-1")
      #expect(other.status == 422 && other.code == "keyReused", "\(other.text)")
      let elsewhere = try await house.post("subscriptions/\(id)/resume", body, key: "k-1")
      #expect(elsewhere.status == 422 && elsewhere.code == "keyReused", "\(elsewhere.text)")
      // The key of another account is another key.
      let support = try await house.post("subscriptions/\(id)/pause", body, as: .support, key: "k-1")
      #expect(support.status == 409 && support.code == "alreadyCancelled", "\(support.text)")
      // What was refused did nothing, and may be sent again.
      let retry = try await house.post("subscriptions/\(id)/pause", body, as: .support, key: "k-1")
      #expect(retry.bytes == support.bytes)
    }
  }

  @Test("Twenty at once with one key make one customer", arguments: TestEngine.available)
  func race(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let body = #"{"reference": "one", "name": "One", "zone": "UTC"}"#
      let answers = try await withThrowingTaskGroup(of: APIHouse.Answer.self) { group in
        for _ in 0..<20 { group.addTask { try await house.post("customers", body, key: "once") } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(answers.map(\.bytes)).count == 1 && answers.allSatisfy { $0.status == 201 })
      #expect(try await house.get("customers").json["data"]?.items.count == 1)
    }
  }

  @Test(
    "What changes something needs a key", arguments: [nil, "", "a b", "\"a", "é", String(repeating: "k", count: 101)])
  func keys(key: String?) async throws {
    try await APIHouse.open(on: .sqlite) { house in
      let answer = try await house.post("customers", #"{"reference": "a", "name": "A", "zone": "UTC"}"#, key: key)
      #expect(answer.status == 400 && answer.code.hasPrefix("key"), "\(answer.text)")
      #expect(try await house.get("customers").json["data"] == [])
    }
  }

  @Test("Pages follow one another without a gap, whatever is added meanwhile", arguments: TestEngine.available)
  func pages(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      var made: [String] = []
      for n in 0..<7 { made.append(try await house.customer("c-\(n)")) }
      var seen: [String] = []
      var cursor: String?
      repeat {
        let answer = try await house.get("customers?limit=3" + (cursor.map { "&cursor=\($0)" } ?? ""))
        #expect(answer.status == 200, "\(answer.text)")
        seen += answer.json["data"]?.items.compactMap { $0["id"]?.words } ?? []
        cursor = answer.json["next"]?.words
        if seen.count == 3 { _ = try await house.customer("late") }
      } while cursor != nil
      #expect(seen == made.reversed())
    }
  }

  @Test("A parameter that is not as the document says is named")
  func parameters() async throws {
    try await APIHouse.open(on: .sqlite) { house in
      for (query, place) in [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("limit=+1", "limit"), ("limit=", "limit"),
        ("cursor=", "cursor"), ("limt=3", "limt"), ("limit=1&limit=2", "limit"),
        ("reference=%00", ""), ("reference=a%0Ab", "reference"), ("%FF=1", ""), ("limit=%C3%28", ""),
      ] {
        let answer = try await house.get("customers?\(query)")
        #expect(answer.status == 400 && answer.code == "malformed", "\(query): \(answer.text)")
        #expect(answer.json["errors"]?.items.first?["at"] == .text(place), "\(query): \(answer.text)")
      }
      for cursor in ["nonsense", "bGlzdFBsYW5zOjE"] {
        let answer = try await house.get("customers?cursor=\(cursor)")
        #expect(answer.status == 422 && answer.code == "badCursor", "\(answer.text)")
      }
      for id in ["0", "01", "x", "1e3", "-1", "1.0", "99999999999999999999", "%00", "%FF", "1%2F2"] {
        #expect(try await house.get("customers/\(id)").status == 404, "\(id)")
      }
    }
  }

  @Test("Every answer that is no is a problem with its status, its type and its code")
  func problems() async throws {
    try await APIHouse.open(on: .sqlite) { house in
      func hold(_ answer: APIHouse.Answer, _ status: Int, _ code: String) {
        #expect(answer.status == status && answer.code == code, "\(answer.status) \(answer.text)")
        #expect(
          answer.headers[.contentType] == "application/problem+json" && answer.json["status"]?.number == Int64(status))
        #expect(answer.headers[.cacheControl] == "no-store")
        // Also where there is no door: whoever tries addresses is counted too.
        #expect(HTTPField.Name("RateLimit").map { answer.headers[$0] != nil } == true, "\(answer.text)")
        #expect(answer.json["title"] != nil && answer.json["detail"] != nil)
      }
      let good = #"{"reference": "a", "name": "A", "zone": "UTC"}"#
      hold(try await house.send(.get, "customers", as: nil), 401, "notSignedIn")
      hold(try await house.send(.get, "customers", as: nil, headers: [.accept: "text/html"]), 401, "notSignedIn")
      hold(try await house.send(.get, "customers", as: nil, headers: [.authorization: "Bearer x"]), 401, "notSignedIn")
      hold(try await house.get("customers", as: .administrator), 403, "forbidden")
      hold(try await house.post("plans", APIHouse.plan, as: .support), 403, "forbidden")
      hold(try await house.get("nothing"), 404, "notFound")
      hold(try await house.send(.get, "/api"), 404, "notFound")
      hold(try await house.send(.get, "/api/v2/customers", headers: [.accept: "text/html"]), 404, "notFound")
      for method in [HTTPRequest.Method.put, .patch, .delete, .options, .trace, .head] {
        let answer = try await house.send(method, "customers")
        if method != .head { hold(answer, 405, "methodNotAllowed") }
        #expect(answer.status == 405 && answer.headers[.allow] == "GET, POST")
      }
      hold(
        try await house.send(.post, "customers", good, headers: [.contentType: "text/plain"]), 415, "unsupportedType")
      hold(try await house.send(.post, "customers", good, headers: [.contentType: ""]), 415, "unsupportedType")
      hold(try await house.post("customers", String(repeating: " ", count: 70_000) + good), 413, "tooLarge")
      for body in ["", "{", "[]", "null", "\u{0}", "{\"reference\": \"\\u0000\"}", good + good] {
        hold(try await house.post("customers", body), 400, "malformed")
      }
      hold(try await house.post("customers", good.replacing("}", with: #", "nam": 1}"#)), 400, "malformed")
      #expect(
        try await house.send(.post, "customers", good, headers: [.contentType: "application/json; charset=UTF-8"])
          .status
          == 201)
    }
  }

  @Test("Who asks too often waits, and is told how long")
  func limits() async throws {
    try await APIHouse.open(on: .sqlite, rate: 5) { house in
      // All within one minute, or it begins anew in between.
      let left = 60 - World.real.now().seconds % 60
      if left < 15 { try await Task.sleep(for: .seconds(left)) }
      for n in 1...5 {
        let answer = try await house.get("plans")
        #expect(answer.status == 200 && answer.field("RateLimit")?.hasPrefix("\"token\";r=\(5 - n);t=") == true)
        #expect(answer.field("RateLimit-Policy") == "\"token\";q=5;w=60")
      }
      let over = try await house.get("plans")
      #expect(over.status == 429 && over.code == "quotaExceeded", "\(over.text)")
      #expect(over.json["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded")
      #expect(over.json["violated-policies"] == ["token"])
      #expect((1...60).contains(Int(over.headers[.retryAfter] ?? "") ?? 0))
      #expect(try await house.get("plans", as: .support).status == 200, "another token has its own")
      #expect(try await house.get("plans", as: nil).status == 401)
      #expect(try await house.get("plans", as: nil).status == 429, "guessing at tokens ends")
      #expect(try await house.get("plans", as: .finance).status == 200, "and stops nobody who has one")
    }
  }

  @Test(
    "A role that may come in may also do it: what the door lets in, the domain takes", arguments: TestEngine.available)
  func roles(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let (customer, id) = try await house.subscriber()
      for role in Web.Role.allCases where !house.token(role).isEmpty {
        let acts: [(Right, String, String)] = [
          (.offerPlans, "plans", APIHouse.plan),
          (.changeSubscriptions, "customers", #"{"reference": "\#(role)", "name": "A", "zone": "UTC"}"#),
          (.changeSubscriptions, "subscriptions", APIHouse.subscription(customer)),
          (.changeSubscriptions, "subscriptions/\(id)/pause", #"{"reason": "a test"}"#),
          (.changeSubscriptions, "subscriptions/\(id)/resume", #"{"reason": "a test"}"#),
          (
            .changeSubscriptions, "subscriptions/\(id)/payment-method",
            #"{"partner": "debit", "token": "t", "label": "l"}"#
          ),
          (.changeSubscriptions, "subscriptions/\(id)/cancel", #"{"when": "periodEnd", "reason": "a test"}"#),
          (.stopPartners, "partners/debit/stop", #"{"reason": "a test"}"#),
          (.stopPartners, "partners/debit/resume", #"{"reason": "a test"}"#),
          (.refundPayments, "payments/1/refund", #"{"reason": "a test"}"#),
          (.decideCharges, "queue/none/decide", #"{"happened": false, "reason": "a test"}"#),
        ]
        for (right, path, body) in acts {
          let answer = try await house.post(path, body, as: role)
          #expect((answer.status == 403) == !role.rights.contains(right), "\(path) as \(role): \(answer.text)")
        }
      }
    }
  }
}

extension APIHouse.Answer {
  func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}
