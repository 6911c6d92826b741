import Synchronization

/// Whether a worker's steps come to their ends, and the way to stop it so that what is under way is finished.
public final class WorkerPulse: Sendable {
  private struct State {
    var steps: [String: Beat] = [:]
    var isStopping = false
    var pauses: [Int: Task<Void, Never>] = [:]
    var next = 0
  }

  private struct Beat {
    var idle: Span
    /// When it last came to a good end; at first when the worker began.
    var good: ContinuousClock.Instant
    /// nil: it waits.
    var began: ContinuousClock.Instant?
    var isFailing = false
  }

  private let state = Mutex(State())

  /// A step under way may take as long as the calls of a batch, five minutes at most (`Outbox.batch`), and a little.
  static let longestRun = Duration.seconds(360)
  /// A step that has come to no good end for so long, beyond its pause, does not work.
  static let patience = Duration.seconds(120)

  public init() {}

  public var isStopping: Bool { state.withLock { $0.isStopping } }

  /// No step begins any more. Those under way come to their end, those that pause end at once.
  public func stop() {
    let pauses = state.withLock { state in
      state.isStopping = true
      return Array(state.pauses.values)
    }
    for pause in pauses { pause.cancel() }
  }

  /// The names of the steps that do not work; nil: no worker has begun.
  public func stalled() -> [String]? {
    let now = ContinuousClock.now
    return state.withLock { state in
      if state.steps.isEmpty { return nil }
      return state.steps.filter { _, beat in
        if let began = beat.began, !beat.isFailing { return now - began > Self.longestRun }
        return now - beat.good > Self.patience + beat.idle.duration
      }.keys.sorted()
    }
  }

  func begin(_ steps: [Step]) {
    state.withLock { state in
      for step in steps { state.steps[step.name] = Beat(idle: step.idle, good: .now) }
    }
  }

  func starts(_ step: String) { state.withLock { $0.steps[step]?.began = .now } }

  func ends(_ step: String) {
    state.withLock { state in
      guard var beat = state.steps[step] else { return }
      beat.good = .now
      beat.began = nil
      beat.isFailing = false
      state.steps[step] = beat
    }
  }

  func fails(_ step: String) {
    state.withLock { state in
      state.steps[step]?.began = nil
      state.steps[step]?.isFailing = true
    }
  }

  /// Waits until the time is over, the worker is to stop, or it is cancelled.
  func pause(_ span: Span, _ world: World) async {
    let pause = Task { _ = try? await world.pause(span) }
    let number: Int? = state.withLock { state in
      guard !state.isStopping else { return nil }
      state.next += 1
      state.pauses[state.next] = pause
      return state.next
    }
    guard let number else { return pause.cancel() }
    await withTaskCancellationHandler {
      await pause.value
    } onCancel: {
      pause.cancel()
    }
    state.withLock { $0.pauses[number] = nil }
  }
}
