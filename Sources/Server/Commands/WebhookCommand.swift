import ArgumentParser
import Foundation
import Kernel
import Store
import Webhooks

struct WebhookCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "webhook", abstract: "Programs that are told what happens: add, list, rotate, disable, resend.",
    subcommands: [
      Add.self, List.self, Rotate.self, Disable.self, Enable.self, Remove.self, Deliveries.self, Resend.self,
      Types.self,
    ])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send webhooks to an address, and print the secret that signs them, this once.")

    struct Made: Codable {
      var endpoint: Int64
      var secret: String
    }

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "https://shop.example.org/hooks; http only on loopback.") var url: String
    @Option(help: "An event, such as charge.settled; more than once for several. All events if omitted.")
    var type: [String] = []
    @Flag(help: "Events of test customers as well.") var withTests = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reporting {
        let keys = try WebhookCommand.keys(database)
        let act = try AddWebhook(url: url, types: Set(type), tests: withTests).checked(
          known: Runtime.announcers.flatMap(\.types))
        let id = Int64(try await OperatorActs.perform(act, database)) ?? 0
        let made = Made(endpoint: id, secret: keys.secret(of: id, generation: 1))
        if json { return try printJSON(made) }
        print("Endpoint \(id) is told what happens from now on. Its secret:\n\(made.secret)")
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List every endpoint.")

    struct Row: Codable {
      var endpoint: Int64
      var url: String
      var types: [String]
      var withTests: Bool
      var state: String
      var reason: String?
      var failingSince: String?
      var waiting: Int64
      var failed: Int64
    }

    @OptionGroup var database: DatabaseOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let rows = try await runtime.store.read { tx in
          try WebhookEndpoint.all(in: tx).map { endpoint in
            let counts = try Delivery.counts(of: endpoint.id, in: tx)
            return Row(
              endpoint: endpoint.id, url: endpoint.url, types: endpoint.types.sorted(), withTests: endpoint.tests,
              state: endpoint.state.rawValue, reason: endpoint.reason, failingSince: endpoint.failingSince?.iso8601,
              waiting: counts.waiting, failed: counts.failed)
          }
        }
        if json { return try printJSON(rows) }
        for row in rows {
          let why = row.reason ?? row.failingSince.map { "takes nothing since \($0)" } ?? ""
          print(
            "\(row.endpoint)\t\(row.state)\t\(row.url)\t\(row.types.joined(separator: " "))\t\(row.waiting) wait, \(row.failed) given up\t\(why)"
          )
        }
      }
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a new secret and print it, this once. The old one signs beside it for 24 hours.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The endpoint's number.") var endpoint: Int64
    @Flag(help: "The old secret is known to somebody else: it signs nothing any more.") var atOnce = false

    func run() async throws {
      try await reporting {
        let keys = try WebhookCommand.keys(database)
        let act = RotateWebhookSecret(endpoint: endpoint, atOnce: atOnce)
        let generation = Int64(try await OperatorActs.perform(act, database)) ?? 0
        print(keys.secret(of: endpoint, generation: generation))
      }
    }
  }

  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Send nothing more to an endpoint until it is enabled.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The endpoint's number.") var endpoint: Int64
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(DisableWebhook(endpoint: endpoint, reason: reason), database)
        print("Endpoint \(endpoint) is disabled. What happens meanwhile: `amends webhook resend --since`.")
      }
    }
  }

  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Go on sending, beginning with what waits.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The endpoint's number.") var endpoint: Int64
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(EnableWebhook(endpoint: endpoint, reason: reason), database)
        print("Endpoint \(endpoint) is enabled.")
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End an endpoint for good.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The endpoint's number.") var endpoint: Int64
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        _ = try await OperatorActs.perform(RemoveWebhook(endpoint: endpoint, reason: reason), database)
        print("Endpoint \(endpoint) is removed.")
      }
    }
  }

  struct Types: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the events that there are.")

    func run() {
      for kind in Runtime.announcers.flatMap(\.types) { print("\(kind.name)\t\(kind.meaning)") }
    }
  }

  /// From which the secrets follow: beside the database, or where `--access-key` says.
  static func keys(_ database: DatabaseOptions) throws -> WebhookKeys {
    WebhookKeys(try AccessKeyFile.load(database.accessKeyFile, makes: !database.isPostgres).webhooks)
  }
}
