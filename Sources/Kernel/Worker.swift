import Logging
import Store

/// One step that is done again and again: takes a batch, and says how much there was.
public struct Step: Sendable {
  public var name: String
  /// How long to wait when there was nothing to do.
  public var idle: Span
  public var run: @Sendable () async throws -> Int

  public init(_ name: String, idle: Span, run: @escaping @Sendable () async throws -> Int) {
    self.name = name
    self.idle = idle
    self.run = run
  }
}

/// Runs steps side by side until it is cancelled. A step that fails waits, longer each time, and goes on; what it held is
/// found again by the next scan.
public struct Worker: Sendable {
  let steps: [Step]
  let world: World
  let logger: Logger
  private static let longestPause = Span.seconds(30)

  public init(steps: [Step], world: World, logger: Logger) {
    self.steps = steps
    self.world = world
    self.logger = logger
  }

  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      for step in steps { group.addTask { await loop(step) } }
    }
  }

  private func loop(_ step: Step) async {
    var pause = Span.milliseconds(500)
    while !Task.isCancelled {
      do {
        let count = try await step.run()
        pause = .milliseconds(500)
        if count == 0 { try? await world.pause(step.idle) }
      } catch is CancellationError { return } catch {
        logger.error(
          "a step failed and will be tried again",
          metadata: ["step": "\(step.name)", "error": "\(error)", "pause.seconds": "\(pause.seconds)"])
        try? await world.pause(pause)
        pause = min(pause * 2, Self.longestPause)
      }
    }
  }
}
