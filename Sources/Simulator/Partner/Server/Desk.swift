import Kernel

/// The book behind the HTTP form: what changes it is on disk before anybody gets an answer.
final class Desk: Sendable {
  let now: @Sendable () -> Instant
  private let book: SharedBook
  private let file: TruthFile?

  /// Reads the truth file, if there is one, and goes on from it.
  init(_ configuration: PartnerServer.Configuration) throws {
    now = configuration.now
    var book = PartnerBook(
      partner: configuration.partner, seed: configuration.seed, opened: now(), schedule: configuration.schedule,
      keepsFacts: configuration.truthFile != nil)
    if let path = configuration.truthFile {
      var isNew = true
      let file = try TruthFile(path: path) { fact in
        isNew = false
        try book.restore(fact)
      }
      if isNew { file.append([book.opening]) }
      self.file = file
    } else {
      file = nil
    }
    self.book = SharedBook(book)
  }

  /// Lets the truth file go; nothing can be changed afterwards.
  func close() async { await file?.close() }

  /// Runs one operation; returns when all it changed is on disk.
  func act<Result: Sendable>(_ body: @Sendable (inout PartnerBook, Instant) -> Result) async throws -> Result {
    let result = change(body)
    try await file?.sync()
    return result
  }

  /// Runs one operation without waiting for the disk: for what nobody is told about.
  func change<Result: Sendable>(_ body: @Sendable (inout PartnerBook, Instant) -> Result) -> Result {
    book.withBook { book in
      let result = body(&book, now())
      // Inside the lock, so that the lines stand in the order of the changes.
      file?.append(book.takeFacts())
      return result
    }
  }
}
