import Foundation
import HTTPTypes
import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Accounts
@testable import Server

@Suite("A subscriber’s own page, over the doors of the real server")
struct SubscriberTests {
  private static func path(_ link: String) -> String { "/my/link/" + (link.split(separator: "/").last ?? "") }

  @Test(
    "A link opens the page of its subscriber, five times, and leaves the address at once",
    arguments: TestEngine.available)
  func link(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let made = try await house.subscribers.make(for: house.subscriber.customer, by: .system("test"))
      let path = Self.path(made.link)
      var cookies: Set<String> = []
      for _ in 0..<5 {
        let answer = try await house.send(.get, path)
        #expect(answer.status == 303 && answer.location == "/my")
        let cookie = try #require(answer.cookies.first)
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
        #expect(!cookie.contains(path.split(separator: "/").last ?? "?"), "the link is no session")
        cookies.insert(String(cookie.split(separator: ";").first ?? ""))
      }
      #expect(cookies.count == 5)
      for cookie in cookies {
        let page = try await house.send(.get, "/my", cookie: cookie)
        #expect(page.status == 200 && page.text.contains("Reading Club"))
        #expect(page.text.contains("Ada &lt;member-1&gt; Costa"))
      }
      let sixth = try await house.send(.get, path)
      #expect(sixth.status == 404 && sixth.cookies.isEmpty && sixth.text.contains("does not work any more"))
      #expect(try await house.send(.get, "/my/link/made-up").status == 404)
      // What is kept is no secret.
      let kept = try await house.desk.store.read { tx in
        try tx.row("SELECT digest FROM subscriber_link LIMIT 1")?.blob("digest")
      }
      #expect(kept == Secret(String(path.split(separator: "/").last ?? "")).digest)
    }
  }

  @Test("A session of a link opens nothing else, and ends", arguments: TestEngine.available)
  func limited(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let (cookie, proof) = try await house.browser(house.subscriber)
      let asSession = cookie.replacing("amends-own", with: "amends-session")
      for door in house.doors
      where door.right != .anybody && !door.right.verifiesItself && door.right != .ownSubscription {
        let path =
          "/" + door.path.split(separator: "/").map { $0.hasPrefix(":") ? "1" : String($0) }.joined(separator: "/")
        for cookie in [cookie, asSession] {
          let answer = try await house.send(door.method, path, form: [("proof", proof)], cookie: cookie)
          #expect(door.path.hasPrefix("api/") ? answer.status == 401 : answer.isToSignIn, "\(door): \(answer.status)")
        }
      }
      // Whoever works here and looks at a link stays who they are.
      let (support, _) = try await house.browser(.support)
      let both = try await house.send(.get, "/subscribers", cookie: support + "; " + cookie)
      #expect(both.status == 200)
      #expect(try await house.send(.get, "/my", cookie: support + "; " + cookie).status == 200)
      #expect(try await house.send(.get, "/my", cookie: support).status == 403)

      let out = try await house.send(.post, "/my/sign-out", form: [("proof", proof)], cookie: cookie)
      #expect(out.location == "/my/link?done=out")
      #expect(try await house.send(.get, "/my", cookie: cookie).location == "/my/link")
    }
  }

  @Test("Signing out everywhere ends every session and every link", arguments: TestEngine.available)
  func revoked(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let other = try await Subscribed.add("member-2", to: house.desk.kernel)
      let made = try await house.subscribers.make(for: house.subscriber.customer, by: .system("test"))
      let (first, _) = try await house.browser(house.subscriber)
      let (second, proof) = try await house.browser(house.subscriber)
      let (theirs, _) = try await house.browser(other)
      let out = try await house.send(.post, "/my/revoke", form: [("proof", proof)], cookie: second)
      #expect(out.location == "/my/link?done=out")
      for cookie in [first, second] { #expect(try await house.send(.get, "/my", cookie: cookie).status == 303) }
      #expect(try await house.send(.get, Self.path(made.link)).status == 404)
      #expect(try await house.send(.get, "/my", cookie: theirs).status == 200)
    }
  }

  @Test("Nothing is changed but by a form of the page itself", arguments: TestEngine.available)
  func forms(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let (cookie, proof) = try await house.browser(house.subscriber)
      let (_, foreign) = try await house.browser(house.subscriber)
      let path = "/my/subscriptions/\(house.subscriber.subscription)/cancel"
      for given in ["", "x", foreign] {
        #expect(try await house.send(.post, path, form: [("proof", given)], cookie: cookie).status == 403)
      }
      let elsewhere = try #require(HTTPField.Name("Sec-Fetch-Site"))
      let cross = try await house.send(
        .post, path, form: [("proof", proof)], cookie: cookie, headers: [elsewhere: "cross-site"])
      #expect(cross.status == 403)
      let page = try await house.send(.get, "/my", cookie: cookie)
      #expect(!page.text.contains("Keep my subscription"))
    }
  }

  @Test("Cancelled in one step, taken back, paused and resumed", arguments: TestEngine.available)
  func acts(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let (cookie, proof) = try await house.browser(house.subscriber)
      let id = house.subscriber.subscription
      func act(_ what: String) async throws -> String {
        let answer = try await house.send(
          .post, "/my/subscriptions/\(id)/\(what)", form: [("proof", proof)], cookie: cookie)
        #expect(answer.status == 303, "\(what): \(answer.text)")
        return try await house.send(.get, answer.location, cookie: cookie).text
      }
      let cancelled = try await act("cancel")
      #expect(
        cancelled.contains("It is cancelled. Nothing more is charged.") && cancelled.contains("Keep my subscription"))
      #expect(cancelled.contains("None. It ends on") && !cancelled.contains("/cancel\""))
      // Sent twice, it is cancelled once.
      _ = try await act("cancel")
      let kept = try await act("keep")
      #expect(kept.contains("Your subscription goes on.") && kept.contains("/cancel\""))
      let paused = try await act("pause")
      #expect(paused.contains("None while it is paused") && paused.contains("/resume\""))
      // Cancelled while it is paused, it can be taken back too.
      let over = try await act("cancel")
      #expect(over.contains("Keep my subscription"))
      #expect(try await act("keep").contains("None while it is paused"))
      #expect(try await act("resume").contains("€9.99 on "))
      let facts = try await house.desk.store.read { tx in
        try tx.rows(
          """
          SELECT actor, body FROM fact WHERE subject = \("customer:\(house.subscriber.customer)")
            AND kind = 'subscriptionChanged' ORDER BY id
          """
        ).map { (actor: try $0.text("actor"), body: try $0.text("body")) }
      }
      #expect(facts.map(\.actor) == Array(repeating: "subscriber:\(house.subscriber.customer)", count: 6))
    }
  }

  @Test("Nobody sees or touches what is somebody else’s, whatever number they try", arguments: TestEngine.available)
  func strangers(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let kernel = house.desk.kernel
      let victim = try await Subscribed.add("member-2", to: kernel)
      let theirs = try await victim.pay(1, in: kernel)
      let own = try await house.subscriber.pay(1, in: kernel)
      let before = try await Self.state(victim, house)
      var browsers = [try await house.browser(house.subscriber)]
      browsers.append(try await house.browser(.subscriber))
      for (cookie, proof) in browsers {
        let page = try await house.send(.get, "/my", cookie: cookie)
        #expect(
          page.text.contains("receipt.pdf") && !page.text.contains("member-2") && !page.text.contains("/\(theirs)/"))
        // Every number there is, and then some: the ids of all tables lie close together.
        let numbers = (min(theirs, own) - 40)...(max(theirs, own) + 10)
        for number in numbers {
          let receipt = try await house.send(.get, "/my/payments/\(number)/receipt.pdf", cookie: cookie)
          #expect(receipt.status == (number == own ? 200 : 404), "payment \(number)")
          guard number != house.subscriber.subscription else { continue }
          for act in ["cancel", "keep", "pause", "resume", "method"] {
            let answer = try await house.send(
              .post, "/my/subscriptions/\(number)/\(act)", form: [("proof", proof)], cookie: cookie)
            #expect(answer.status == 404, "\(act) \(number): \(answer.status)")
          }
          #expect(try await house.send(.get, "/my/subscriptions/\(number)/method", cookie: cookie).status == 404)
        }
        // A number in the query or the form changes nothing about who somebody is.
        let asked = try await house.send(.get, "/my?customer=\(victim.customer)", cookie: cookie)
        #expect(!asked.text.contains("member-2"))
        let set = try await house.send(
          .post, "/my/language", form: [("proof", proof), ("language", "ja"), ("customer", "\(victim.customer)")],
          cookie: cookie)
        #expect(set.status == 303)
      }
      #expect(try await Self.state(victim, house) == before)
      // Numbers beyond every bound.
      for number in ["0", "-1", "9223372036854775807", "9223372036854775808", "1e3", "%00", "a"] {
        let cookie = browsers[0].cookie
        #expect(try await house.send(.get, "/my/payments/\(number)/receipt.pdf", cookie: cookie).status == 404)
      }
    }
  }

  private static func state(_ subscribed: Subscribed, _ house: DoorHouse) async throws -> String {
    try await house.desk.store.read { tx in
      let row = try tx.row(
        """
        SELECT s.state, s.ends_at_period_end, s.method, k.language FROM subscription AS s
        JOIN customer AS k ON k.id = s.customer WHERE s.id = \(subscribed.subscription)
        """)
      return "\(row.map { "\((try? $0.text("state")) ?? "") \((try? $0.textOrNull("language")) as Any)" } ?? "")"
    }
  }

  @Test("A receipt is a PDF for its owner and for who may read subscribers", arguments: TestEngine.available)
  func receipts(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let payment = try await house.subscriber.pay(1, in: house.desk.kernel, twice: true)
      let (cookie, _) = try await house.browser(house.subscriber)
      let page = try await house.send(.get, "/my", cookie: cookie)
      #expect(page.text.contains("Taken a second time for this period."))
      let customer = house.subscriber.customer
      let path = "/subscribers/\(customer)/payments/\(payment)/receipt.pdf"
      for (path, cookie) in [
        ("/my/payments/\(payment)/receipt.pdf", cookie), (path, try await house.browser(.finance).cookie),
      ] {
        let answer = try await house.send(.get, path, cookie: cookie)
        #expect(answer.status == 200 && answer.text.hasPrefix("%PDF-1."))
      }
      let staff = try await house.browser(.finance).cookie
      #expect(try await house.send(.get, path.replacing("/\(customer)/", with: "/1/"), cookie: staff).status == 404)
    }
  }

  @Test("The page comes in the language that was chosen, from right to left too", arguments: TestEngine.available)
  func languages(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let (cookie, proof) = try await house.browser(house.subscriber)
      let wanted = try await house.send(.get, "/my", cookie: cookie, headers: [.acceptLanguage: "de-AT,de;q=0.9"])
      #expect(wanted.text.contains("<html lang=\"de-AT\" dir=\"ltr\">") && wanted.text.contains("Kündigen"))
      _ = try await house.send(.post, "/my/language", form: [("proof", proof), ("language", "ar")], cookie: cookie)
      let chosen = try await house.send(.get, "/my", cookie: cookie, headers: [.acceptLanguage: "de"])
      #expect(chosen.text.contains("<html lang=\"ar\" dir=\"rtl\">") && chosen.text.contains("إلغاء الاشتراك"))
      let refused = try await house.send(
        .post, "/my/language", form: [("proof", proof), ("language", "tlh")], cookie: cookie)
      #expect(refused.status == 400)
    }
  }

  @Test("Whether an address is known is not told, and asking has a limit", arguments: TestEngine.available)
  func asked(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine, mails: true) { house in
      let known = try await house.send(.post, "/my/link", form: [("mail", " MEMBER-1@example.ORG ")])
      let unknown = try await house.send(.post, "/my/link", form: [("mail", "nobody@example.org")])
      #expect(known.status == 200 && known.text == unknown.text, "but for the clock there is no difference")
      let mails = try await house.desk.store.read { tx in
        try tx.rows("SELECT kind, address, customer, link FROM mail").map {
          (kind: try $0.text("kind"), customer: try $0.integerOrNull("customer"), link: try $0.textOrNull("link") ?? "")
        }
      }
      #expect(mails.count == 1 && mails.first?.kind == "subscriberLink")
      #expect(mails.first?.customer == house.subscriber.customer)
      #expect(try await house.send(.get, Self.path(mails.first?.link ?? "")).location == "/my")
      for _ in 0..<4 { _ = try await house.send(.post, "/my/link", form: [("mail", "member-1@example.org")]) }
      let over = try await house.send(.post, "/my/link", form: [("mail", "member-1@example.org")])
      #expect(over.status == 429)
      let sent = try await house.desk.store.read { tx in try tx.integer("SELECT count(*) FROM mail") ?? 0 }
      #expect(sent <= 4)
    }
  }

  @Test("An account of the role subscriber sees the page it is bound to", arguments: TestEngine.available)
  func account(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let (cookie, proof) = try await house.browser(.subscriber)
      #expect(try await house.send(.get, "/my", cookie: cookie).text.contains("Reading Club"))
      #expect(AccountRoutes.landing(.subscriber) == "/my")
      await #expect(throws: Refusal.self) {
        try await house.desk.invite(mail: "x@example.org", person: "X", role: .subscriber, by: Office.machine)
      }
      let out = try await house.send(.post, "/my/sign-out", form: [("proof", proof)], cookie: cookie)
      #expect(out.location == "/my/link?done=out")
      #expect(try await house.send(.get, "/my", cookie: cookie).location == "/my/link")
    }
  }

  @Test("Support makes a link, and nobody without that right", arguments: TestEngine.available)
  func support(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let (cookie, proof) = try await house.browser(.support)
      let made = try await house.send(
        .post, "/subscribers/\(house.subscriber.customer)/link", form: [("proof", proof)], cookie: cookie)
      let secret = try #require(made.text.firstMatch(of: #/\/my\/link\/([A-Za-z0-9_\-]{43})/#)?.1)
      #expect(try await house.send(.get, "/my/link/\(secret)").location == "/my")
      #expect(
        try await house.send(.post, "/subscribers/1/link", form: [("proof", proof)], cookie: cookie).status == 404)
    }
  }

  @Test("An administrator says in the console whose page an account opens", arguments: TestEngine.available)
  func bound(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let other = try await Subscribed.add("member-2", to: house.desk.kernel)
      let account = house.accounts[.subscriber] ?? 0
      let page = "/accounts/\(account)"
      let (cookie, proof) = try await house.browser(.administrator)
      func send(_ path: String, _ form: [(String, String)]? = nil) async throws -> DoorHouse.Answer {
        try await house.send(
          form == nil ? .get : .post, path, form: form.map { [("proof", proof)] + $0 } ?? [], cookie: cookie)
      }
      // Found by what people have at hand; not in the list of those who work here.
      for asked in ["member-1", "subscriber@example.org", "Subscriber@Example.org"] {
        #expect(try await send("/accounts?of=\(Paths.segment(asked))").text.contains("href=\"\(page)\""), "\(asked)")
      }
      #expect(try await send("/accounts?of=member-2").text.contains("No subscriber’s account has the address"))
      #expect(try await !send("/accounts").text.contains("href=\"\(page)\""))
      let shown = try await send(page)
      #expect(shown.text.contains("<bdi>member-1</bdi>") && !shown.text.contains("/subscribers/"))
      #expect(shown.text.contains("/unbind\"") && !shown.text.contains("/bind\"") && !shown.text.contains("/role\""))
      let (auditor, _) = try await house.browser(.auditor)
      let read = try await house.send(.get, page, cookie: auditor)
      #expect(read.text.contains("/subscribers/\(house.subscriber.customer)\"") && !read.text.contains("/unbind\""))

      let (theirs, _) = try await house.browser(.subscriber)
      let taken = try await send(page + "/bind", [("reference", "member-2"), ("reason", "x")])
      #expect(taken.status == 422 && taken.text.contains("bound to a subscriber already"))
      #expect(try await send(page + "/unbind", [("reason", "")]).status == 422)
      #expect(try await send(page + "/unbind", [("reason", "the wrong Ada")]).location == page + "?done=unbound")
      #expect(try await house.send(.get, "/my", cookie: theirs).status == 303, "signed out at once")
      let (nobody, _) = try await house.browser(.subscriber)
      let none = try await house.send(.get, "/my", cookie: nobody)
      #expect(none.status == 403 && none.text.contains("This account belongs to no subscriber yet."))

      let unknown = try await send(page + "/bind", [("reference", "<nobody>"), ("reason", "x")])
      #expect(unknown.status == 422 && unknown.text.contains("There is no subscriber with this reference."))
      #expect(unknown.text.contains("value=\"&lt;nobody&gt;\""))
      #expect(
        try await send(page + "/bind", [("reference", " "), ("reason", "x")]).text.contains("Enter the subscriber’s"))
      let done = try await send(page + "/bind", [("reference", " member-2 "), ("reason", "she called")])
      #expect(done.location == page + "?done=bound")
      #expect(try await send(done.location).text.contains("The account is bound to the subscriber."))
      let now = try await house.send(.get, "/my", cookie: nobody)
      #expect(now.status == 200 && now.text.contains("/my/subscriptions/\(other.subscription)/cancel"))

      // Made in the console too: with a reference, and for this role alone.
      func invite(_ role: String, _ reference: String) async throws -> DoorHouse.Answer {
        try await send(
          "/accounts", [("mail", "new@example.org"), ("person", "N"), ("role", role), ("reference", reference)])
      }
      #expect(try await invite("subscriber", "").text.contains("Enter the subscriber’s reference."))
      #expect(try await invite("support", "member-2").text.contains("A reference is for the role subscriber alone"))
      let invited = try await invite("subscriber", "member-2")
      #expect(invited.status == 200)
      let link = try #require(invited.text.firstMatch(of: #/http[^<]*(\/link\/[^<]+)</#)).1
      let welcome = try await house.send(.get, String(link))
      #expect(welcome.status == 200 && welcome.text.contains("choose a password for your own page at"))
      #expect(try await send("/accounts?of=member-2").text.contains("new@example.org"))
    }
  }
}
