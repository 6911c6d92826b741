import Foundation
import Kernel
import Simulator
import Synchronization
import Testing

/// A year of a small service whose partner's notifications fail from May on: a third of them never come or come a day
/// late. The same people, the same partner and the same seed, twice.
@Suite("Story 1: our users were charged several times", .serialized)
struct StoryOneTests {
  private static let small: ReplaySettings = {
    var settings = ReplaySettings()
    settings.subscribers = 600
    // Few people need a partner that fails badly before its failing shows in one morning's charges.
    settings.lost = 0.3...0.5
    settings.late = 0.2...0.3
    return settings
  }()

  private static let outcome = Task { try await RenewalReplay(small).run() }

  @Test("Silence taken for failure charges people two, three and four times for one period")
  func silence() async throws {
    let way = try await Self.outcome.value.silence
    #expect(way.overcharged > Self.small.subscribers / 4)
    #expect([2, 3, 4].allSatisfy { way.people[$0, default: 0] > 0 })
    #expect(way.taken > 0)
    #expect(way.returned == 0)
    #expect(way.firstAlert == nil)
    // It even loses customers who had paid, and more than once.
    #expect(way.givenUp > 0)
  }

  @Test("Through Amends nobody is charged twice for a period, and nobody is forgotten")
  func amends() async throws {
    let outcome = try await Self.outcome.value
    let way = outcome.amends
    #expect(way.people == [1: Self.small.subscribers])
    #expect(way.charges == outcome.periods)
    #expect(way.uncharged == 0)
    #expect(way.mostStanding == 1)
    #expect(way.taken == 0)
    #expect(way.firstDouble == nil)
    #expect(way.waiting == 0)
  }

  /// Few hundred people make few charges a day, so that five overdue ones take a day; with more it is minutes.
  @Test("The alert comes within a day and a half of the first failing notifications")
  func alert() async throws {
    let outcome = try await Self.outcome.value
    let alert = try #require(outcome.amends.firstAlert)
    #expect(alert.at >= outcome.failingSince)
    #expect(alert.at - outcome.failingSince < .hours(36))
    #expect(alert.text.contains("notification"))
  }

  @Test("The same seed gives the same figures, and another seed others")
  func repeatable() async throws {
    var settings = Self.small
    settings.subscribers = 200
    settings.months = 3
    let first = try await RenewalReplay(settings).run()
    #expect(try await RenewalReplay(settings).run() == first)
    settings.seed += 1
    #expect(try await RenewalReplay(settings).run().silence != first.silence)
  }

  @Test("A partner that tells everything in time charges everybody once in both ways")
  func wellBehaved() async throws {
    var settings = Self.small
    settings.subscribers = 28
    settings.months = 2
    settings.lost = 0...0
    settings.late = 0...0
    settings.capacity = 0
    let outcome = try await RenewalReplay(settings).run()
    #expect(outcome.silence.overcharged == 0)
    #expect(outcome.amends.people == outcome.silence.people)
    #expect(outcome.amends.firstAlert == nil)
  }

  @Test("The outcome is told in words of at most 80 columns, as JSON and as a page")
  func told() async throws {
    let outcome = try await Self.outcome.value
    let lines = outcome.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(outcome.text.contains(outcome.command))
    let json = try JSONSerialization.jsonObject(with: Data(outcome.json().utf8)) as? [String: Any]
    let amends = json?["amends"] as? [String: Any]
    #expect(amends?["overchargedPeople"] as? Int == 0)
    #expect(outcome.html(version: "test").contains("The same year, two ways"))
  }

  @Test("Progress reaches the end", arguments: [40])
  func progress(subscribers: Int) async throws {
    var settings = Self.small
    settings.subscribers = subscribers
    settings.months = 1
    let seen = Seen()
    _ = try await RenewalReplay(settings).run { seen.add($0.done) }
    #expect(seen.all.last == 1)
    #expect(seen.all == seen.all.sorted())
  }

  @Test("Settings that make no sense are refused", arguments: [0, 1_000_001])
  func refused(subscribers: Int) async {
    var settings = Self.small
    settings.subscribers = subscribers
    await #expect(throws: Refusal.self) { try await RenewalReplay(settings).run() }
  }
}

private final class Seen: Sendable {
  private let values = Mutex<[Double]>([])

  var all: [Double] { values.withLock { $0 } }
  func add(_ value: Double) { values.withLock { $0.append(value) } }
}
