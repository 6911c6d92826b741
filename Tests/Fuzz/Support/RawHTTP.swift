import Foundation
import TestSupport

/// Sends bytes as they are to a port of this machine and reads until the other side has nothing more to say.
enum RawHTTP {
  struct Answer: Sendable {
    /// `nil`: the connection was closed without a word.
    var status: Int?
    var text: String
    /// Neither an answer nor an end came.
    var hangs = false

    var head: String { String(text.prefix { _ in true }.split(separator: "\r\n\r\n", maxSplits: 1).first ?? "") }
    var body: String { text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? "" }
  }

  /// On a thread of its own: blocking one of the few that run tasks would stop the server too.
  static func exchange(_ bytes: [UInt8], port: Int, seconds: Int = 20) async -> Answer {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: blocking(bytes, port: port, seconds: seconds)) }
    }
  }

  static func get(_ path: String, port: Int) async -> Answer {
    await exchange(Array("GET \(path) HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".utf8), port: port)
  }

  private static func blocking(_ bytes: [UInt8], port: Int, seconds: Int) -> Answer {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    let address = sockaddr_in.loopback(port)
    let connected = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { return Answer(status: nil, text: "no connection", hangs: true) }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { break }
      sent += count
    }
    shutdown(descriptor, Int32(SHUT_WR))
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    var hangs = false
    while all.count < 4 << 20 {
      let count = recv(descriptor, &piece, piece.count, 0)
      if count < 0, errno == EAGAIN { hangs = true }
      if count <= 0 { break }
      all += piece[..<count]
    }
    let text = String(decoding: all, as: UTF8.self)
    let status = text.hasPrefix("HTTP/1.") ? Int(text.dropFirst(9).prefix(3)) : nil
    return Answer(status: status, text: text, hangs: hangs)
  }
}

extension Mutator {
  /// A request that is nearly one: odd methods, escapes, queries, headers, lengths.
  mutating func request(_ method: String, _ path: String, body: [UInt8], headers: [String]) -> [UInt8] {
    var (method, path) = (method, path)
    if chance(40) { for _ in 0...below(2) { path = oddPath(path) } }
    if chance(10) {
      method = pick(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW", "CONNECT", ""])
    }
    var lines = ["\(method) \(path) HTTP/1.\(chance(95) ? 1 : 0)", "host: 127.0.0.1", "connection: close"]
    lines += headers.filter { _ in chance(95) }
    if chance(20) { lines.append("x-odd: \(pick(Oddities.texts.filter { !$0.contains("\n") && !$0.contains("\r") }))") }
    if chance(5) { lines.append("x-long: " + String(repeating: "a", count: pick([1_000, 20_000, 100_000]))) }
    if chance(5) { lines += (0..<pick([50, 2_000])).map { "x-\($0): 1" } }
    if chance(30) { lines.append("accept: text/html") }
    if !body.isEmpty || chance(10) {
      lines.append(chance(90) ? "content-length: \(body.count)" : "content-length: \(pick(Oddities.numbers))")
    }
    let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    input = bytes
    if chance(8) { return self.bytes(bytes, words: ["\r\n", "\n", ":", " ", "/", "HTTP/1.1", "chunked"]) }
    return bytes
  }

  /// With the mark that must not come back as it is.
  static let mark = "<fz\"'&>"

  private mutating func oddPath(_ path: String) -> String {
    let odd = chance(40) ? Self.mark : pick(Oddities.texts)
    let kept = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "!"..."~"))
    let escaped =
      chance(85)
      ? odd.addingPercentEncoding(withAllowedCharacters: kept) ?? "%" : odd.filter { $0 > " " && $0 != "\u{7F}" }
    switch below(6) {
    case 0: return path + escaped
    case 1: return path + "/" + escaped
    case 2:
      return path + (path.contains("?") ? "&" : "?") + pick(["q", "before", "page", "perPage", "order", "x"]) + "="
        + escaped
    case 3:
      return path + (path.contains("?") ? "&" : "?") + pick(["q", "before", "page", "perPage"]) + "="
        + pick(Oddities.numbers)
    case 4: return path.replacingOccurrences(of: "1", with: pick(Oddities.numbers))
    default:
      return path
        + pick(["%", "%0", "%zz", "%ff", "%c3%28", "%00", "//", "/../..", "/.", "?", "??", "#x", "&&==", ";"])
    }
  }
}
