import Crypto
import Foundation
import Store
import Tracing

/// The verbs that every part needs. The only place that opens a write transaction.
public struct Kernel: Sendable {
  public let store: Store
  public let world: World
  private let identifiers: Identifiers
  /// What can go wrong between two steps and around a commit; a simulation makes it go wrong.
  public let faults: Faults
  /// Who writes to people outside; `nil`: nobody.
  private let teller: TellPerson?

  /// How often a change is run again when its ids ran out, its key was raced or its commit is unknown.
  private static let rounds = 8

  /// - Parameters:
  ///   - twin: another kernel of this process on this store. On SQLite facts are sealed in the order of their ids, and only one
  ///     process writes: whoever writes in it must take its ids from one place.
  ///   - teller: who writes to people outside.
  public init(
    store: Store, world: World, faults: Faults = Faults(), twin: Kernel? = nil, teller: TellPerson? = nil
  ) {
    self.store = store
    self.world = world
    self.faults = faults
    self.teller = teller
    identifiers = twin?.identifiers ?? Identifiers()
  }

  /// Runs a command once for its key: the same key and input give the first result again, another input is refused.
  ///
  /// An error from COMMIT is answered by looking under the key, which is what running it again does.
  public func perform<C: Command>(_ command: C, by actor: Actor, key: String) async throws -> C.Output {
    try await perform(command, by: actor, key: key) { output, _ in output }
  }

  /// As above; what is kept under the key, and given again, is an answer made of the output in the same transaction. Facts and
  /// effects of the command are not written yet when it is made.
  public func perform<C: Command, Answer: Codable & Sendable>(
    _ command: C, by actor: Actor, key: String, answering: @escaping @Sendable (C.Output, Change) throws -> Answer
  ) async throws -> Answer {
    guard C.allowed.contains(actor.role) else {
      throw Refusal(.forbidden, "forbidden", "\(actor.description) may not do \(C.name).")
    }
    guard (1...200).contains(key.utf8.count) else {
      throw Refusal(.invalid, "badKey", "An idempotency key has 1 to 200 bytes.")
    }
    return try await withSpan("perform \(C.name)") { _ in
      do { return try await once(command, by: actor, key: key, answering: answering) } catch  where Self.isNo(error) {
        // Whoever sent the same under the same key at the same moment may have been faster: then this is no refusal but a repeat.
        let digest = try Self.digest(of: command)
        let earlier = try await store.read { tx in try Self.result(of: C.name, key: key, digest: digest, in: tx) }
        guard let earlier else { throw error }
        return try JSONDecoder().decode(Box<Answer>.self, from: Data(earlier.utf8)).value
      }
    }
  }

  /// Whether a command was refused, by itself or by a rule of the database.
  private static func isNo(_ error: any Error) -> Bool {
    if case StoreError.constraint = error { return true }
    return error is Refusal
  }

  private func once<C: Command, Answer: Codable & Sendable>(
    _ command: C, by actor: Actor, key: String, answering: @escaping @Sendable (C.Output, Change) throws -> Answer
  ) async throws -> Answer {
    let digest = try Self.digest(of: command)
    let result = try await change(by: actor, canRepeat: true) { change -> String in
      if let earlier = try Self.result(of: C.name, key: key, digest: digest, in: change.tx) { return earlier }
      let now = change.now
      if let moment = try command.moment(in: change.tx) { change.happens(at: moment) }
      let output = try answering(try command.run(in: change), change)
      let text = String(decoding: try JSONEncoder().encode(Box(value: output)), as: UTF8.self)
      let inserted = try change.tx.execute(
        """
        INSERT INTO command (key, name, digest, result, at)
        VALUES (\(key), \(C.name), \(digest), \(text), \(now)) ON CONFLICT DO NOTHING
        """)
      guard inserted == 1 else { throw KeyRaced() }
      return text
    }
    return try JSONDecoder().decode(Box<Answer>.self, from: Data(result.utf8)).value
  }

  /// Runs a step of the program itself.
  /// - Parameter canRepeat: the step guards itself (it changes rows only in the state it expects), so that it may run
  ///   again when its commit is unknown. Otherwise `.commitUnknown` reaches the caller.
  /// - Parameter ids: how many row ids it will take, where that is known to be many.
  public func change<T: Sendable>(
    by actor: Actor, canRepeat: Bool, ids: Int = 0, _ body: @escaping @Sendable (Change) throws -> T
  ) async throws -> T {
    var missing: Int64 = 0
    if ids > Int(Identifiers.block) / 4 { try await identifiers.refill(from: store, atLeast: Int64(ids)) }
    for round in 1...Self.rounds {
      if missing > 0 { try await identifiers.refill(from: store, atLeast: missing * 4) }
      do {
        try faults.beforeCommit()
        let (value, tally) = try await store.write { [identifiers, world, teller] tx in
          let change = Change(
            tx, now: world.now(), actor: actor, identifiers: identifiers, random: world.random, teller: teller)
          let value = try body(change)
          try change.flush()
          return (value, change.tally)
        }
        tally.tell()
        try faults.afterCommit()
        return value
      } catch let error as IdentifiersExhausted { missing = max(error.count, missing * 2) } catch is KeyRaced {
        continue
      } catch StoreError.commitUnknown(let why) {
        guard canRepeat, round < Self.rounds else { throw StoreError.commitUnknown(why) }
        try await world.pause(.milliseconds(100))
      }
    }
    throw StoreError.contended("others used the same key \(Self.rounds) times at once")
  }

  private static func result(of name: String, key: String, digest: [UInt8], in tx: Transaction) throws -> String? {
    guard let row = try tx.row("SELECT name, digest, result FROM command WHERE key = \(key)") else { return nil }
    guard try row.text("name") == name, try row.blob("digest") == digest else {
      throw Refusal(.conflict, "keyReused", "This idempotency key was used before with another input; use a new key.")
    }
    return try row.text("result")
  }

  private static func digest(of command: some Command) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Array(SHA256.hash(data: try encoder.encode(Box(value: command))))
  }

  private struct Box<Value: Codable>: Codable { let value: Value }
  private struct KeyRaced: Error {}
}

/// Where a simulation may step in. In production every one of these does nothing.
public struct Faults: Sendable {
  public var between: @Sendable (CrashPoint) throws -> Void = { _ in }
  /// Throws `.commitUnknown` for a commit that did not happen.
  public var beforeCommit: @Sendable () throws -> Void = {}
  /// Throws `.commitUnknown` for a commit that did.
  public var afterCommit: @Sendable () throws -> Void = {}

  public init() {}
}

extension Kernel {
  public func between(_ point: CrashPoint) throws { try faults.between(point) }
}

/// The points between two steps where a process can die: of the charge protocol, of webhooks, and of the repair of people.
public enum CrashPoint: String, Sendable, CaseIterable {
  case sent, called, recorded, received, applied, resolving, resolved, renewed
  case announced, claimed, delivered, noted
  case searched, remedied, heard
}
