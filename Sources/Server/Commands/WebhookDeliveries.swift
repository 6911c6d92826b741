import ArgumentParser
import Kernel
import Store
import Webhooks

extension WebhookCommand {
  struct Deliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List what was sent to an endpoint, the newest first.")
    static let page = 100

    struct Row: Codable {
      var delivery: Int64
      var event: String
      var type: String
      var test: Bool
      var state: String
      var tries: Int
      var status: Int?
      var answer: String?
      var made: String
      /// Of one that waits.
      var next: String?
    }

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The endpoint's number.") var endpoint: Int64
    @Flag(help: "Only what was given up.") var failed = false
    @Option(help: "A delivery's number: go on with those before it.") var before: Int64?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let rows = try await runtime.store.read { [endpoint, failed, before] tx in
          try Delivery.page(of: endpoint, failedOnly: failed, before: before, limit: Self.page, in: tx).map {
            Row(
              delivery: $0.id, event: $0.event, type: $0.type, test: $0.isTest, state: $0.state.rawValue,
              tries: $0.tries, status: $0.status, answer: $0.answer, made: $0.madeAt.iso8601,
              next: $0.state == .waiting ? $0.dueAt.iso8601 : nil)
          }
        }
        if json { return try printJSON(rows) }
        for row in rows {
          let status = row.status.map { "HTTP \($0)" } ?? row.answer ?? ""
          let next = row.next.map { "next \($0)" } ?? ""
          print("\(row.delivery)\t\(row.event)\t\(row.type)\t\(row.state)\t\(row.tries) tries\t\(status)\t\(next)")
        }
      }
    }
  }

  struct Resend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send a delivery once more, or everything since a time that did not arrive.",
      discussion: "The consumer knows what it has already by its webhook-id.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The delivery's number.") var delivery: Int64?
    @Option(help: "An endpoint's number: everything of it since --since.") var endpoint: Int64?
    @Option(help: "2026-03-01T09:00:00Z; events are kept for 30 days.") var since: String?
    @Flag(help: "With --since: also what did arrive.") var all = false
    @Option(help: "Why a single delivery is sent once more; it stands in the journal.") var reason = "asked for"

    func validate() throws {
      guard (delivery != nil) != (endpoint != nil && since != nil) else {
        throw ValidationError("Name a delivery, or --endpoint and --since.")
      }
    }

    func run() async throws {
      try await reporting {
        if let delivery {
          _ = try await OperatorActs.perform(ResendDelivery(delivery: delivery, reason: reason), database)
          return print("Delivery \(delivery) is sent once more.")
        }
        guard let endpoint, let since, let time = Instant(iso8601: since) else {
          throw Problem(.usage, "--since is a time such as 2026-03-01T09:00:00Z.")
        }
        var page = ResendSince.Page(count: 0, next: nil)
        var count = 0
        repeat {
          let act = ResendSince(endpoint: endpoint, since: time, delivered: all, after: page.next)
          page = ResendSince.Page(try await OperatorActs.perform(act, database)) ?? .init(count: 0, next: nil)
          count += page.count
        } while page.next != nil
        print("\(count) deliveries are sent to endpoint \(endpoint).")
      }
    }
  }
}
