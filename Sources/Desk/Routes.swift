import Foundation
import Hummingbird
import Kernel
import Store
import Web
import Words

/// The pages on which people look after what runs: partners, the queue, alerts, the journal. Handlers decode, perform and send
/// on; what is allowed, the kernel's commands say.
public struct DeskRoutes: Sendable {
  let store: Store
  let kernel: Kernel
  let outbox: Outbox
  let journal: Journal
  let verifier: JournalVerifier
  let neighbours: DeskNeighbours
  let frame: Frame

  package init(
    kernel: Kernel, outbox: Outbox, journal: Journal, verifier: JournalVerifier, neighbours: DeskNeighbours,
    frame: Frame
  ) {
    store = kernel.store
    self.kernel = kernel
    self.outbox = outbox
    self.journal = journal
    self.verifier = verifier
    self.neighbours = neighbours
    self.frame = frame
  }

  package func add(to doors: Doors) {
    addPartners(to: doors)
    addQueue(to: doors)
    addAlerts(to: doors)
    addJournal(to: doors)
  }

  // MARK: - what they share

  /// Names for all actors and owners of a page, in one question.
  func names(_ actors: [String], for visit: Visit, in tx: Transaction) throws -> Names {
    let numbers = Set(actors.compactMap(Names.account))
    return Names(
      people: numbers.isEmpty ? [:] : try neighbours.people(tx, numbers), reader: try visit.known().actor.description,
      words: visit.words)
  }

  /// What subjects are called; nothing for those who may not look at people.
  func links(
    _ subjects: [String], for visit: Visit, in tx: Transaction
  ) throws -> [String: NamedLink] {
    guard try visit.known().rights.contains(.readSubscribers), !subjects.isEmpty else { return [:] }
    return try neighbours.subjects(tx, Set(subjects))
  }

  /// Goes into a form, so that the form is one act however often it is sent.
  func formKey() -> String { String(kernel.world.random(), radix: 36) + String(kernel.world.random(), radix: 36) }

  /// Runs a command once for the form that it came from.
  func perform<C: Command>(_ command: C, _ visit: Visit) async throws -> C.Output {
    let (identity, key) = (try visit.known(), visit.form["key"])
    guard (8...80).contains(key.utf8.count) else { throw RefusalPage(.badRequest) }
    do {
      return try await kernel.perform(command, by: identity.actor, key: "desk/\(identity.account)/\(key)")
    } catch StoreError.commitUnknown { throw RefusalPage(.serviceUnavailable, mayHaveChanged: true) }
  }

  func notice(_ request: Request) -> Message? {
    request.uri.queryParameters["done"].flatMap { Message.notices[String($0)] }
  }

  func query(_ name: String, _ request: Request) -> String? {
    let value = request.uri.queryParameters[name[...]].map { String($0.prefix(200)) } ?? ""
    // No text of PostgreSQL holds U+0000, and no one of ours.
    return value.isEmpty || value.utf8.contains(0) ? nil : value
  }
}
