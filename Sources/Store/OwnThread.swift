import Synchronization

/// Calls that block, on a thread of their own: Swift's threads are as many as the machine has cores, and must not wait.
package enum OwnThread {
  package static func run<T: Sendable>(name: String, _ body: @escaping @Sendable () -> T) async throws -> T {
    let result = OneValue<T>()
    let thread = try JoinableThread(name: name) { result.set(body()) }
    await thread.joined()
    guard let value = result.value else { throw StoreError.unavailable("the thread \(name) brought nothing") }
    return value
  }
}

private final class OneValue<T: Sendable>: Sendable {
  private let stored = Mutex<T?>(nil)
  var value: T? { stored.withLock { $0 } }
  func set(_ value: T) { stored.withLock { $0 = value } }
}
