import Kernel

/// Pages of days that took long to add up, kept for a while: of a partner that stands still hundreds of thousands of charges are
/// open, and how each stands is looked up one by one. Whoever looks at the page asks again every ten seconds, and so do the
/// others who look. Read once for all of them, it takes a tenth of the database's time at most; the page says as of when it is.
actor KeptDays {
  struct Read: Sendable {
    let page: TodayPage
    /// As of when.
    let at: Instant
  }

  /// What is read faster is read anew each time.
  static let fast = Span.milliseconds(300)
  /// It is kept so many times as long as it took, but no longer than `longest`.
  static let times: Int64 = 10
  static let longest = Span.seconds(60)
  /// Days under way or kept at once; beyond, each is read for itself.
  static let most = 30

  private struct Entry {
    let reading: Task<Read, any Error>
    /// nil: it is under way.
    var until: Instant?
  }

  private var entries: [String: Entry] = [:]

  /// - Parameter read: the page as it is at the moment it is given.
  func page(
    _ name: String, now: @escaping @Sendable () -> Instant,
    _ read: @escaping @Sendable (Instant) async throws -> TodayPage
  ) async throws -> Read {
    let begun = now()
    if let entry = entries[name], entry.until.map({ begun < $0 }) ?? true { return try await entry.reading.value }
    entries = entries.filter { $0.value.until.map { begun < $0 } ?? true }
    guard entries.count < Self.most else { return Read(page: try await read(begun), at: begun) }
    let reading = Task { Read(page: try await read(begun), at: begun) }
    entries[name] = Entry(reading: reading)
    do {
      let result = try await reading.value
      let (end, took) = (now(), now() - begun)
      if took < Self.fast {
        entries[name] = nil
      } else {
        let kept = Span(microseconds: min(took.microseconds * Self.times, Self.longest.microseconds))
        entries[name]?.until = end + kept
      }
      return result
    } catch {
      entries[name] = nil
      throw error
    }
  }
}
