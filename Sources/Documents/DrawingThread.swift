import Foundation

/// The one thread that draws.
///
/// FreeType, below Cairo and Pango, is one library for the whole process, and two threads in it at once have brought the process
/// down. A lock around the drawing would not do: Pango keeps its fonts for each thread, and one that ends gives them back while
/// another draws.
final class DrawingThread: @unchecked Sendable {
  static let shared = DrawingThread()

  /// Guards `waiting`.
  private let condition = NSCondition()
  private var waiting: [() -> Void] = []

  private init() {
    let thread = Thread { [self] in
      while true { next()() }
    }
    thread.name = "documents"
    thread.start()
  }

  /// Waits until it is done; in the order in which they came.
  func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
    let result = Box<Value>()
    let done = DispatchSemaphore(value: 0)
    condition.lock()
    waiting.append {
      result.value = body()
      done.signal()
    }
    condition.signal()
    condition.unlock()
    done.wait()
    guard let value = result.value else { preconditionFailure("it signals when the value is there") }
    return value
  }

  private func next() -> () -> Void {
    condition.lock()
    defer { condition.unlock() }
    while waiting.isEmpty { condition.wait() }
    return waiting.removeFirst()
  }

  /// Written before the signal, read after it.
  private final class Box<Value>: @unchecked Sendable { var value: Value? }
}
