/// Lets a few tests at a time have a database: a PostgreSQL server takes about a hundred connections, and every Store
/// holds some.
public actor Turns {
  public static let databases = Turns(4)
  /// Houses under fault: each is some processes, and mostly waits.
  public static let houses = Turns(4)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ free: Int) { self.free = free }

  private func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func give() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }

  public nonisolated func hold(_ body: () async throws -> Void) async throws {
    await take()
    do { try await body() } catch {
      await give()
      throw error
    }
    await give()
  }
}
