import Accounts
import Billing
import Foundation
import Kernel

/// The acts of an operator that work on a service that runs. On PostgreSQL they go to the database. A SQLite file belongs to the
/// server's process, so there they are handed to the server, on loopback, with a token that only the file's owner can read.
struct OperatorActs: Sendable {
  let kernel: Kernel

  static let actor = Actor(.operator, "cli")

  struct Call: Codable {
    var command: String
    var input: Data
    var key: String
  }

  struct Answer: Codable {
    var refusal: String?
    var output: String?
  }

  /// Every act by its name, once.
  func perform(_ call: Call) async throws -> String {
    switch call.command {
    case SwitchLane.name: try await run(SwitchLane.self, call)
    case DecideEffect.name: try await run(DecideEffect.self, call)
    case RetryStuck.name: try await run(RetryStuck.self, call)
    case RefundPayment.name: try await run(RefundPayment.self, call)
    case CancelSubscription.name: try await run(CancelSubscription.self, call)
    case PauseSubscription.name: try await run(PauseSubscription.self, call)
    case ResumeSubscription.name: try await run(ResumeSubscription.self, call)
    case KeepSubscription.name: try await run(KeepSubscription.self, call)
    case MakeSubscriberLink.name: try await run(MakeSubscriberLink.self, call)
    case RevokeSubscriberAccess.name: try await run(RevokeSubscriberAccess.self, call)
    case AddAccount.name: try await run(AddAccount.self, call)
    case ChangeRole.name: try await run(ChangeRole.self, call)
    case SuspendAccount.name: try await run(SuspendAccount.self, call)
    case ResumeAccount.name: try await run(ResumeAccount.self, call)
    case MakeLink.name: try await run(MakeLink.self, call)
    case RemoveSecondFactor.name: try await run(RemoveSecondFactor.self, call)
    case MakeToken.name: try await run(MakeToken.self, call)
    case RevokeToken.name: try await run(RevokeToken.self, call)
    default: throw Refusal(.missing, "noCommand", "This server does not know the act \(call.command).")
    }
  }

  private func run<C: Command>(_ type: C.Type, _ call: Call) async throws -> String {
    guard let command = try? JSONDecoder().decode(C.self, from: call.input) else {
      throw Refusal(.invalid, "badInput", "What is handed to the act \(call.command) cannot be read.")
    }
    let output = try await kernel.perform(command, by: Self.actor, key: call.key)
    return "\(output)"
  }

  /// Does it here, or through the server that has the file.
  static func perform<C: Command>(_ command: C, _ options: DatabaseOptions) async throws -> String {
    let call = Call(
      command: C.name, input: try JSONEncoder().encode(command), key: "cli/\(C.name)/\(UUID().uuidString)")
    return try await ControlDoor.hereOrThere(options) { runtime in
      try await OperatorActs(kernel: runtime.kernel).perform(call)
    } there: { door in
      try await door.perform(call)
    }
  }
}
