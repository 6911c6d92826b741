import Foundation
import Kernel
import Synchronization

/// The file of the partner's truth: JSON Lines, one `Fact` a line, only ever appended to, readable by its owner alone.
///
/// What is appended while a write is under way goes to disk together, with one fsync. After a failed write nothing is
/// accepted any more: a partner that cannot keep its truth must not answer.
final class TruthFile: Sendable {
  private struct State {
    var pending: [UInt8] = []
    var waiting: [CheckedContinuation<Void, any Error>] = []
    var isWriting = false
    var failure: TruthFileError?
    var isClosed = false
  }

  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "partner.truth")
  private let descriptor: Int32

  /// Opens the file, or makes it, and reads what is in it. A last line without its end is a write that was cut off: nobody got
  /// an answer for it, so it is removed. Anything else that cannot be read is an error that names its line.
  ///
  /// One process at a time: a second one is refused.
  init(path: String, restore: (Fact) throws -> Void) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw TruthFileError("the truth file cannot be opened", errno) }
    do {
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        throw TruthFileError("the truth file is in use by another partner", errno)
      }
      let whole = try TruthReader.read(descriptor, restore)
      guard ftruncate(descriptor, off_t(whole)) == 0 else {
        throw TruthFileError("the cut-off last line cannot be removed", errno)
      }
    } catch {
      Foundation.close(descriptor)
      throw error
    }
  }

  deinit { if state.withLock({ !$0.isClosed }) { Foundation.close(descriptor) } }

  /// Waits for what is under way, then lets another process have the file.
  func close() async {
    let isOpen = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    guard isOpen else { return }
    await withCheckedContinuation { done in queue.async { done.resume() } }
    Foundation.close(descriptor)
  }

  /// In the order of the calls. On disk only after the next `sync`.
  func append(_ facts: [Fact]) {
    guard !facts.isEmpty else { return }
    var lines: [UInt8] = []
    for fact in facts {
      // Encoding numbers and strings has no way to fail.
      lines += (try? TruthReader.encoder.encode(fact)) ?? Data()
      lines.append(UInt8(ascii: "\n"))
    }
    let mustStart = state.withLock { state in
      if state.isClosed || state.failure != nil { return false }
      state.pending += lines
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if mustStart { queue.async { self.write() } }
  }

  /// Returns when everything appended before is on disk.
  func sync() async throws {
    try await withCheckedThrowingContinuation { (waiter: CheckedContinuation<Void, any Error>) in
      let outcome: Result<Void, any Error>? = state.withLock { state in
        if let failure = state.failure { return .failure(failure) }
        guard state.isWriting else {
          return state.isClosed ? .failure(TruthFileError("the truth file is closed", EBADF)) : .success(())
        }
        state.waiting.append(waiter)
        return nil
      }
      if let outcome { waiter.resume(with: outcome) }
    }
  }

  private func write() {
    while true {
      let (bytes, waiters) = state.withLock { state in
        defer {
          state.isWriting = !(state.pending.isEmpty && state.waiting.isEmpty)
          state.pending = []
          state.waiting = []
        }
        return (state.pending, state.waiting)
      }
      if bytes.isEmpty, waiters.isEmpty { return }
      do {
        if !bytes.isEmpty { try store(bytes) }
        for waiter in waiters { waiter.resume() }
      } catch {
        state.withLock { $0.failure = error }
        for waiter in waiters { waiter.resume(throwing: error) }
      }
    }
  }

  private func store(_ bytes: [UInt8]) throws(TruthFileError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw TruthFileError("the truth file cannot be written", errno) }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw TruthFileError("the truth file cannot be synced", errno) }
  }
}
