import Foundation
import Kernel
import Testing

@testable import Simulator

@Suite("Dials")
struct DialsTests {
  private func read(_ json: String) throws -> Dials { try Dials(json: Data(json.utf8)) }

  @Test("What is not named keeps its default")
  func partial() throws {
    let dials = try read(#"{"notifications": {"lose": 0.25, "delay": {"min": 0.5, "max": 60}}}"#)
    #expect(dials.notifications.lose == 0.25)
    #expect(dials.notifications.delay == Spread(.milliseconds(500), .seconds(60)))
    #expect(dials.answers == Dials().answers)
  }

  @Test("All dials survive being written and read")
  func roundTrip() throws {
    var dials = Dials()
    dials.answers.throttlePerSecond = 5
    dials.answers.downAs = .refused
    dials.replay.on = false
    dials.returned = 0.125
    #expect(try Dials(json: dials.json()) == dials)
  }

  @Test(
    "A wrong dial is refused by name",
    arguments: [
      (#"{"notifications": {"loose": 0.1}}"#, "notifications.loose"), (#"{"nonsense": 1}"#, "nonsense"),
      (#"{"answers": {"late": 1.5}}"#, "answers.late"), (#"{"answers": {"late": -0.1}}"#, "answers.late"),
      (#"{"answers": {"late": 0.6, "resetAfterCharge": 0.6}}"#, "the sum of answers.late"),
      (#"{"notifications": {"delay": {"min": 9, "max": 1}}}"#, "notifications.delay"),
      (#"{"notifications": {"delay": {"min": 0, "max": -1}}}"#, "notifications.delay"),
      (#"{"answers": {"downAs": "sometimes"}}"#, "answers.downAs"), (#"{"answers": 3}"#, "answers must be"),
      (#"{"answers": {"declineCodes": []}}"#, "declineCodes"), (#"{"replay": {"on": "yes"}}"#, "replay.on"),
      (#"{"schedule": [{"from": "yesterday", "dials": {}}]}"#, "schedule[0]"), ("[]", "not a JSON object"),
      (#"{"schedule": [{"from": "2026-04-01T00:00:00Z", "dials": {"retuned": 1}}]}"#, "schedule[0].dials.retuned"),
    ])
  func refused(json: String, name: String) {
    let error = #expect(throws: DialError.self) { try DialSchedule(json: Data(json.utf8)) }
    #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
  }

  @Test("From its instant on, a step of the schedule holds")
  func schedule() throws {
    let json = #"{"schedule": [{"from": "2026-03-11T00:00:00Z", "dials": {"notifications": {"lose": 1}}}]}"#
    var book = PartnerBook(seed: 1, opened: start, schedule: try DialSchedule(json: Data(json.utf8)))
    _ = book.charge(request("before"), now: start + .days(10) - .seconds(1))
    _ = book.charge(request("after"), now: start + .days(10))
    #expect(book.dueNotifications(start + .days(20)).map(\.booking.reference) == ["before"])
  }

  @Test("A ramp goes evenly from its start to its end")
  func ramp() {
    let steps = DialSchedule.ramp(from: start, to: start + .days(10), count: 10) { $0.notifications.lose = $1 }
    let schedule = DialSchedule(steps: steps)
    #expect(schedule.current(at: start - .seconds(1)).dials.notifications.lose == 0)
    #expect(schedule.current(at: start + .days(5)).dials.notifications.lose == 0.5)
    #expect(schedule.current(at: start + .days(99)).dials.notifications.lose == 1)
  }

  @Test("Times are written and read to the millisecond, in any zone")
  func timestamps() {
    let instant = Instant(microseconds: 1_772_323_200_125_000)
    #expect(Timestamp.text(instant) == "2026-03-01T00:00:00.125Z")
    #expect(Timestamp.parse("2026-03-01T00:00:00.125Z") == instant)
    #expect(Timestamp.parse("2026-03-01T02:00:00+02:00") == start)
    #expect(Timestamp.parse("2026-03-01") == nil)
    #expect(Timestamp.date(Timestamp.day(Instant(seconds: -1))) == "1969-12-31")
    #expect(Timestamp.parseDay("2028-02-29").map(Timestamp.date) == "2028-02-29")
    #expect(Timestamp.parseDay("2026-02-29") == nil)
  }
}
