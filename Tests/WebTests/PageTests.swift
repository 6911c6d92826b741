import Billing
import Foundation
import Kernel
import Simulator
import Testing
import Web
import Words

@Suite("Pages, full and empty")
struct PageTests {
  /// Nothing of the template language is left, and what was opened is closed.
  private func whole(_ html: String) {
    #expect(!html.contains("{{") && !html.contains("}}"))
    #expect(!html.contains("Optional("))
    for tag in ["table", "section", "ul", "ol", "dl", "details", "figure", "svg", "main", "tr", "div", "li"] {
      let opened = html.components(separatedBy: "<\(tag)>").count + html.components(separatedBy: "<\(tag) ").count - 2
      #expect(opened == html.components(separatedBy: "</\(tag)>").count - 1, "\(tag)")
    }
    #expect(html.hasPrefix("<!doctype html>\n<html lang=\"en\""))
  }

  @Test("Today: every charge in one state, adding up to the total")
  func day() throws {
    let html = try Samples.day.html(in: Samples.console)
    whole(html)
    #expect(html.contains("12\u{202F}480 charges due, each in exactly one state."))
    #expect(!html.contains("class=\"banner\""))
    #expect(html.contains("Tuesday, 3 March 2026"))
    #expect(
      html.contains("<th scope=\"row\">all</th><td class=\"n\">12\u{202F}480</td><td class=\"n\">100\u{202F}%</td>"))
    #expect(html.contains("ramping at 25\u{202F}%"))
    #expect(html.contains("12 times normal"))
    #expect(html.contains("href=\"/subscribers/sub_1000\""))
    #expect(html.contains("Checkpoint 4\u{202F}117"))
  }

  @Test("Today: states that do not add up to what fell due are said aloud")
  func mismatch() throws {
    var page = try Samples.day
    page.due += 1
    #expect(page.html(in: Samples.console).contains("1 cannot be accounted for"))
  }

  @Test("Today: what is overdue comes first, and lists are bounded")
  func order() throws {
    var page = try Samples.day
    page.decisions = (0..<80).map { number in
      .init(
        effect: Int64(number), isRefund: false, reference: "case \(number)", partner: "p", code: nil, owner: nil,
        deadline: Samples.now + .minutes(Int64(80 - number)))
    }
    page.decisionTotal = 80
    page.newest = Array(repeating: page.newest[0], count: 120)
    let html = page.html(in: Samples.console)
    #expect(html.contains("case 79 ") && html.contains("case 30 ") && !html.contains("case 29 "))
    #expect(html.contains("30 more with a later deadline.") && html.contains("<a href=\"/queue/79\">"))
    #expect(html.matches(of: /subscribers\/sub_1000/).count == TodayPage.listed)
    let first = try #require(html.range(of: "case 79 ")), second = try #require(html.range(of: "case 78 "))
    #expect(first.lowerBound < second.lowerBound)
  }

  @Test("Today: an empty day")
  func emptyDay() throws {
    let html = try Samples.emptyDay.html(in: Samples.emptyConsole)
    whole(html)
    #expect(html.contains("No charge falls due today."))
    #expect(html.contains("Nothing waits for a person."))
    #expect(html.contains("not read for this page"))
  }

  @Test("A subscriber: whether they may use it, and each step with its evidence")
  func subscriber() {
    let html = Samples.subscriber.html(in: Samples.console)
    whole(html)
    #expect(html.contains("j•••@example.org") && !html.contains("juergen.muehlbauer"))
    #expect(
      html.contains("<strong>Yes</strong> · until <time datetime=\"2026-04-03T08:00:00Z\">3 April 2026, 10:00</time>"))
    #expect(html.contains("It is paid until 3 Apr 2026."))
    #expect(html.contains("No answer that can be relied on (timeOut): we do not know whether it charged"))
    #expect(html.contains("EUR\u{A0}9.99 every month"))
    #expect(html.contains("&quot;value&quot;: 9.990"))
    #expect(html.contains("1f 8b 08 00 ff"))
    #expect(html.contains("Fact 0.1204102 of the journal, sealed"))
    #expect(html.contains("Fact 0.1204103 of the journal, not sealed yet"))
    #expect(html.contains("href=\"#c-2026-03\"") && html.contains("id=\"c-2026-03\""))
    #expect(html.contains("kept EUR\u{A0}29.97."))
    #expect(html.contains("<p class=\"quote\" dir=\"auto\">Called.\nWants letters, not mails.</p>"))
  }

  @Test("A subscriber without anything, in a zone that does not exist: UTC, and it says so")
  func nobody() {
    let html = Samples.nobody.html(in: Samples.emptyConsole)
    whole(html)
    #expect(html.contains("No subscription.") && html.contains("Nothing has happened yet."))
    #expect(html.contains("Times in <bdi>GMT"))
  }

  @Test("A history longer than a page keeps its newest steps and says how many it left out")
  func bounded() {
    var page = Samples.subscriber
    let step = page.story[0].entries[0]
    page.story[0].entries = Array(repeating: step, count: 150)
    page.story[1].entries = Array(repeating: step, count: 150)
    let html = page.html(in: Samples.console)
    #expect(html.matches(of: /class="told"/).count == SubscriberPage.steps)
    #expect(html.contains("100 earlier steps of this chapter not shown here."))
  }

  @Test("The list of subscribers: nothing asked, nobody found, and more than fit")
  func subscribers() {
    let console = Samples.console
    let blank = SubscribersPage(query: "", total: 12).html(in: console)
    whole(blank)
    #expect(!blank.contains("Nobody found"))
    #expect(SubscribersPage(query: "zz", total: 12).html(in: console).contains("Nobody found"))
    #expect(SubscribersPage(query: "", total: 10_001).html(in: console).contains("more than 10\u{202F}000"))
    let one = SubscribersPage.Found(
      id: "sub_1", name: "Zoë", mail: "zoe@example.org", plan: "Atlas", standing: .active, since: Samples.now)
    let many = SubscribersPage(query: "z", found: Array(repeating: one, count: 60), total: 60).html(in: console)
    whole(many)
    #expect(many.matches(of: /href="\/subscribers\/sub_1"/).count == SubscribersPage.listed)
    #expect(many.contains("There are more.") && many.contains("z•••@example.org"))
  }

  @Test("Every page speaks the reader's language, all of it", arguments: [Language.german, .arabic, .japanese])
  func languages(language: Language) throws {
    var console = Samples.console
    console.words = Words(language)
    let one = SubscribersPage.Found(
      id: "sub_1", name: "Zoë", mail: nil, plan: "Atlas", standing: .ending, since: Samples.now)
    let pages = [
      try Samples.day.html(in: console), Samples.subscriber.html(in: console),
      SubscribersPage(query: "z", found: [one], tooCommon: true, total: 3).html(in: console),
    ]
    for page in pages {
      #expect(page.contains("<html lang=\"\(language.tag)\" dir=\"\(language.direction.rawValue)\""))
      #expect(!page.contains("{{") && !page.contains("Optional("))
      // What is left of English stands between marks that say so, or comes from outside.
      let text = page.replacing(/<(h3|p) lang="en"[^>]*>.*?<\/(h3|p)>/, with: "").replacing(/<[^>]+>/, with: " ")
      for word in ["Owner", "Subscriber", "renewal", "Charges", "paid", "Settled", "since", "None", "found", "asked"] {
        #expect(!text.contains(word), "\(word) in \(language)")
      }
    }
    let story = pages[1]
    let said: [Language: String] = [
      .german: "Wir haben carrier-de mit der Abbuchung beauftragt, unter der Referenz am_01JNE8.",
      .arabic: "طلبنا من \u{2068}carrier-de\u{2069} التحصيل بالمرجع \u{2068}am_01JNE8\u{2069}.",
      .japanese: "carrier-deに請求を依頼しました(参照番号 am_01JNE8)。",
    ]
    #expect(story.contains(try #require(said[language])))
  }

  @Test("What is refreshed while one looks has a name of its own, and the button is there for scripts alone")
  func live() throws {
    let html = try Samples.day.html(in: Samples.console)
    let parts = html.matches(of: /<[a-z]+ [^>]*data-live(?: [^>]*)?>/).map { String($0.0) }
    let names = parts.compactMap { $0.firstMatch(of: /id="(live-[a-z]+)"/).map { String($0.1) } }
    #expect(parts.count >= 7 && names.count == parts.count && Set(names).count == names.count)
    #expect(html.contains("data-live-controls data-seconds=\"10\"") && html.contains("data-pause=\"Pause\""))
    #expect(html.firstMatch(of: /data-live-controls[^>]* hidden>/) != nil)
    #expect(html.contains("data-live-summary hidden>Settled 9\u{202F}412, unknown 37, waiting for a person 2.</span>"))
  }

  @Test("What one may do is offered, and what one may not is there with the reason")
  func acts() {
    func html(_ role: Role?) -> String {
      var console = Samples.console
      console.visitor = role.map {
        Identity(account: 1, name: "A", role: $0, rights: $0.rights, means: .session(1, proof: "p"))
      }
      return Samples.subscriber.html(in: console)
    }
    let support = html(.support)
    #expect(support.contains("href=\"/subscribers/sub_19AA/subscriptions/4711/cancel\""))
    #expect(support.contains("It is not paused.") && support.matches(of: /Only finance may do this/).count == 1)
    #expect(support.contains("action=\"/subscribers/sub_19AA/notes\""))
    let finance = html(.finance)
    #expect(finance.contains("href=\"/subscribers/sub_19AA/payments/802/refund\""))
    #expect(!finance.contains("payments/801/refund") && finance.contains("All of it was given back"))
    #expect(!finance.contains("payments/804/refund") && finance.contains("own number of this payment is not known"))
    #expect(finance.contains("Only support and operators may do this.") && !finance.contains("/cancel\""))
    let auditor = html(.auditor)
    #expect(!auditor.contains("/refund\"") && !auditor.contains("/cancel\"") && !auditor.contains("/notes\""))
  }

  @Test("The replay report stands alone and tells both ways with the same numbers as its input")
  func replay() {
    let html = Samples.replay.html()
    whole(html)
    #expect(html.contains("26\u{202F}309 people were charged more than once"))
    #expect(
      html.contains("<th scope=\"row\">People charged three times for a period</th><td>4\u{202F}206</td><td>0</td>"))
    #expect(html.contains("amends replay renewals --subscribers 100000 --months 12 --seed 20260303"))
    #expect(html.contains("16\u{202F}% of them never came"))
    for part in ["Context", "What failed", "What was done", "What was learned", "Different next time"] {
      #expect(html.contains("<dt>\(part)</dt>"))
    }
    #expect(!html.contains("<link") && !html.contains("<script") && !html.contains("<img"))
  }

  @Test("A replay of nothing is told too")
  func emptyReplay() {
    let html = Samples.emptyReplay.html()
    whole(html)
    #expect(html.contains("Nobody was charged more than once in this run, in either way."))
    #expect(html.contains("Nothing: every notification came."))
  }
}
