import Accounts
import ArgumentParser
import Billing
import Foundation
import Kernel
import Store

struct Lane: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stop one partner at once, let it go on again, or list them.",
    subcommands: [List.self, Stop.self, Resume.self])

  struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send no new charge to this partner. Everything else goes on, and open outcomes are still found out.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The partner's lane.") var lane: String
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(SwitchLane(lane: lane, on: false, reason: reason), database)
        print("\(lane) is stopped: no new charge leaves for it.")
      }
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let charges to this partner go again, in steps of 1, 5, 25 and 100 % of its rate.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The partner's lane.") var lane: String
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(SwitchLane(lane: lane, on: true, reason: reason), database)
        print("\(lane) goes on, beginning with 1 % of its rate.")
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show every partner's state.")

    struct Row: Codable {
      var lane: String
      var state: String
      var ramp: Int64
      var reason: String?
    }

    @OptionGroup var database: DatabaseOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let rows = try await runtime.store.read { tx in
          try tx.rows(
            "SELECT name, switch, breaker, ramp, reason FROM lane WHERE \(TestLane.isNot("name")) ORDER BY name LIMIT 1000"
          ).map {
            let stopped = try $0.text("switch") == "off"
            return Row(
              lane: try $0.text("name"), state: stopped ? "stopped" : try $0.text("breaker"),
              ramp: try $0.integer("ramp"), reason: stopped ? try $0.textOrNull("reason") : nil)
          }
        }
        if json { return try printJSON(rows) }
        for row in rows { print("\(row.lane)\t\(row.state)\t\(row.ramp) %\t\(row.reason ?? "")") }
      }
    }
  }
}

struct Subscription: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Cancel, keep, pause or resume one subscription; links to its subscriber's page.",
    subcommands: [Cancel.self, Keep.self, Pause.self, Resume.self, Link.self, RevokeLinks.self])

  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End a subscription, at the period's end or now.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The subscription's number.") var id: Int64
    @Flag(help: "At once instead of at the period's end.") var now = false
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        let act = CancelSubscription(subscription: id, when: now ? .now : .periodEnd, reason: reason)
        _ = try await OperatorActs.perform(act, database)
        print(now ? "Subscription \(id) is cancelled." : "Subscription \(id) ends when its period is over.")
      }
    }
  }

  struct Keep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a cancellation back that has not come to its end.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The subscription's number.") var id: Int64
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(KeepSubscription(subscription: id, reason: reason), database)
        print("Subscription \(id) goes on.")
      }
    }
  }

  struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Charge nothing until it is resumed.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The subscription's number.") var id: Int64
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(PauseSubscription(subscription: id, reason: reason), database)
        print("Subscription \(id) is paused.")
      }
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Go on with the next period of the old rhythm.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The subscription's number.") var id: Int64
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(ResumeSubscription(subscription: id, reason: reason), database)
        print("Subscription \(id) goes on.")
      }
    }
  }
}

extension Subscription {
  struct Link: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a link to the subscriber's own page, to be handed over: good for three days, five times.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The subscription's number.") var id: Int64
    @Option(help: "Where the server is. [$AMENDS_ADDRESS; default: \(ServiceAddress.standard)]") var address: String?

    func run() async throws {
      try await reporting {
        let link = Secret()
        let act = MakeSubscriberLink(customer: try await Subscription.customer(id, database), link: link.digest)
        _ = try await OperatorActs.perform(act, database)
        print(SubscriberDesk.address(of: link, at: address ?? ServiceAddress.environment ?? ServiceAddress.standard))
      }
    }
  }

  struct RevokeLinks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke-links", abstract: "Make every link of the subscriber useless, and sign them out.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The subscription's number.") var id: Int64

    func run() async throws {
      try await reporting {
        let act = RevokeSubscriberAccess(customer: try await Subscription.customer(id, database))
        _ = try await OperatorActs.perform(act, database)
        print("Nobody is on this subscriber's page any more, and no link leads there.")
      }
    }
  }

  private static func customer(_ id: Int64, _ database: DatabaseOptions) async throws -> Int64 {
    try await Runtime.forReading(database) { runtime in
      let found = try await runtime.store.read { tx in
        try tx.integer("SELECT customer FROM subscription WHERE id = \(id)")
      }
      guard let found else { throw Refusal(.missing, "noSubscription", "There is no subscription \(id).") }
      return found
    }
  }
}

struct Payment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Give a payment back; say what became of one that a bank took back.",
    subcommands: [RefundCommand.self, TakenBack.self])

  struct RefundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "refund", abstract: "Give a payment back, wholly or in part.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The payment's number (a capture).") var id: Int64
    @Option(help: "Minor units; all that is left if omitted.") var amount: Int64?
    @Option(help: "Why; it stands in the journal.") var reason: String
    @Flag(help: "It went back already by other means (a bank transfer): write it down, and do not ask the partner.")
    var paidOtherwise = false

    func run() async throws {
      try await reporting {
        let refund = try await OperatorActs.perform(
          RefundPayment(capture: id, amount: amount, reason: reason, isPaidOtherwise: paidOtherwise ? true : nil),
          database)
        print(paidOtherwise ? "Refund \(refund) is written down as paid." : "Refund \(refund) is on its way.")
      }
    }
  }

  struct TakenBack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "taken-back", abstract: "Say what was decided about money that a payer's bank took back.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its number, as the alert names it: chargeback:7 is 7.") var id: Int64
    @Option(help: "What was decided; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(DecideChargeback(chargeback: id, reason: reason), database)
        print("Noted: chargeback \(id) waits for nobody any more.")
      }
    }
  }
}

struct Decide: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what became of a charge that no machine can find out about.")

  @OptionGroup var database: DatabaseOptions
  @Argument(help: "Our reference of the charge or refund.") var reference: String
  @Flag(inversion: .prefixedNo, help: "It happened, or it did not.") var happened: Bool
  @Option(help: "The partner's transaction that shows it happened.") var transaction: String?
  @Option(help: "How you know; it stands in the journal.") var reason: String

  func run() async throws {
    try await reporting {
      let act = DecideEffect(reference: reference, happened: happened, partnerID: transaction, reason: reason)
      _ = try await OperatorActs.perform(act, database)
      print("Noted: \(reference) \(happened ? "happened" : "did not happen").")
    }
  }
}

struct Inbox: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Messages of partners that were put aside.", subcommands: [Retry.self])

  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Weigh again what was put aside because it contradicted what is known (the alert stuckEvidence).")

    @OptionGroup var database: DatabaseOptions
    @Option(help: "What was mended; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        let count = try await OperatorActs.perform(RetryStuck(reason: reason), database)
        print("\(count) messages are weighed again.")
      }
    }
  }
}
