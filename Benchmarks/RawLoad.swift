import Foundation
import Synchronization

/// Sends prepared HTTP requests over so many connections, a thread each, the next when the last was answered. Plain
/// sockets, so that on one machine most of the processors is left to the server.
struct RawLoad {
  struct Result: Sendable {
    /// In microseconds, ascending.
    var latencies: [Int]
    var seconds: Double

    var rate: Double { Double(latencies.count) / seconds }
    func quantile(_ share: Double) -> Int {
      latencies.isEmpty ? 0 : latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))]
    }
  }

  static func run(_ requests: [[UInt8]], port: Int, connections: Int) async throws -> Result {
    let latencies = Mutex<[Int]>([])
    let failure = Mutex<Failed?>(nil)
    let group = DispatchGroup()
    let start = ContinuousClock.now
    for connection in 0..<connections {
      group.enter()
      let thread = Thread {
        defer { group.leave() }
        do {
          let socket = try Connection(port: port)
          var own: [Int] = []
          for index in stride(from: connection, to: requests.count, by: connections) {
            let begin = ContinuousClock.now
            let status = try socket.exchange(requests[index])
            guard status == 200 else { throw Failed("the server answered \(status)") }
            own.append(Int((ContinuousClock.now - begin).inSeconds * 1_000_000))
          }
          latencies.withLock { [own] in $0 += own }
        } catch { failure.withLock { $0 = error as? Failed ?? Failed("\(error)") } }
      }
      thread.stackSize = 512 << 10
      thread.start()
    }
    await withCheckedContinuation { continuation in group.notify(queue: .global()) { continuation.resume() } }
    let seconds = (ContinuousClock.now - start).inSeconds
    if let failed = failure.withLock({ $0 }) { throw failed }
    return Result(latencies: latencies.withLock { $0 }.sorted(), seconds: seconds)
  }
}

/// One kept-alive connection to this machine.
private final class Connection {
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = in_port_t(port).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Failed("no connection: \(String(cString: strerror(errno)))") }
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  /// - Returns: the status.
  func exchange(_ request: [UInt8]) throws -> Int {
    var sent = 0
    while sent < request.count {
      let count = request[sent...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failed("the connection was closed while sending") }
      sent += count
    }
    while true {
      if let answer = try answer() { return answer }
      var chunk = [UInt8](repeating: 0, count: 4_096)
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else { throw Failed("the connection was closed while waiting") }
      buffer += chunk[..<count]
    }
  }

  /// A whole answer with a content-length, taken from the buffer.
  private func answer() throws -> Int? {
    guard let end = buffer.firstRange(of: [13, 10, 13, 10]) else { return nil }
    let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).lowercased()
    let lines = head.split(separator: "\r\n")
    let length = lines.first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) }
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }), let length else {
      throw Failed("an answer without a status or a length")
    }
    guard buffer.count >= end.upperBound + length else { return nil }
    buffer.removeFirst(end.upperBound + length)
    return status
  }
}
