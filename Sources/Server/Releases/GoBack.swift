import Kernel
import Store

/// "Go back to the release before": a containment for mistakes that came with a release. This program cannot exchange itself (it
/// runs without any right over the machine), so it asks whoever operates it, by a command of theirs; what became of that is an
/// effect like any other, UNKNOWN included.
struct GoBack: Containment {
  static let lane = "release"
  let name = "releases.goBack"
  let words = "Go back to the release before"
  let goesOn =
    "Everything goes on with the release before, on the same data. While the programs are exchanged nobody is served and nothing leaves; what was under way is found out afterwards. What only the newer release can do is missing until this is undone."

  /// Whether the command is there.
  let isConfigured: Bool
  var current = Release.current

  /// - Returns: the one release that it could be, and where that is not possible why not.
  func targets(in tx: Transaction) throws -> [ContainmentTarget] {
    let before = try Release.before(current.version, in: tx)
    let last = try tx.row(
      "SELECT way, version_to FROM release_switch WHERE state <> 'refused' ORDER BY id DESC LIMIT 1")
    let isBack = try last?.text("way") == "back"
    let back = isBack ? try last?.text("version_to") : nil
    let name = back ?? before?.version ?? "none"
    let why = isBack ? nil : try obstacle(before, in: tx)
    return [ContainmentTarget(name: name, words: name, isStopped: isBack, obstacle: why)]
  }

  /// Why it is not possible to go back; nil: it is.
  private func obstacle(_ before: Release?, in tx: Transaction) throws -> String? {
    guard isConfigured else { return "no command is configured for it (release-back, release-forward)" }
    guard let before else { return "no release before \(current.version) has run on this database" }
    let unknown = try before.unknownSteps(in: tx)
    guard unknown.isEmpty else {
      let others = unknown.count > 1 ? " and \(unknown.count - 1) more" : ""
      return "it does not know \(unknown[0])\(others), which the database has by now, and would refuse to start"
    }
    return nil
  }

  func apply(to target: String, reason: String, in change: Change) throws -> Bool {
    let before = try Release.before(current.version, in: change.tx)
    if try targets(in: change.tx).contains(where: \.isStopped) { return false }
    if let why = try obstacle(before, in: change.tx) {
      throw Refusal(.conflict, "cannotGoBack", "It is not possible to go back: \(why).")
    }
    try ask("back", from: current.version, to: target, reason, in: change)
    return true
  }

  func undo(on target: String, reason: String, in change: Change) throws {
    let last = try change.tx.row(
      "SELECT way, version_from, state FROM release_switch WHERE state <> 'refused' ORDER BY id DESC LIMIT 1")
    guard let last, try last.text("way") == "back" else { return }
    guard isConfigured else {
      throw Refusal(
        .conflict, "cannotGoForward", "This program has no command for it (release-forward); configure it as before.")
    }
    try ask("forward", from: target, to: try last.text("version_from"), reason, in: change)
  }

  private func ask(_ way: String, from: String, to: String, _ reason: String, in change: Change) throws {
    let id = try change.id()
    let isNew = try change.tx.execute(
      """
      INSERT INTO release_switch (id, way, version_from, version_to, reason, state, asked_at)
      VALUES (\(id), \(way), \(from), \(to), \(reason), 'asked', \(change.now)) ON CONFLICT DO NOTHING
      """)
    guard isNew == 1 else {
      throw Refusal(.conflict, "isSwitching", "It is not known yet what became of the exchange before this one.")
    }
    let body: FactBody = ["from": .text(from), "to": .text(to), "way": .text(way)]
    change.enqueue(
      NewEffect(lane: Self.lane, kind: ReleaseHandler.effect, slot: "release:\(id)", payload: body.json))
    change.record(ReleaseSwitched(id: id, what: "asked", way: way, from: from, to: to, reason: reason))
  }
}

/// What became of an exchange.
struct ReleaseHandler: EffectHandler {
  static let effect = "release"
  let kind = effect
  /// The command is told which release is wanted: to want it twice is to want it once.
  let mayHappenTwice = true

  func changed(_ outcomes: [EffectNews], in change: Change) throws {
    for outcome in outcomes where outcome.isNew && outcome.state.isFinal {
      let isDone = outcome.state == .done || outcome.state == .surplus
      let row = try change.tx.row(
        """
        UPDATE release_switch SET state = \(isDone ? "done" : "refused"), ended_at = \(change.now), code = \(outcome.code)
        WHERE id = \(outcome.effect.slotNumber) AND state <> 'done' RETURNING id, way, version_from, version_to
        """)
      guard let row else { continue }
      change.record(
        ReleaseSwitched(
          id: try row.integer("id"), what: isDone ? "done" : "refused", way: try row.text("way"),
          from: try row.text("version_from"), to: try row.text("version_to"), reason: outcome.code))
    }
  }
}

struct ReleaseSwitched: Fact {
  static let kind = "releaseSwitched"
  let id: Int64
  let what: String
  let way: String
  let from: String
  let to: String
  let reason: String?
  var subject: String { "release:\(id)" }
  var body: FactBody {
    ["from": .text(from), "reason": .init(reason), "to": .text(to), "way": .text(way), "what": .text(what)]
  }
}
