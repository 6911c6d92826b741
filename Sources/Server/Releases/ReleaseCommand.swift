import Foundation
import Kernel
import Store

/// The operator's command that exchanges the program, as the outbox sees it.
///
/// It is told what is wanted (`AMENDS_RELEASE_WAY`, `…_FROM`, `…_TO`). Exit code 0: done, or handed over to whoever does it. 77
/// (`EX_NOPERM`): nothing was changed. Anything else, a time-out, or that this process dies meanwhile, as it will where the
/// command stops it: UNKNOWN. Then the version that runs says what became of it; where it does not, a person decides.
struct ReleaseCommand: Counterpart {
  let lane = GoBack.lane
  let back: [String]
  let forward: [String]
  let capabilities: Capabilities
  var version = Amends.version
  /// Nothing was changed.
  static let refusal: Int32 = 77

  init(back: [String], forward: [String], within: Span) {
    self.back = back
    self.forward = forward
    capabilities = Capabilities(
      replay: .harmless(times: 1, window: within), query: .byReference(lag: within), cancel: false, statement: .none,
      notifiesWithin: nil, refusals: ["\(Self.refusal)"], concurrency: 1, ratePerSecond: 1,
      timeout: within + .seconds(10))
    limit = within
  }

  private let limit: Span

  private struct Wanted: Decodable {
    var from: String
    var to: String
    var way: String
  }

  private static func read(_ order: Order) -> Wanted? {
    try? JSONDecoder().decode(Wanted.self, from: Data(order.payload.utf8))
  }

  func perform(_ order: Order) async -> Reply {
    guard let wanted = Self.read(order) else { return Reply(.notSent(reason: "no release is named")) }
    let environment = [
      "AMENDS_RELEASE_WAY": wanted.way, "AMENDS_RELEASE_FROM": wanted.from, "AMENDS_RELEASE_TO": wanted.to,
    ]
    let child = Child(wanted.way == "back" ? back : forward, environment: environment, limit: limit.duration)
    do { return try await OwnThread.run(name: "release") { Self.reply(child.run()) } } catch {
      return Reply(.notSent(reason: "no thread for a command"))
    }
  }

  private static func reply(_ end: Child.End) -> Reply {
    switch end {
    case .notStarted(let why): Reply(.notSent(reason: why))
    case .exited(0, let output): Reply(.done, raw: output)
    case .exited(refusal, let output): Reply(.refused(code: "\(refusal)"), raw: output)
    case .exited(let code, let output): Reply(.unknown(reason: "exit code \(code)"), raw: output)
    case .killed(let signal, let output): Reply(.unknown(reason: "ended by signal \(signal)"), raw: output)
    case .tookTooLong(let output): Reply(.unknown(reason: "time-out"), raw: output)
    }
  }

  /// The program that asks is the proof: where it is the one that was wanted, it happened.
  func query(_ order: Order) async -> Reply {
    guard let wanted = Self.read(order) else { return Reply(.unknown(reason: "no release is named")) }
    return wanted.to == version ? Reply(.done) : Reply(.unknown(reason: "\(version) runs"))
  }

  func cancel(_ order: Order) async -> Reply { Reply(.unknown(reason: "a command cannot be taken back")) }
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] { throw .unsigned }
}
