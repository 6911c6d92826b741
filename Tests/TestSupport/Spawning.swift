import Foundation
import Synchronization

/// Foundation hears that a child has ended when its end of a socket pair closes. Another child that is started at the same
/// moment inherits that end, and then the first one seems to run for as long as the second does. So one starts at a time.
private let spawning = Mutex(())

extension Process {
  public func runAlone() throws {
    try spawning.withLock { _ in try run() }
  }

  /// Waits until the process has ended, whatever Foundation has heard of it, ten seconds at most.
  public func waitUntilGone() {
    for _ in 0..<2_000 {
      guard isRunning, let stat = try? String(contentsOfFile: "/proc/\(processIdentifier)/stat", encoding: .utf8) else {
        return
      }
      // The state follows the name, which may hold anything but ends with the last parenthesis (proc(5)).
      if stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].dropFirst(2).first == "Z" { return }
      usleep(5_000)
    }
  }
}
