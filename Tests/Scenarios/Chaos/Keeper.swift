import Foundation

/// Starts a program again whenever it has ended, as a service manager does. It is the only hand that helps.
actor Keeper {
  private let name: String
  private let make: @Sendable () throws -> Program
  private var program: Program?
  private var isWanted = false
  private var startsAgain = ContinuousClock.now
  private var watch: Task<Void, Never>?
  /// What those said that have ended.
  private var earlier: [String] = []
  /// How often it ended although nobody killed it.
  private(set) var ends = 0
  private var wasKilled = false

  /// A program that ends by itself is started again after this long.
  private static let pause = Duration.milliseconds(500)

  init(_ name: String, _ make: @escaping @Sendable () throws -> Program) {
    self.name = name
    self.make = make
  }

  func start() throws {
    isWanted = true
    if program?.isRunning != true { try begin() }
    guard watch == nil else { return }
    watch = Task { [weak self] in
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(20))
        await self?.look()
      }
    }
  }

  /// kill -9. It is started again at once.
  func kill() {
    wasKilled = true
    program?.kill()
    look()
  }

  /// Ends it for good, or until `start`.
  func stop(by signal: Int32 = SIGKILL) {
    isWanted = false
    program?.end(by: signal)
    keepText()
  }

  /// Ends it, and the watch over it.
  func dismiss() {
    watch?.cancel()
    stop()
  }

  func freeze() { program?.freeze() }
  func thaw() { program?.thaw() }

  /// 0: no process.
  var identifier: Int32 { program?.identifier ?? 0 }

  /// What it has said, all its lives; the end of each.
  var text: String {
    let lives = earlier.suffix(4) + [program?.text ?? ""]
    return lives.map { "--- \(name)\n\($0.suffix(4_000))" }.joined(separator: "\n")
  }

  func hasSaid(_ word: String) -> Bool {
    earlier.contains { $0.contains(word) } || program?.text.contains(word) == true
  }

  /// How often a word was said, in all its lives.
  func count(of word: String) -> Int {
    (earlier + [program?.text ?? ""]).reduce(0) { $0 + $1.ranges(of: word).count }
  }

  private func look() {
    guard isWanted, program?.isRunning != true else { return }
    if program != nil {
      keepText()
      if wasKilled {
        startsAgain = .now
      } else {
        ends += 1
        startsAgain = .now + Self.pause
      }
    }
    wasKilled = false
    guard ContinuousClock.now >= startsAgain else { return }
    do { try begin() } catch {
      earlier.append("cannot be started: \(error)")
      startsAgain = .now + Self.pause
    }
  }

  private func begin() throws {
    if program != nil { keepText() }
    program = try make()
  }

  private func keepText() {
    guard let program else { return }
    earlier.append(program.text)
    self.program = nil
  }
}
