import Foundation
import Kernel
import NIOHTTP1
import Synchronization
import Testing

@testable import Simulator

@Suite("Debits, restarts and many callers over a real socket")
struct ProcessHTTPTests {
  private func debit(_ reference: String) -> String {
    #"{"reference": "\#(reference)", "amount": 999, "currency": "EUR", "mandate": "M-1", "description": "Atlas"}"#
  }

  @Test("A debit is taken in without a word; its repeat is a second charge; the statement tells")
  func debits() async throws {
    let clock = Movable()
    try await withPartner({ $0.now = { clock.now } }) { partner in
      let taken = try await partner.call(.POST, "/debits", debit("r-1"))
      #expect(taken.status == 202 && taken.bytes.isEmpty)
      #expect(try await partner.call(.POST, "/debits", debit("r-1")).status == 202)
      #expect(try await partner.call(.GET, "/statements/2026-03-01.csv").status == 404)
      #expect(try await partner.call(.GET, "/statements/2026-3-1.csv").status == 400)
      clock.move(.days(1))
      let statement = try await partner.call(.GET, "/statements/2026-03-01.csv")
      #expect(statement.headers.first(name: "content-type") == "text/csv; charset=utf-8")
      let lines = statement.text.split(separator: "\r\n")
      #expect(lines.first == "header,1,demo,1,2026-03-01")
      #expect(lines.suffix(2) == ["total,EUR,2,1998,0,0", "trailer,2,1"])
      let capture = try #require(lines.dropFirst().first?.split(separator: ",")[4])
      let refund = #"{"reference": "f-1", "transaction": "\#(capture)", "amount": 999, "currency": "EUR"}"#
      #expect(try await partner.call(.POST, "/refunds", refund).status == 202)
      #expect(try await partner.call(.POST, "/refunds", refund).status == 422)
      #expect(try await partner.call(.POST, "/debits", "{}").status == 400)
      let truth = try await partner.call(.GET, "/_truth/payers/M-1").json
      let sums = try #require((truth["totals"] as? [[String: Any]])?.first)
      #expect(sums["captured"] as? Int == 1_998 && sums["refunded"] as? Int == 999)
    }
  }

  @Test("Many callers at once under ten references: ten charges, in memory and in the file")
  func many() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "truth-\(UUID().uuidString).jsonl").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    for expected in [["1": 10], ["1": 11]] {
      try await withPartner({ $0.truthFile = path }) { partner in
        let port = partner.port
        await withTaskGroup { group in
          for number in 0..<200 {
            group.addTask {
              _ = try? await Caller(port: port).call(.POST, "/payments", Caller.payment("r-\(number % 10)"))
            }
          }
        }
        if expected["1"] == 11 { _ = try await partner.call(.POST, "/payments", Caller.payment("r-new")) }
        #expect(try await partner.call(.GET, "/_truth").json["capturesPerReference"] as? [String: Int] == expected)
      }
    }
  }

  @Test("A notification that the sink did not take comes again, if the partner retries; else never", arguments: [0, 3])
  func retries(retries: Int) async throws {
    var dials = Dials()
    dials.notifications.retries = retries
    dials.notifications.retryAfterSeconds = 0.05
    try await withSink(failing: 2) { port, received in
      try await withPartner({ $0.schedule = DialSchedule(dials) }) { partner in
        let sink = #", "sink": "http://127.0.0.1:\#(port)/hook""#
        _ = try await partner.call(.POST, "/payments", Caller.payment("r-1", sink: sink))
        // Two failures and the one that is taken; without retries only the first.
        let wanted = retries == 0 ? 1 : 3
        #expect(try await received.count(wanted) == wanted)
        try await Task.sleep(for: .milliseconds(200))
        #expect(received.all.count == wanted)
        #expect(Set(received.all.map(\.body)).count == 1)
        #expect(try await partner.call(.GET, "/_truth").json["waitingNotifications"] as? Int == 0)
      }
    }
  }

  @Test("A sink that is not there is a delivery that failed, at once")
  func nobodyThere() async throws {
    var dials = Dials()
    dials.notifications.retries = 1
    dials.notifications.retryAfterSeconds = 3_600
    try await withPartner({ $0.schedule = DialSchedule(dials) }) { partner in
      var port = 0
      try await withSink { free, _ in port = free }
      let sink = #", "sink": "http://127.0.0.1:\#(port)/hook""#
      _ = try await partner.call(.POST, "/payments", Caller.payment("r-1", sink: sink))
      var waiting: Int?
      for _ in 0..<200 where waiting != 1 {
        try await Task.sleep(for: .milliseconds(10))
        waiting = try await partner.call(.GET, "/_truth").json["waitingNotifications"] as? Int
      }
      #expect(waiting == 1)
    }
  }

  @Test("Dials are read and turned over HTTP; a wrong one changes nothing")
  func dials() async throws {
    try await withPartner { partner in
      let turned = try await partner.call(.PUT, "/_dials", #"{"notifications": {"lose": 0.5}}"#)
      #expect((turned.json["notifications"] as? [String: Any])?["lose"] as? Double == 0.5)
      let wrong = try await partner.call(.PUT, "/_dials", #"{"notifications": {"lose": 5}}"#)
      #expect(wrong.status == 400 && (wrong.json["message"] as? String)?.contains("notifications.lose") == true)
      #expect(try await partner.call(.GET, "/_dials").bytes == turned.bytes)
    }
  }
}

/// A clock that a test moves.
private final class Movable: Sendable {
  private let instant = Mutex(start)
  var now: Instant { instant.withLock { $0 } }
  func move(_ span: Span) { instant.withLock { $0 = $0 + span } }
}
