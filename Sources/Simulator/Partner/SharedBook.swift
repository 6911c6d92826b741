import Kernel
import Synchronization

/// One partner book for many callers.
public final class SharedBook: Sendable {
  private let book: Mutex<PartnerBook>

  public init(_ book: sending PartnerBook) { self.book = Mutex(book) }

  /// Runs `body` alone with the book. Short work only: everybody else waits.
  public func withBook<Result, Failure: Error>(
    _ body: (inout sending PartnerBook) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try book.withLock(body)
  }
}
