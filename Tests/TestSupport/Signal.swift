import Foundation

/// Something that one thread says and others wait for; for tests that hold a transaction open on purpose.
public final class Signal: @unchecked Sendable {
  private let condition = NSCondition()
  private var isRaised = false

  public init() {}

  public func raise() {
    condition.lock()
    isRaised = true
    condition.broadcast()
    condition.unlock()
  }

  /// Blocks the calling thread, ten seconds at most; never call it from a task.
  public func wait() {
    condition.lock()
    let limit = Date(timeIntervalSinceNow: 10)
    while !isRaised && condition.wait(until: limit) {}
    condition.unlock()
  }

  /// Waits without holding a thread.
  public func raised() async {
    for _ in 0..<1_000 where !check() { try? await Task.sleep(for: .milliseconds(10)) }
  }

  private func check() -> Bool {
    condition.lock()
    defer { condition.unlock() }
    return isRaised
  }
}
