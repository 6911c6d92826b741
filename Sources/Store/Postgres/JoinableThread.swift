import Foundation
import Synchronization

/// A thread that can be waited for to its very end.
///
/// The libraries below libpq (Kerberos, TLS) keep something for each thread and tidy it up as the thread goes. If the
/// program leaves meanwhile, they find their locks gone and abort it; so `exit` must come after that, and not only
/// after the thread's last line. Foundation's `Thread` cannot be joined.
final class JoinableThread: Sendable {
  private final class Start {
    let name: String
    let body: @Sendable () -> Void
    let gone: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void, gone: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
      self.gone = gone
    }
  }

  private final class End: Sendable {
    let state = Mutex<(isReached: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))
  }

  private let id: pthread_t
  private let end: End

  init(name: String, _ body: @escaping @Sendable () -> Void) throws {
    let end = End()
    let start = Start(name: name, body: body) {
      let waiter = end.state.withLock {
        $0.isReached = true
        return $0.waiter
      }
      waiter?.resume()
    }
    var id = pthread_t()
    let given = Unmanaged.passRetained(start)
    let code = pthread_create(
      &id, nil,
      { raw in
        guard let raw else { return nil }
        let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
        Thread.current.name = start.name
        start.body()
        start.gone()
        return nil
      }, given.toOpaque())
    guard code == 0 else {
      given.release()
      throw StoreError.unavailable("no thread for a connection: \(String(cString: strerror(code)))")
    }
    self.id = id
    self.end = end
  }

  /// To be called once. The join itself blocks only for the thread's last steps.
  func joined() async {
    await withCheckedContinuation { continuation in
      let isReached = end.state.withLock {
        if !$0.isReached { $0.waiter = continuation }
        return $0.isReached
      }
      if isReached { continuation.resume() }
    }
    pthread_join(id, nil)
  }
}
