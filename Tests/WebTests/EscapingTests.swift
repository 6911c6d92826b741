import Billing
import Foundation
import HTTPTypes
import Kernel
import Testing
import Words

@testable import Web

@Suite("What comes from outside stays text")
struct EscapingTests {
  @Test("A name that is markup is shown as it was written, on every page that shows names")
  func markup() throws {
    let hostile = #"<script>alert("1")</script> & 'co'"#
    let shown = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;"
    var day = try Samples.day
    day.newest[0].name = hostile
    day.decisions[0].code = hostile
    day.decisions[1].reference = hostile
    day.partners[0].name = hostile
    day.alerts[0].detail = hostile
    let found = SubscribersPage.Found(
      id: hostile, name: hostile, mail: nil, plan: hostile, standing: .active, since: Samples.now)
    let pages = [
      day.html(in: Samples.console), Samples.told(hostile).html(in: Samples.console),
      SubscribersPage(query: hostile, found: [found], total: 1).html(in: Samples.console),
      RefusalPage(.badRequest, detail: hostile).page(in: Samples.console, reference: hostile).html,
    ]
    for page in pages {
      #expect(page.contains(shown))
      #expect(page.components(separatedBy: "<script").count == 2, "the page's own file alone")
    }
  }

  @Test("A quote with a combining mark on it closes no attribute")
  func combining() {
    // swift-mustache's own escape compares Characters and lets this pair through.
    let hostile = "x\"\u{0301} autofocus onfocus=alert(1) y=\"\u{0301}"
    let page = SubscribersPage(query: hostile, total: 0).html(in: Samples.console)
    #expect(page.contains("value=\"x&quot;\u{0301} autofocus onfocus=alert(1) y=&quot;\u{0301}\""))
    #expect(HTMLText.escape("<\u{200D}b>\u{0338}") == "&lt;\u{200D}b&gt;\u{0338}")
  }

  @Test("Control characters, which HTML does not allow, become visible replacements; line breaks stay")
  func controls() {
    #expect(HTMLText.escape("a\u{0}b\u{1B}c\u{9B}d\n\te") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\n\te")
  }

  @Test("An identifier cannot leave its place in an address")
  func paths() {
    #expect(Paths.subscriber("sub_1-A") == "/subscribers/sub_1-A")
    #expect(Paths.subscriber("../x?y=1#z") == "/subscribers/%2E%2E%2Fx%3Fy%3D1%23z")
    #expect(Paths.subscriber("\"><b") == "/subscribers/%22%3E%3Cb")
  }

  @Test("A chart's title, labels and events are escaped too: templates take pictures as they are")
  func charts() {
    let hostile = "<b onload=\"x\u{0301}\">"
    let bar = StackedBar(title: hostile, segments: [.init(hostile, 5, .settled)], words: Words(.english)).svg(
      id: "a", width: 800)
    let lines = Lines(
      title: hostile, categories: [hostile, "b"],
      series: [Series(hostile, .first, [1, 2]), Series("b", .second, [2])],
      events: [.init(at: 1, label: hostile)]
    ).svg(id: "a", width: 900, height: 300)
    let columns = Columns(title: hostile, categories: [hostile], series: [Series(hostile, .first, [1])])
      .svg(id: "a", width: 900, height: 300)
    for svg in [bar, lines, columns] {
      #expect(!svg.contains("<b "))
      #expect(svg.contains("&lt;b onload=&quot;x\u{0301}&quot;&gt;"))
    }
  }

  @Test("Only pictures and the stylesheet pass templates unescaped")
  func rawNames() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    let templates = (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "mustache" }
    #expect(templates.count >= 8)
    for template in templates {
      let text = try String(contentsOf: template, encoding: .utf8)
      let raw = text.matches(of: /\{\{(?:\{\s*|&\s*)([A-Za-z.]+)/).map(\.1)
      // In letters, sentences whose names stand in `<bdi>` are escaped piece by piece.
      let safe = template.path.contains("/Mail/Letters/") ? ["HTML"] : ["SVG", "CSS"]
      #expect(
        raw.allSatisfy { name in safe.contains { name.hasSuffix($0) } }, "\(template.lastPathComponent): \(raw)")
      // A script is a file of ours; none stands in a page.
      #expect(
        !text.replacing("<script src=\"{{layout.script}}\" defer></script>", with: "").contains("<script")
          && !text.contains(" style=\""), "\(template.lastPathComponent)")
    }
  }
}

extension Samples {
  /// A person all of whose texts are `text`.
  static func told(_ text: String) -> SubscriberPage {
    let proof = EvidenceView(
      .notification, of: text, receivedAt: now, eventID: text, reference: text, transaction: text,
      body: Array(text.utf8))
    var page = subscriber
    page.name = text
    page.subscriptions[0].plan = text
    page.subscriptions[0].method = text
    page.money[0].partner = text
    page.story[0].id = text
    page.story[0].entries = [
      .init(at: now, .heard, .said(.notification, .refused(code: text), partner: text), evidence: [proof]),
      .init(at: now, .note, .noted(by: text), quote: text),
      .init(at: now, .subscription, .changed(what: text, reason: text, by: text)),
    ]
    return page
  }
}
