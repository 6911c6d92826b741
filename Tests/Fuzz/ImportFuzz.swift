import Foundation
import Kernel
import Store
import TestSupport
import Testing

@testable import Server

@Suite("Files of plans and subscribers, whatever stands in them", .timeLimit(.minutes(Fuzz.minutes)))
struct ImportFuzz {
  private static let plans = """
    product,plan,name,every,currency,amount,trial_days,grace_days,dunning
    club,NEW,Reading Club,P1M,EUR,9.99,0,14,1 3 5 7
    club,NEW,Reading Club,P1M,JPY,1500,0,14,1 3 5 7
    club,NEWyear,Reading Club a year,P1Y,USD,99.00,7,,
    """

  private static let subscribers = """
    reference,name,zone,plan,currency,partner,token,mail,partner_customer,label,anchor,paid_until
    NEWa,Ada Costa,Europe/Berlin,monthly,EUR,card,tok,ada@example.org,cus_1,Visa,,TOMORROW
    NEWb,"Jun ""J"" Ito",Asia/Tokyo,monthly,JPY,carrier,+491510000001,,,,TOMORROW,
    NEWc,Bola,UTC,monthly,EUR,debit,mandate-2,,,,,
    """

  private static let words = [
    "monthly", "EUR", "JPY", "KWD", "card", "carrier", "debit", "Europe/Berlin", "America/New_York", "Asia/../Tokyo",
    "P1D",
    "P1100Y", "P1101Y", "P0M", "P1M1D", "P", "PM", "1 3 5", "3 1", "1  3", "9223372036854775807.99",
    "92233720368547758.07",
    "-9.99", "9.999", ",", "2026-03-01T09:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z",
    "10000-01-01T00:00:00Z",
    "292278994-08-17T07:12:55Z", "0001-01-01T00:00:00+23:59",
  ]

  private func counts(_ runtime: Runtime) async throws -> [Int64] {
    try await runtime.store.read { tx in
      [
        try tx.integer("SELECT count(*) FROM plan") ?? -1, try tx.integer("SELECT count(*) FROM price") ?? -1,
        try tx.integer("SELECT count(*) FROM customer") ?? -1,
        try tx.integer("SELECT count(*) FROM payment_method") ?? -1,
        try tx.integer("SELECT count(*) FROM subscription") ?? -1,
      ]
    }
  }

  @Test("Every bad row is named by its line, and of a file with one nothing is saved")
  func imports() async throws {
    try await withRuntime { runtime, folder in
      let file = folder + "/rows.csv"
      func take(_ bytes: [UInt8], _ kind: ImportJob.Kind) async throws -> ImportJob.Result? {
        try Data(bytes).write(to: URL(filePath: file))
        do { return try await ImportJob(kind: kind).run(file, runtime) { _, _, _ in } } catch is Refusal {
          return nil
        } catch is Problem { return nil }
      }
      let monthly = Self.plans.replacing("NEWyear", with: "yearly").replacing("NEW", with: "monthly")
      #expect(try await take(Array(monthly.utf8), .plans)?.report.badCount == 0)
      let tomorrow = (World.real.now() + .days(1)).iso8601
      await Fuzz.each("imports", share: 1.5) { mutator in
        let isPlans = mutator.chance(40)
        let name = "n\(mutator.below(Int(Int32.max)))"
        let good = (isPlans ? Self.plans : Self.subscribers).replacing("NEW", with: name).replacing(
          "TOMORROW", with: tomorrow)
        let bytes = mutator.csv(good, words: Self.words + [tomorrow])
        let before = try await counts(runtime)
        let result = try await take(bytes, isPlans ? .plans : .subscribers)
        let after = try await counts(runtime)
        guard let report = result?.report, report.badCount == 0 else {
          try Fuzz.require(before == after, "it was refused, and something was saved: \(before) \(after)")
          let lines = bytes.count { $0 == 0x0A } + 1
          for bad in result?.report.bad ?? [] {
            try Fuzz.require((1...lines).contains(bad.line), "a bad row in line \(bad.line) of \(lines)")
            try Fuzz.require(!bad.problem.isEmpty, "line \(bad.line) is bad without a reason")
          }
          return
        }
        try Fuzz.require(report.saved == report.rows, "\(report.saved) of \(report.rows) rows are saved")
        if !isPlans {
          let more = Int64(report.rows)
          try Fuzz.require(
            after == [before[0], before[1], before[2] + more, before[3] + more, before[4] + more], "\(before) \(after)")
        }
      }
      // Whatever came in can be worked on and looked at.
      var cursors = RenewalCursors()
      try await cursors.settle(runtime)
      try await Pages.look(runtime)
    }
  }

  private func withRuntime(_ body: (Runtime, String) async throws -> Void) async throws {
    try await withDatabase(on: .sqlite) { path in
      let folder = URL(filePath: path).deletingLastPathComponent().path
      try await Runtime.use(try await Runtime.open(Served.database(at: path))) { try await body($0, folder) }
    }
  }
}
