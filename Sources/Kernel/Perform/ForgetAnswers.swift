import Store

/// Deletes what programs were answered, with the keys it was kept under: answers hold names, and who has waited for a month does
/// not send the same again.
public struct ForgetAnswers: Sendable {
  public static let kept = Span.days(30)
  /// How the keys of programs begin. The index `command_api` is over these.
  public static let keys = "api/"
  private static let batch = 1_000

  private let kernel: Kernel

  public init(kernel: Kernel) { self.kernel = kernel }

  /// - Returns: how many were deleted; of more than a batch the rest waits for the next call.
  public func run() async throws -> Int {
    try await kernel.change(by: .system("forget"), canRepeat: true) { change in
      try change.tx.execute(
        """
        DELETE FROM command WHERE key IN (
          SELECT key FROM command WHERE substr(key, 1, 4) = 'api/' AND at < \(change.now - Self.kept)
          ORDER BY at LIMIT \(Self.batch))
        """)
    }
  }
}
