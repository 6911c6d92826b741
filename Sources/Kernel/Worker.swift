import Logging
import Metrics
import Store
import Tracing

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

/// Runs steps side by side until it is cancelled or `pulse` is told to stop. A step that fails waits, longer each time, and goes
/// on; what it held is found again by the next scan.
public struct Worker: Sendable {
  let steps: [Step]
  let world: World
  let logger: Logger
  let pulse: WorkerPulse
  private static let longestPause = Span.seconds(30)

  public init(steps: [Step], world: World, logger: Logger, pulse: WorkerPulse = WorkerPulse()) {
    self.steps = steps
    self.world = world
    self.logger = logger
    self.pulse = pulse
  }

  public func run() async {
    pulse.begin(steps)
    await withTaskGroup(of: Void.self) { group in
      for step in steps { group.addTask { await loop(step) } }
    }
  }

  private func loop(_ step: Step) async {
    var pause = Span.milliseconds(500)
    while !Task.isCancelled, !pulse.isStopping {
      do {
        let start = ContinuousClock.now
        pulse.starts(step.name)
        let count = try await withSpan("step \(step.name)") { span in
          let count = try await step.run()
          span.attributes["amends.items"] = Int64(count)
          return count
        }
        pulse.ends(step.name)
        Metrics.Timer(label: "amends_step_seconds", dimensions: [("step", step.name)]).record(since: start)
        pause = .milliseconds(500)
        if count == 0 { await pulse.pause(step.idle, world) }
      } catch is CancellationError { return } catch {
        pulse.fails(step.name)
        Counter(label: "amends_step_failures_total", dimensions: [("step", step.name)]).increment()
        logger.error(
          "a step failed and will be tried again",
          metadata: ["step": "\(step.name)", "error": "\(error)", "pause.seconds": "\(pause.seconds)"])
        await pulse.pause(pause, world)
        pause = min(pause * 2, Self.longestPause)
      }
    }
  }
}
