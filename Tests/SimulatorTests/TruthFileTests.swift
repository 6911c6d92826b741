import Foundation
import Kernel
import Testing

@testable import Simulator

@Suite("The truth survives a restart")
struct TruthFileTests {
  private func withFile(_ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "truth-\(UUID().uuidString).jsonl").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
  }

  private func desk(_ path: String, now: Instant = start, _ turn: (inout Dials) -> Void = { _ in }) throws -> Desk {
    var configuration = PartnerServer.Configuration()
    configuration.truthFile = path
    configuration.now = { now }
    var dials = Dials()
    turn(&dials)
    configuration.schedule = DialSchedule(dials)
    return try Desk(configuration)
  }

  @Test("All that was decided is there again: bookings, refunds, what is still to settle, to be told, to be stated")
  func restart() async throws {
    try await withFile { path in
      @Sendable func check(_ book: inout PartnerBook) -> [String] {
        book.advance(to: start + .days(10))
        var seen: [String] = []
        book.forEachEntry { seen.append("\($0)") }
        seen += book.dueNotifications(start + .days(10)).map { "\($0.eventID) \($0.due)" }
        let day = PartnerBook.day(of: start)
        seen += (0..<9).map { "\(book.statement(forDay: day + Int32($0), now: start + .days(10))?.lines.count ?? -1)" }
        seen.append("\(book.truth) \(book.capturesPerReference)")
        return seen
      }
      var before: [String] = []
      do {
        let desk = try desk(path) { dials in
          dials.answers.async = 0.5
          dials.answers.decline = 0.2
          dials.notifications.double = 0.3
          dials.notifications.lose = 0.2
          dials.notifications.delay = Spread(.seconds(0), .hours(5))
          dials.statements.late = 0.3
          dials.returned = 0.2
        }
        for number in 0..<300 {
          let answer = try await desk.act { book, now in
            book.charge(request("r-\(number)", payer: "+49\(number)"), now: now)
          }
          guard let capture = answer.booking, number % 10 == 0 else { continue }
          let refund = RefundRequest(reference: "f-\(number)", transaction: capture.transaction, amount: 100)
          _ = try await desk.act { book, now in book.refund(refund, now: now) }
        }
        // Nobody is told of what follows, so nothing of it is in the file: a copy plays the rest.
        before = desk.change { book, _ in
          var copy = book
          return check(&copy)
        }
      }
      // The dials are well behaved now: what was decided before must not be decided again. (What settles later is.)
      let after = try desk(path) { dials in
        dials.answers.async = 0.5
        dials.answers.decline = 0.2
        dials.notifications.double = 0.3
        dials.notifications.lose = 0.2
        dials.notifications.delay = Spread(.seconds(0), .hours(5))
        dials.statements.late = 0.3
        dials.returned = 0.2
      }.change { book, _ in check(&book) }
      #expect(before.count > 500)
      #expect(Set(before) == Set(after))
    }
  }

  @Test("What was decided stays decided when the dials are others after the restart")
  func otherDials() async throws {
    try await withFile { path in
      do {
        let desk = try desk(path) {
          $0.notifications.delay = Spread(.hours(3))
          $0.statements.late = 1
          $0.statements.lateDaysMax = 1
        }
        _ = try await desk.act { book, now in book.charge(request("r-1"), now: now) }
      }
      let again = try desk(path)
      let (early, due, first, second) = again.change { book, _ in
        let day = PartnerBook.day(of: start)
        return (
          book.dueNotifications(start + .hours(3) - .seconds(1)).count, book.dueNotifications(start + .hours(3)).count,
          book.statement(forDay: day, now: start + .days(3))?.lines.count,
          book.statement(forDay: day + 1, now: start + .days(3))?.lines.count
        )
      }
      #expect((early, due) == (0, 1))
      #expect((first, second) == (0, 1))
    }
  }

  @Test("A repeat after the restart is still a repeat, and a delivered notification is not sent again")
  func replayAfterRestart() async throws {
    try await withFile { path in
      var transaction: String?
      do {
        let desk = try desk(path)
        transaction = try await desk.act { book, now in book.charge(request("r-1"), now: now) }.booking?.transaction
        _ = try await desk.act { book, now in book.charge(request("r-2", payer: "+492"), now: now) }
        _ = try await desk.act { book, now in book.cancel("never", now: now) }
        _ = try await desk.act { book, now in
          for sent in book.dueNotifications(now, limit: 1) { book.finished(sent) }
        }
      }
      let desk = try desk(path, now: start + .hours(1))
      let again = try await desk.act { book, now in book.charge(request("r-1"), now: now) }
      #expect(again.booking?.transaction == transaction)
      let never = try await desk.act { book, now in book.charge(request("never"), now: now) }
      #expect(never.outcome == .rejected(.cancelled))
      let told = desk.change { book, now in book.dueNotifications(now).map(\.booking.reference) }
      #expect(told == ["r-2"])
      #expect(desk.change { book, _ in book.truth.captures } == 2)
    }
  }

  @Test("A last line that was cut off is dropped, and writing goes on after the line before it")
  func cutOff() async throws {
    try await withFile { path in
      do {
        let desk = try desk(path)
        _ = try await desk.act { book, now in book.charge(request("r-1"), now: now) }
      }
      let whole = try Data(contentsOf: URL(filePath: path))
      try (whole + Data(#"{"amount":999,"at":17723"#.utf8)).write(to: URL(filePath: path))
      do {
        let desk = try desk(path)
        _ = try await desk.act { book, now in book.charge(request("r-2", payer: "+492"), now: now) }
      }
      #expect(try desk(path).change { book, _ in book.truth.captures } == 2)
    }
  }

  @Test("A damaged line is an error that names it; a file in use is refused")
  func damaged() async throws {
    try await withFile { path in
      let holder = try desk(path)
      _ = try await holder.act { book, now in book.charge(request("r-1"), now: now) }
      #expect(throws: TruthFileError.self) { try desk(path) }
      withExtendedLifetime(holder) {}
    }
    try await withFile { path in
      try Data("{\"at\":0,\"event\":\"opened\"}\nnonsense\n".utf8).write(to: URL(filePath: path))
      let error = #expect(throws: TruthFileError.self) { try desk(path) }
      #expect(error?.description.hasPrefix("line 2 ") == true)
      try Data("{\"at\":0,\"event\":\"settled\",\"transaction\":\"pay-0000000000000000\"}\n".utf8)
        .write(to: URL(filePath: path))
      let orphan = #expect(throws: TruthFileError.self) { try desk(path) }
      #expect(orphan?.description.hasPrefix("line 1 ") == true)
    }
  }

  @Test("The file is for its owner's eyes only")
  func mode() async throws {
    try await withFile { path in
      _ = try desk(path)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }
}
