import Billing
import Foundation
import Incidents
import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Accounts
@testable import Server

/// What people do about incidents in the console and on their own page, through the real server's doors.
@Suite("Incidents in the console")
struct IncidentConsoleTests {
  /// An incident in which the house's subscriber was charged twice, and what stands of it.
  struct Case: Sendable {
    let house: DoorHouse
    let desk: IncidentDesk
    let incident: Int64

    var page: String { "/incidents/\(incident)" }
    var lesson: String { "\(page)/lesson" }
    var person: String { "customer:\(house.subscriber.customer)" }

    func send(_ role: Web.Role, _ path: String, _ form: [(String, String)]? = nil) async throws -> DoorHouse.Answer {
      let (cookie, proof) = try await house.browser(role)
      return try await house.send(
        form == nil ? .get : .post, path, form: form.map { [("proof", proof)] + $0 } ?? [], cookie: cookie)
    }

    func count(_ sql: SQL) async throws -> Int64 {
      try await house.desk.store.read { tx in try tx.integer(sql) ?? -1 }
    }
  }

  static let ann = Actor(.operator, "ann")
  static let bea = Actor(.finance, "bea")

  private func with(_ engine: TestEngine, _ body: @escaping @Sendable (Case) async throws -> Void) async throws {
    try await DoorHouse.open(on: engine) { house in
      let kernel = house.desk.kernel
      let now = kernel.world.now()
      let charges = (0..<2).map { index in
        PastCharge(
          customer: "member-1", period: 0, starts: now - .days(40), ends: now - .days(10), lane: "carrier",
          transaction: "t-\(index)", amount: 999, currency: "EUR", at: now - .days(40) + .hours(Int64(index)))
      }
      _ = try await ImportPastCharges(kernel: kernel).save(charges, by: Self.ann)
      let desk = IncidentDesk(kernel: kernel, parts: BillingModule.harm)
      let loop = IncidentLoop(kernel: kernel, parts: BillingModule.harm)
      let incident = try await desk.perform(
        OpenIncident(kind: "charges.twice", about: "lane:carrier", title: "Twice <b>", severity: 1), by: Self.ann,
        key: "open")
      let rule = HarmRule(starts: now - .days(100), ends: now + .days(1))
      let cohort = try await desk.perform(
        FindAffected(incident: incident, finder: "charges.twice", rule: rule, reason: "the first look"), by: Self.ann,
        key: "find")
      while try await loop.search.run() > 0 {}
      _ = try await desk.perform(ApproveCohort(cohort: cohort), by: Self.bea, key: "approve")
      try await body(Case(house: house, desk: desk, incident: incident))
    }
  }

