import HTTPTypes
import Synchronization

/// Which methods each address below `/api` takes, so that another one is answered with them (405), whatever it is called.
final class APIAddresses: Sendable {
  private let known = Mutex<[(segments: [Substring], method: HTTPRequest.Method)]>([])

  func add(_ path: String, _ method: HTTPRequest.Method) {
    known.withLock { $0.append((path.split(separator: "/"), method)) }
  }

  /// - Returns: nothing for an address that is none.
  func methods(at path: String) -> [HTTPRequest.Method] {
    let asked = path.split(separator: "/")
    return known.withLock { known in
      known.filter { segments, _ in
        segments.count == asked.count && zip(segments, asked).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
      }.map(\.method)
    }
  }
}
