import Foundation
import Synchronization
import Testing

@testable import Store

@Suite("A connection's thread")
struct JoinableThreadTests {
  /// What libraries keep for a thread is tidied up after its last line. A program that left before that was aborted
  /// by Kerberos, whose locks were gone.
  @Test("is gone when it was waited for, with what libraries kept for it")
  func joinsToTheEnd() async throws {
    var key = pthread_key_t()
    try #require(
      pthread_key_create(&key) { raw in
        Thread.sleep(forTimeInterval: 0.2)
        guard let raw else { return }
        Unmanaged<Tidied>.fromOpaque(raw).takeRetainedValue().isDone.store(true, ordering: .sequentiallyConsistent)
      } == 0)
    let tidied = Tidied()
    let thread = try JoinableThread(name: "tidies") { [key] in
      pthread_setspecific(key, Unmanaged.passRetained(tidied).toOpaque())
    }
    await thread.joined()
    let isTidied = tidied.isDone.load(ordering: .sequentiallyConsistent)
    #expect(isTidied)
  }

  private final class Tidied: Sendable {
    let isDone = Atomic(false)
  }
}