  @Test("A lesson loses nothing that was written, whatever is wrong with it", arguments: TestEngine.available)
  func lesson(engine: TestEngine) async throws {
    try await with(engine) { on in
      let empty = try await on.send(.operator, on.lesson)
      #expect(empty.status == 200 && empty.text.contains("not written yet") && empty.text.contains("name=\"context\""))
      let reads = try await on.send(.auditor, on.lesson)
      #expect(reads.status == 200 && !reads.text.contains("<textarea"))
      let parts = [
        ("context", "Renewals <i>\r\nof March"), ("failed", "Notifications"), ("did", "Stopped"),
        ("learned", "Silence"),
        ("differently", ""),
      ]
      let saved = try await on.send(.operator, on.lesson, [("key", "one"), ("seen", "")] + parts)
      #expect(saved.status == 303 && saved.location == on.lesson)
      let shown = try await on.send(.operator, on.lesson)
      #expect(shown.text.contains("Renewals &lt;i&gt;\nof March"))
      #expect(shown.text.contains("these parts are empty: What we do differently"))
      // Somebody else had the empty page before them: theirs stays in the fields, what is there is shown beside it.
      let late = try await on.send(
        .finance, on.lesson, [("key", "two"), ("seen", ""), ("context", "Mine"), ("failed", "Notifications")])
      #expect(late.status == 422 && late.text.contains(">Mine</textarea>"))
      #expect(
        late.text.contains("Somebody else has written here meanwhile") && late.text.contains("Renewals &lt;i&gt;"))
      #expect(try await on.count("SELECT count(*) FROM lesson WHERE context = 'Mine'") == 0)
      // Longer than is kept: all of it comes back.
      let long = String(repeating: "あ", count: WriteLesson.longest + 1)
      let seen = try #require(shown.text.firstMatch(of: #/name="seen" value="(\d+)"/#)).1
      let tooLong = try await on.send(
        .operator, on.lesson, [("key", "three"), ("seen", String(seen)), ("context", long), ("failed", "kept too")])
      #expect(tooLong.status == 422 && tooLong.text.contains(long) && tooLong.text.contains(">kept too</textarea>"))
    }
  }

  @Test(
    "An action names its control, a second person sees it, and then the lesson closes", arguments: TestEngine.available)
  func action(engine: TestEngine) async throws {
    try await with(engine) { on in
      _ = try await on.send(
        .operator, on.lesson,
        [("key", "w"), ("seen", "")] + LessonPart.allCases.map { ($0.rawValue, "All that is to be said.") })
      let bad = try await on.send(
        .operator, on.lesson + "/actions", [("key", "a"), ("text", "Ask at launch"), ("owner", "Ann"), ("due", "soon")])
      #expect(
        bad.status == 422 && bad.text.contains("Say by which day") && bad.text.contains("Ask at launch</textarea>"))
      let added = try await on.send(
        .operator, on.lesson + "/actions",
        [("key", "a"), ("text", "Ask at launch"), ("owner", "Ann"), ("due", "2030-01-31")])
      #expect(added.status == 303)
      #expect(try await on.count("SELECT count(*) FROM lesson_action WHERE due_at % 1000000 = 0") == 1)
      let action = try await on.count("SELECT id FROM lesson_action")
      let unnamed = try await on.send(
        .operator, on.lesson + "/done", [("key", "d"), ("action", "\(action)"), ("kind", "test"), ("control", "")])
      #expect(unnamed.status == 422)
      let done = try await on.send(
        .operator, on.lesson + "/done",
        [
          ("key", "d"), ("action", "\(action)"), ("kind", "checklist"), ("area", "outside"),
          ("control", "What happens when the partner is silent?"),
        ])
      #expect(done.status == 303)
      #expect(
        try await on.count("SELECT count(*) FROM checklist_item WHERE action = \(action) AND area = 'outside'") == 1)
      let own = try await on.send(.operator, on.lesson)
      #expect(own.text.contains("somebody else has to see it at work") && !own.text.contains("/lesson/seen\""))
      let other = try await on.send(.finance, on.lesson)
      #expect(other.text.contains("/lesson/seen\"") && other.text.contains("What happens when the partner is silent?"))
      #expect(try await on.send(.operator, on.lesson + "/seen", [("action", "\(action)")]).status == 422)
      #expect(try await on.send(.finance, on.lesson + "/seen", [("action", "\(action)")]).status == 303)
      // Of another incident it is nothing.
      #expect(try await on.send(.finance, "/incidents/1/lesson/seen", [("action", "\(action)")]).status == 404)
      let notYet = try await on.send(.operator, on.lesson + "/close", [("key", "c")])
      #expect(notYet.status == 422 && notYet.text.contains("the incident is open: somebody is not whole"))
    }
  }

  @Test("A launch is answered item by item and signed by two people", arguments: TestEngine.available)
  func launch(engine: TestEngine) async throws {
    try await with(engine) { on in
      #expect(try await on.send(.operator, "/launches", [("key", "0"), ("title", "Carrier two")]).status == 422)
      for (index, area) in ["wayBack", "tests"].enumerated() {
        let added = try await on.send(
          .finance, "/checklist", [("key", "i\(index)"), ("area", area), ("text", "Question \(index) <u>?")])
        #expect(added.status == 303)
      }
      let list = try await on.send(.auditor, "/checklist")
      #expect(
        list.text.contains("Question 1 &lt;u&gt;?") && !list.text.contains("<form method=\"post\" action=\"/checklist"))
      let opened = try await on.send(.operator, "/launches", [("key", "l"), ("title", "Carrier two")])
      #expect(opened.status == 303)
      let launch = opened.location
      #expect(try await on.send(.support, "/launches").text.contains("Carrier two"))
      let items = try await on.house.desk.store.read { tx in
        try tx.rows("SELECT id FROM checklist_item ORDER BY id LIMIT 10").map { try $0.integer("id") }
      }
      func answer(_ item: Int64, _ answer: String, _ note: String = "") async throws -> DoorHouse.Answer {
        try await on.send(
          .operator, launch + "/answer", [("key", "k"), ("item", "\(item)"), ("answer", answer), ("note", note)])
      }
      #expect(try await answer(items[0], "").status == 422)
      let unexplained = try await answer(items[0], "no")
      #expect(unexplained.status == 422 && unexplained.text.contains("value=\"no\" required checked"))
      #expect(try await answer(items[0], "yes").location == "\(launch)#item-\(items[0])")
      let early = try await on.send(.operator, launch + "/sign", [("key", "s")])
      #expect(early.status == 422 && early.text.contains("1 item is not answered"))
      #expect(try await answer(items[1], "notNeeded", "nothing of it changes").status == 303)
      #expect(try await on.send(.operator, launch + "/sign", [("key", "s")]).status == 303)
      let again = try await on.send(.operator, launch)
      #expect(again.text.contains("You have signed") && !again.text.contains("/sign\""))
      #expect(try await on.send(.operator, launch + "/sign", [("key", "t")]).status == 422)
      #expect(try await on.send(.finance, launch + "/sign", [("key", "s")]).status == 303)
      #expect(try await on.send(.auditor, launch).text.contains("may go"))
      let item = "/checklist/\(items[0])/retire"
      #expect(try await on.send(.operator, item, [("key", "r"), ("reason", "")]).status == 422)
      #expect(try await on.send(.operator, item, [("key", "r"), ("reason", "asked elsewhere")]).status == 303)
    }
  }

  @Test(
    "A subscriber reads what happened, says that it is not right, and reads the answer", arguments: TestEngine.available
  )
  func own(engine: TestEngine) async throws {
    try await with(engine) { on in
      let mine = try await on.send(.subscriber, "/my")
      #expect(mine.text.contains("You were charged more than once for the same period."))
      #expect(mine.text.contains("€9.99 were taken by mistake") && mine.text.contains("Not yet."))
      #expect(!mine.text.contains("Twice &lt;b&gt;"), "the title is for those who work here")
      let path = "/my/incidents/\(on.incident)/object"
      let short = try await on.send(.subscriber, path, [("key", "12345678"), ("text", "no")])
      #expect(short.status == 422 && short.text.contains(">no</textarea>"))
      #expect(try await on.send(.subscriber, "/my/incidents/1/object", [("text", "Mine too")]).status == 404)
      for _ in 1...2 {
        let said = try await on.send(.subscriber, path, [("key", "12345678"), ("text", "It was <three> times.")])
        #expect(said.status == 303)
      }
      #expect(try await on.count("SELECT count(*) FROM objection") == 1)
      let waits = try await on.send(.subscriber, "/my")
      #expect(waits.text.contains("It was &lt;three&gt; times.") && !waits.text.contains("/object\""))
      // It is work now: in the queue, on the incident, on the person's page.
      let objection = try await on.count("SELECT id FROM objection")
      #expect(try await on.send(.operator, "/queue?kind=objection").text.contains("/objections/\(objection)"))
      #expect(try await on.send(.support, on.page).text.contains("/objections/\(objection)"))
      let person = try await on.send(.support, "/subscribers/\(on.house.subscriber.customer)")
      #expect(person.text.contains("Twice &lt;b&gt;") && person.text.contains("/objections/\(objection)"))
      let answer = "/objections/\(objection)"
      #expect(try await on.send(.auditor, answer).status == 200)
      let unsure = try await on.send(.support, answer, [("key", "a"), ("answer", "We counted again.")])
      #expect(unsure.status == 422 && unsure.text.contains("We counted again.</textarea>"))
      let done = try await on.send(
        .support, answer, [("key", "a"), ("outcome", "wrong"), ("answer", "We counted again: twice.")])
      #expect(done.status == 303)
      #expect(try await on.send(.subscriber, "/my").text.contains("We counted again: twice."))
      #expect(
        try await on.send(.support, on.page + "/people?state=affected").text.contains("Ada &lt;member-1&gt; Costa"))
    }
  }

  @Test("The report is a PDF and JSON, with a receipt for each fact that is sealed", arguments: TestEngine.available)
  func report(engine: TestEngine) async throws {
    try await with(engine) { on in
      let pdf = try await on.send(.auditor, on.page + "/report.pdf")
      #expect(pdf.status == 200 && pdf.text.hasPrefix("%PDF-1."))
      let json = try await on.send(.auditor, on.page + "/report.json")
      #expect(json.status == 200 && json.text.contains("\"timeline\"") && json.text.contains("\"notSealed\":[\""))
      #expect(try await on.send(.administrator, on.page + "/report.pdf").status == 403)
    }
  }

  @Test("For one person: a try is written down, a remedy tried again, and why not yet", arguments: TestEngine.available)
  func oneAffected(engine: TestEngine) async throws {
    try await with(engine) { on in
      let affected = try await on.count("SELECT id FROM affected WHERE incident = \(on.incident)")
      let page = "\(on.page)/people/\(affected)"
      #expect(try await on.send(.auditor, on.page + "/people").text.contains("href=\"\(page)\""))
      let read = try await on.send(.auditor, page)
      #expect(
        read.status == 200 && !read.text.contains("action=\"\(page)") && read.text.contains("Ada &lt;member-1&gt;"))
      #expect(try await on.send(.auditor, "/incidents/1/people/\(affected)").status == 404)
      #expect(try await on.send(.auditor, "\(on.page)/people/1").status == 404)

      let support = try await on.send(.support, page)
      #expect(support.text.contains("action=\"\(page)/contact\"") && !support.text.contains("/unreachable\""))
      #expect(
        support.text.contains("written down as not reached: 0.") && support.text.contains("run the remedies first"))
      let early = try await on.send(.support, page + "/unreachable", [("key", "u"), ("reason", "no <answer>")])
      #expect(early.status == 422 && early.text.contains("They have to be tried by 2 means; 0 are written down."))

      let unsaid = try await on.send(
        .support, page + "/contact", [("key", "c"), ("means", "phone"), ("note", "<rang>")])
      #expect(unsaid.status == 422 && unsaid.text.contains("Say by which means"))
      #expect(unsaid.text.contains("value=\"&lt;rang&gt;\"") && unsaid.text.contains("value=\"phone\" selected"))
      for means in ["phone", "letter"] {
        for _ in 0..<2 {
          let tried = try await on.send(
            .support, page + "/contact", [("key", "c"), ("means", means), ("reached", "no"), ("note", "")])
          #expect(tried.status == 303 && tried.location == page)
        }
      }
      #expect(try await on.count("SELECT count(*) FROM contact_try") == 2, "a form sent twice is one try")
      let todo = try await on.send(.support, page + "/unreachable", [("key", "u"), ("reason", "no <answer>")])
      #expect(todo.status == 422 && todo.text.contains("What they get has not been worked out yet"))

      // What they get was worked out, and the letter could not be written.
      let remedy = try await on.desk.kernel.change(by: Self.ann, canRepeat: false) { change in
        let id = try change.id()
        try change.tx.execute(
          """
          INSERT INTO remedy (id, incident, affected, rule, kind, about, amount, unit, state, code, tells, made_at, ended_at)
          VALUES (\(id), \(on.incident), \(affected), 1, 'apology', '', 0, '', 'refused', 'noAddress', 1, \(change.now),
            \(change.now))
          """)
        try change.tx.execute("UPDATE affected SET todo = 0 WHERE id = \(affected)")
        return id
      }
      let mends = try await on.send(.finance, page)
      #expect(mends.text.contains("action=\"\(page)/retry\"") && mends.text.contains("<code>noAddress</code>"))
      #expect(mends.text.contains("/unreachable\""))
      let retry = [("key", "r"), ("remedy", "\(remedy)"), ("reason", "the address was corrected")]
      #expect(try await on.send(.support, page + "/retry", retry).status == 403)
      let short = try await on.send(
        .finance, page + "/retry", [("key", "r"), ("remedy", "\(remedy)"), ("reason", "x")])
      #expect(short.status == 422 && short.text.contains("a reason has 3 to 500 characters"))
      let others = try await on.send(.finance, page + "/retry", [("remedy", "\(remedy + 1)"), ("reason", "mended")])
      #expect(others.status == 422 && others.text.contains("They have no remedy of that number."))
      #expect(try await on.send(.finance, page + "/retry", retry).status == 303)
      #expect(try await on.count("SELECT count(*) FROM remedy WHERE tries = 2 AND state <> 'refused'") == 1)
      let again = try await on.send(
        .finance, page + "/retry", [("remedy", "\(remedy)"), ("reason", "the address was corrected")])
      #expect(again.status == 422 && again.text.contains("there is nothing to try again"))

      #expect(try await on.send(.support, page + "/unreachable", [("reason", "moved away")]).status == 303)
      #expect(try await on.count("SELECT count(*) FROM affected WHERE unreachable_at IS NOT NULL") == 1)
      let vague = try await on.send(.support, page + "/unharmed", [("evidence", "no")])
      #expect(vague.status == 422 && vague.text.contains(">no</textarea>"))
      let shown = try await on.send(
        .support, page + "/unharmed", [("evidence", "the second charge never was captured")])
      #expect(shown.status == 303)
      #expect(try await on.count("SELECT count(*) FROM affected WHERE state = 'unharmed'") == 1)
      let facts = try await on.count(
        "SELECT count(*) FROM fact WHERE subject = \(on.person) AND kind = 'incidentPerson' AND actor LIKE 'support:%'")
      #expect(facts == 4, "two tries, unreachable, unharmed")
    }
  }
}
