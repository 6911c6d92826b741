import ArgumentParser
import Foundation
import Kernel
import Logging
import Simulator

struct PartnerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partner", abstract: "Run a payment partner that misbehaves, as a process of its own.",
    discussion: """
      It speaks CAMARA Carrier Billing and plain debits with a daily statement, keeps its own file of whom it charged, and
      is turned with dials: PUT /_dials while it runs, or --dials FILE at the start. GET /_truth tells whom it charged.
      """)

  @Option(help: "Its name in statements and events.") var name = "carrier"
  @Option(help: "The port; 0 takes any that is free.") var port = 9100
  @Option(help: "The seed of its chances.") var seed: UInt64 = 1
  @Option(help: "The file of its truth; in memory only if left out.") var truth: String?
  @Option(help: "A file of dials (JSON).") var dials: String?
  @Option(help: "The environment variable with the secret that signs its notifications.") var secretVariable: String?

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535.") }
  }

  func run() async throws {
    try await reporting {
      var configuration = PartnerServer.Configuration()
      configuration.partner = name
      configuration.port = port
      configuration.seed = seed
      configuration.truthFile = truth
      if let dials {
        let json = Data(try Files.read(dials, limit: 1 << 20))
        do { configuration.schedule = try DialSchedule(json: json) } catch {
          throw Problem(.usage, "\(dials): \(error)")
        }
      }
      if let secretVariable {
        guard let secret = ProcessInfo.processInfo.environment[secretVariable] else {
          throw Problem(.usage, "The environment has no \(secretVariable).")
        }
        configuration.sinkSecret = secret
      }
      let name = name
      configuration.onRunning = { port in
        print("Partner \(name) listens on http://127.0.0.1:\(port)/")
        fflush(nil)
      }
      var logger = Logger(label: "amends.partner", factory: { StreamLogHandler.standardError(label: $0) })
      logger.logLevel = .notice
      try await PartnerServer(configuration: configuration, logger: logger).run()
    }
  }
}
