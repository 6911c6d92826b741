import Accounts
import Crypto
import Foundation
import Kernel
import Store
import Synchronization
import TestSupport
import Testing
import Web

@testable import Accounts

/// Accounts on a real database, with a clock that stands still until a test moves it.
struct Office: Sendable {
  let store: Store
  let kernel: Kernel
  let clock: Clock
  let desk: AccountDesk
  let letters: Letters

  final class Clock: Sendable {
    /// 2026-03-01T09:00:00Z.
    private let instant = Mutex(Instant(seconds: 1_772_355_600))
    var now: Instant { instant.withLock { $0 } }
    func move(_ span: Span) { instant.withLock { $0 = $0 + span } }
  }

  final class Letters: Sendable {
    private let list = Mutex<[AccountLetter]>([])
    var all: [AccountLetter] { list.withLock { $0 } }
    func add(_ letter: AccountLetter) { list.withLock { $0.append(letter) } }
  }

  static let password = "a sentence that nobody says"
  static let home = Caller(network: ClientNetwork("192.0.2.10"), agent: "Firefox/140.0 (X11; Linux x86_64)")
  static let abroad = Caller(network: ClientNetwork("198.51.100.7"))
  static let machine = Actor(.operator, "cli")

  static func open(on engine: TestEngine, _ body: @escaping @Sendable (Office) async throws -> Void) async throws {
    try await Turns.databases.hold {
      try await withStore(on: engine) { store in
        _ = try await store.migrate(KernelSchema.migrations + AccountsModule.migrations)
        let clock = Clock()
        let random = Mutex<UInt64>(1)
        let world = World(
          now: { clock.now },
          random: {
            random.withLock {
              $0 &+= 0x9E37_79B9_7F4A_7C15
              return $0
            }
          }, pause: { _ in })
        let kernel = Kernel(store: store, world: world)
        let letters = Letters()
        let desk = AccountDesk(
          kernel: kernel, key: AccessKey(), hasher: PasswordHasher(cost: .trifling), origin: "https://amends.example",
          letters: { letter, _ in letters.add(letter) })
        try await body(Office(store: store, kernel: kernel, clock: clock, desk: desk, letters: letters))
      }
    }
  }

  /// Somebody of that role, with `password`.
  func add(_ role: Role, _ mail: String? = nil) async throws -> Int64 {
    try await desk.addReady(
      mail: mail ?? "\(role.rawValue)@example.org", person: "A \(role.rawValue)", role: role,
      hash: try await desk.hasher.hash(Self.password))
  }

  /// Signs in and says which session it is.
  func signIn(_ mail: String, _ password: String = Office.password, _ caller: Caller = Office.home) async throws
    -> (session: Secret, device: Secret?)
  {
    guard
      case .signedIn(let session, let device, _) = try await desk.signIn(mail: mail, password: password, caller)
    else { throw NotSignedIn() }
    return (session, device)
  }

  func identity(_ session: Secret) async throws -> Identity? { try await desk.identify(.session(session.text)) }

  func facts(_ account: Int64) async throws -> [(kind: String, actor: String, body: String)] {
    try await store.read { tx in
      try tx.rows("SELECT kind, actor, body FROM fact WHERE subject = \("account:\(account)") ORDER BY id LIMIT 1000")
        .map { (try $0.text("kind"), try $0.text("actor"), try $0.text("body")) }
    }
  }

  struct NotSignedIn: Error {}
}

extension SignInOutcome {
  var isRefused: Bool { if case .refused = self { true } else { false } }
  var wait: Span? { if case .wait(let span) = self { span } else { nil } }
}
