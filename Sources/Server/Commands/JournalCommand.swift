import ArgumentParser
import Billing
import Crypto
import Foundation
import Kernel

struct JournalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "Check the journal, or take a receipt from it.",
    subcommands: [Verify.self, TakeReceipt.self, PublicKey.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read every fact again and find any that was altered, removed or inserted.",
      discussion: "Exit code 1 when something is wrong; each wrong fact is named.")

    struct Output: Encodable {
      var sealed: Int64
      var unsealed: Int64
      var checkpoints: Int
      var problems: [String]
      var unlisted: Int
    }

    @OptionGroup var database: DatabaseOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let progress = ProgressLine()
        let report = try await runtime.engine.journal.verify { progress.show("Facts read", $0, of: $1) }
        progress.end()
        let output = Output(
          sealed: report.sealed, unsealed: report.unsealed, checkpoints: report.checkpoints,
          problems: report.problems.map(\.description), unlisted: report.unlisted)
        if json {
          try printJSON(output)
        } else {
          for problem in output.problems { print(problem) }
          if output.unlisted > 0 { print("… and \(output.unlisted) more.") }
          print(
            "\(output.sealed) facts under \(output.checkpoints) checkpoints, \(output.unsealed) not sealed yet: "
              + (output.problems.isEmpty
                ? "all as they were written." : "\(output.problems.count + output.unlisted) problems."))
        }
        if !output.problems.isEmpty { throw ExitCode(Problem.Code.no.rawValue) }
      }
    }
  }

  struct TakeReceipt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "receipt", abstract: "Print the proof that a fact is in the journal.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The fact's number, such as 0.812.") var fact: String

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        guard let number = FactNumber(fact) else {
          throw Problem(.usage, "'\(fact)' is no fact's number, such as 0.812.")
        }
        let receipt = try await runtime.engine.journal.receipt(for: number)
        print(String(decoding: try receipt.json(), as: UTF8.self))
      }
    }
  }

  struct PublicKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "key", abstract: "Print the public key that the journal's checkpoints are signed with.")

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      try await reporting {
        print(try JournalKey.load(database.keyFile, makes: false).publicKey.rawRepresentation.base64EncodedString())
      }
    }
  }
}

struct ReceiptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt", abstract: "Check a receipt, without any database.", subcommands: [Verify.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that a receipt proves its fact.",
      discussion: "With --key also that the checkpoint was signed by this journal. Exit code 1 when it does not hold.")

    @Argument(help: "The receipt's file.") var file: String
    @Option(help: "The journal's public key (base64), from somewhere you trust.") var key: String?

    func run() async throws {
      try await reporting {
        var trusted: Curve25519.Signing.PublicKey?
        if let key {
          guard let raw = Data(base64Encoded: key),
            let parsed = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
          else { throw Problem(.usage, "--key is not the base64 of a 32-byte key.") }
          trusted = parsed
        }
        do {
          let receipt = try Receipt(json: try Files.read(file, limit: Receipt.maximumBytes))
          let checkpoint = try receipt.verify(trusting: trusted)
          print(
            "Fact \(receipt.fact.id) (\(receipt.fact.kind), \(receipt.fact.subject)) is in the journal of \(checkpoint.origin),"
          )
          print("at place \(receipt.leafIndex) of \(checkpoint.size), sealed by \(checkpoint.time.iso8601).")
          if trusted == nil { print("Who signed it was not checked: give the journal's key with --key.") }
        } catch let problem as ReceiptProblem { throw Problem(.no, "\(problem)") }
      }
    }
  }
}
