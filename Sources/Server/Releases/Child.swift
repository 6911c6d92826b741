import Foundation

/// A command of the operator's as a process: no shell, no input, an environment of its own, so much output and so much time.
///
/// Not Foundation's `Process`: that takes a command for running as long as anything that the command left behind runs, and lets
/// it have the files and connections that are open here.
struct Child: Sendable {
  enum End: Sendable, Equatable {
    case notStarted(String)
    case exited(Int32, [UInt8])
    case killed(Int32, [UInt8])
    case tookTooLong([UInt8])
  }

  let arguments: [String]
  let environment: [String: String]
  let limit: Duration
  /// What is kept of what it says; the rest is read and thrown away.
  static let kept = 16 << 10
  /// Between being asked to end and being killed.
  static let grace = Duration.seconds(2)
  static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  init(_ arguments: [String], environment: [String: String], limit: Duration) {
    self.arguments = arguments
    self.environment = environment
    self.limit = limit
  }

  /// Waits for it: on a thread of its own.
  func run() -> End {
    guard let program = arguments.first, program.hasPrefix("/") else {
      return .notStarted("no program is named by its path")
    }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return .notStarted("no pipe for what it says") }
    defer { close(ends[0]) }
    let child = start(program, saying: ends[1])
    close(ends[1])
    guard let child else { return .notStarted("\(program) cannot be started") }
    return watch(child, ends[0])
  }

  private func start(_ program: String, saying output: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    Self.keepOursOurs()
    // A group of its own, so that it ends with all whom it started; and the signals as any program expects them.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    // Nothing of ours: the environment of this program holds the partners' secrets.
    let variables = environment.merging(["PATH": Self.path, "LC_ALL": "C.UTF-8"]) { given, _ in given }
    var texts = arguments.map { strdup($0) } + [nil]
    var settings = variables.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in texts + settings { free(text) } }
    var child = pid_t()
    return posix_spawn(&child, program, &actions, &attributes, &texts, &settings) == 0 ? child : nil
  }

  /// Whatever is open here is nobody else's. Most of it says so already; what does not is told now.
  private static func keepOursOurs() {
    let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 {
      let flags = fcntl(descriptor, F_GETFD)
      if flags >= 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
    }
  }

  private func watch(_ child: pid_t, _ descriptor: Int32) -> End {
    let end = ContinuousClock.now + limit
    var output: [UInt8] = []
    var status: Int32 = 0
    var isLate = false
    // Not until the end of what it says: a process that it leaves behind may keep the pipe open for ever.
    while waitpid(child, &status, WNOHANG) == 0 {
      Self.read(descriptor, into: &output, wait: 50)
      let now = ContinuousClock.now
      guard now >= end else { continue }
      if !isLate { kill(-child, SIGTERM) }
      isLate = true
      if now >= end + Self.grace { kill(-child, SIGKILL) }
    }
    Self.read(descriptor, into: &output, wait: 0)
    if isLate { return .tookTooLong(output) }
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF, output) : .killed(signal, output)
  }

  /// What is there by now, for at most `wait` milliseconds.
  private static func read(_ descriptor: Int32, into output: inout [UInt8], wait: Int32) {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    for round in 0..<64 {
      var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&state, 1, round == 0 ? wait : 0) > 0 else { return }
      let count = state.revents & Int16(POLLIN) == 0 ? 0 : Foundation.read(descriptor, &buffer, buffer.count)
      guard count > 0 else {
        // It has closed its end and runs on: do not look a thousand times a second.
        if wait > 0 { _ = poll(nil, 0, wait) }
        return
      }
      output += buffer.prefix(min(count, kept - output.count))
    }
  }
}
