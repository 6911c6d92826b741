import Foundation
import Kernel
import Synchronization

/// Does the work of passwords on threads of its own: half a second of computing must not hold one of the few threads that run
/// everything else. A few at once, because each takes 128 MiB; a few may wait; the others are sent away.
package final class PasswordHasher: Sendable {
  private static let atOnce = 2
  private static let waiting = 32

  private struct State {
    var running = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  package let cost: PasswordCost
  private let state = Mutex(State())
  private let stranger: PasswordHash
  /// How often the work was done: tests compare it for accounts that exist and those that do not.
  private let count = Mutex(0)

  package init(cost: PasswordCost) {
    self.cost = cost
    stranger = .nobodys(cost)
  }

  package var derivations: Int { count.withLock { $0 } }

  package func hash(_ password: String) async throws -> String {
    try await work { [cost] in try PasswordHash.make(password, cost).text }
  }

  /// - Parameter kept: as the account has it; nil where there is no such account: the same work is done, and the answer is no.
  func fits(_ password: String, _ kept: String?) async throws -> Bool {
    let known = kept.flatMap(PasswordHash.init)
    let hash = known ?? stranger
    return try await work { try hash.fits(password) } && known != nil
  }

  private func work<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    guard await begin() else {
      throw Refusal(.limit, "tooManyPasswords", "Too many people sign in at this moment. Try again in a few seconds.")
    }
    defer { end() }
    count.withLock { $0 += 1 }
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }

  private func begin() async -> Bool {
    enum Turn { case now, later, never }
    let turn: Turn = state.withLock { state in
      if state.running < Self.atOnce {
        state.running += 1
        return .now
      }
      return state.waiting.count < Self.waiting ? .later : .never
    }
    switch turn {
    case .now: return true
    case .never: return false
    case .later:
      await withCheckedContinuation { continuation in
        let isFree = state.withLock { state in
          // Whoever ended meanwhile left its place.
          if state.running < Self.atOnce {
            state.running += 1
            return true
          }
          state.waiting.append(continuation)
          return false
        }
        if isFree { continuation.resume() }
      }
      return true
    }
  }

  /// Hands its place on, if somebody waits.
  private func end() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.waiting.isEmpty else {
        state.running -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
