import Accounts
import Billing
import Foundation
import Incidents
import Kernel
import Webhooks

/// The acts of an operator that work on a service that runs. On PostgreSQL they go to the database. A SQLite file belongs to the
/// server's process, so there they are handed to the server, on loopback, with a token that only the file's owner can read.
struct OperatorActs: Sendable {
  let kernel: Kernel
  /// What the parts offer to incidents.
  let harm: HarmParts
  let journal: Journal

  init(_ runtime: Runtime) {
    kernel = runtime.kernel
    harm = runtime.harm
    journal = runtime.engine.journal
  }

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
    case DecideChargeback.name: try await run(DecideChargeback.self, call)
    case CancelSubscription.name: try await run(CancelSubscription.self, call)
    case PauseSubscription.name: try await run(PauseSubscription.self, call)
    case ResumeSubscription.name: try await run(ResumeSubscription.self, call)
    case KeepSubscription.name: try await run(KeepSubscription.self, call)
    case MakeSubscriberLink.name: try await run(MakeSubscriberLink.self, call)
    case RevokeSubscriberAccess.name: try await run(RevokeSubscriberAccess.self, call)
    case MakeTestClock.name: try await run(MakeTestClock.self, call)
    case Advance.name: try await advance(call)
    case AddAccount.name: try await run(AddAccount.self, call)
    case ChangeRole.name: try await run(ChangeRole.self, call)
    case BindSubscriber.name: try await run(BindSubscriber.self, call)
    case UnbindSubscriber.name: try await run(UnbindSubscriber.self, call)
    case SuspendAccount.name: try await run(SuspendAccount.self, call)
    case ResumeAccount.name: try await run(ResumeAccount.self, call)
    case MakeLink.name: try await run(MakeLink.self, call)
    case RemoveSecondFactor.name: try await run(RemoveSecondFactor.self, call)
    case MakeToken.name: try await run(MakeToken.self, call)
    case RevokeToken.name: try await run(RevokeToken.self, call)
    case AddWebhook.name: try await run(AddWebhook.self, call)
    case RotateWebhookSecret.name: try await run(RotateWebhookSecret.self, call)
    case DisableWebhook.name: try await run(DisableWebhook.self, call)
    case EnableWebhook.name: try await run(EnableWebhook.self, call)
    case RemoveWebhook.name: try await run(RemoveWebhook.self, call)
    case ResendDelivery.name: try await run(ResendDelivery.self, call)
    case ResendSince.name: try await run(ResendSince.self, call)
    default: try await performOnIncident(call)
    }
  }

  private func performOnIncident(_ call: Call) async throws -> String {
    switch call.command {
    case OpenIncident.name: try await run(OpenIncident.self, call)
    case AssessIncident.name: try await run(AssessIncident.self, call)
    case TakeRole.name: try await run(TakeRole.self, call)
    case NoteIncident.name: try await run(NoteIncident.self, call)
    case AddToTell.name: try await run(AddToTell.self, call)
    case TickTold.name: try await run(TickTold.self, call)
    case ApplyContainment.name: try await run(ApplyContainment.self, call)
    case UndoContainment.name: try await run(UndoContainment.self, call)
    case DeclareContained.name: try await run(DeclareContained.self, call)
    case FindAffected.name: try await run(FindAffected.self, call)
    case DropCohort.name: try await run(DropCohort.self, call)
    case ApproveCohort.name: try await run(ApproveCohort.self, call)
    case TryRemedy.name: try await run(TryRemedy.self, call)
    case ApproveRemedy.name: try await run(ApproveRemedy.self, call)
    case RunRemedies.name: try await run(RunRemedies.self, call)
    case StopRemedies.name: try await run(StopRemedies.self, call)
    case RetryRemedy.name: try await run(RetryRemedy.self, call)
    case RecordContact.name: try await run(RecordContact.self, call)
    case DeclareUnreachable.name: try await run(DeclareUnreachable.self, call)
    case ProveUnharmed.name: try await run(ProveUnharmed.self, call)
    case AnswerObjection.name: try await run(AnswerObjection.self, call)
    case CloseIncident.name: try await run(CloseIncident.self, call)
    case WriteLesson.name: try await run(WriteLesson.self, call)
    case AddAction.name: try await run(AddAction.self, call)
    case FinishAction.name: try await run(FinishAction.self, call)
    case VerifyAction.name: try await run(VerifyAction.self, call)
    case CloseLesson.name: try await run(CloseLesson.self, call)
    case AddChecklistItem.name: try await run(AddChecklistItem.self, call)
    case RetireChecklistItem.name: try await run(RetireChecklistItem.self, call)
    case OpenLaunch.name: try await run(OpenLaunch.self, call)
    case AnswerItem.name: try await run(AnswerItem.self, call)
    case SignLaunch.name: try await run(SignLaunch.self, call)
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

  private func run<C: UsesParts>(_ type: C.Type, _ call: Call) async throws -> String {
    guard let command = try? JSONDecoder().decode(C.self, from: call.input) else {
      throw Refusal(.invalid, "badInput", "What is handed to the act \(call.command) cannot be read.")
    }
    let desk = IncidentDesk(kernel: kernel, parts: harm)
    return "\(try await desk.perform(command, by: Self.actor, key: call.key))"
  }

  // MARK: - a test clock: no command, but hundreds of them one after the other

  private struct Advance: Codable {
    static let name = "advanceTestClock"
    var clock: Int64
    var to: Instant
  }

  struct Advanced: Codable {
    var now: Instant
    var isDone: Bool
  }

  private func advance(_ call: Call) async throws -> String {
    let input = try JSONDecoder().decode(Advance.self, from: call.input)
    let outcome = try await AdvanceTestClock(kernel: kernel, journal: journal).run(
      input.clock, to: input.to, by: Self.actor)
    let advanced = Advanced(now: outcome.clock.now, isDone: outcome.isDone)
    return String(decoding: try JSONEncoder().encode(advanced), as: UTF8.self)
  }

  static func advance(_ clock: Int64, to: Instant, _ options: DatabaseOptions) async throws -> Advanced {
    let call = Call(command: Advance.name, input: try JSONEncoder().encode(Advance(clock: clock, to: to)), key: "")
    return try JSONDecoder().decode(Advanced.self, from: Data(try await performed(call, options).utf8))
  }

  /// Does it here, or through the server that has the file.
  static func perform<C: Command>(_ command: C, _ options: DatabaseOptions) async throws -> String {
    let call = Call(
      command: C.name, input: try JSONEncoder().encode(command), key: "cli/\(C.name)/\(UUID().uuidString)")
    return try await performed(call, options)
  }

  private static func performed(_ call: Call, _ options: DatabaseOptions) async throws -> String {
    try await ControlDoor.hereOrThere(options) { runtime in
      try await OperatorActs(runtime).perform(call)
    } there: { door in
      try await door.perform(call)
    }
  }
}
