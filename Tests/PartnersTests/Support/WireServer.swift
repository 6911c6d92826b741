import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A real HTTP server on a real socket that does to a request whatever a test wants, down to a TCP reset. It writes raw
/// bytes: half an answer is half an answer.
final class WireServer: Sendable {
  struct Request: Sendable, Equatable {
    var method: String
    /// Path and query.
    var target: String
    /// Names in lower case.
    var headers: [String: String]
    var body: String
  }

  enum Action: Sendable {
    case answer(Int, String)
    /// With headers, such as `Location`.
    case answerWith(Int, [String], String)
    /// These bytes, then the end of the connection.
    case raw([UInt8])
    case reset
    case close
    /// Takes the request and never says a word.
    case hang
  }

  let port: Int
  private let channel: any Channel
  private let seen: Mutex<[Request]>

  private init(_ channel: any Channel, _ seen: Seen) {
    self.channel = channel
    port = channel.localAddress?.port ?? 0
    self.seen = Mutex([])
    seen.server.withLock { $0 = self }
  }

  var base: String { "http://127.0.0.1:\(port)" }
  /// The whole requests that came, in their order.
  var requests: [Request] { seen.withLock { $0 } }

  /// Runs `body` against a server whose every request is handled by `action`.
  static func with<Result: Sendable>(
    _ action: @escaping @Sendable (Request) -> Action, _ body: (WireServer) async throws -> Result
  ) async throws -> Result {
    let seen = Seen()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Handler(action, seen))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let server = WireServer(channel, seen)
    do {
      let result = try await body(server)
      try await channel.close().get()
      return result
    } catch {
      try? await channel.close().get()
      throw error
    }
  }

  private func note(_ request: Request) { seen.withLock { $0.append(request) } }

  private final class Seen: Sendable {
    let server = Mutex<WireServer?>(nil)
    func note(_ request: Request) { server.withLock { $0 }?.note(request) }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let action: @Sendable (Request) -> Action
    private let seen: Seen
    private var bytes: [UInt8] = []

    init(_ action: @escaping @Sendable (Request) -> Action, _ seen: Seen) {
      self.action = action
      self.seen = seen
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes += Array(unwrapInboundIn(data).readableBytesView)
      while let request = nextRequest() {
        seen.note(request)
        act(action(request), context)
      }
    }

    private func nextRequest() -> Request? {
      let text = String(decoding: bytes, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { return nil }
      let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
      let first = lines[0].split(separator: " ")
      guard first.count == 3 else {
        // Not HTTP: a TLS hello. It is an event too.
        bytes = []
        return Request(method: "", target: "", headers: [:], body: "")
      }
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        let pair = line.split(separator: ":", maxSplits: 1)
        headers[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces)
      }
      let length = headers["content-length"].flatMap { Int($0) } ?? 0
      let body = text[end.upperBound...].utf8
      guard body.count >= length else { return nil }
      let rest = Array(body.dropFirst(length))
      defer { bytes = rest }
      return Request(
        method: String(first[0]), target: String(first[1]), headers: headers,
        body: String(decoding: Array(body.prefix(length)), as: UTF8.self))
    }

    private func act(_ action: Action, _ context: ChannelHandlerContext) {
      switch action {
      case .answer(let status, let body): answer(status, [], body, context)
      case .answerWith(let status, let headers, let body): answer(status, headers, body, context)
      case .raw(let bytes):
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        context.close(promise: nil)
      case .reset:
        // SO_LINGER 0: the kernel sends RST instead of FIN.
        let channel = context.channel
        let lingering = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        lingering?.whenComplete { _ in channel.close(promise: nil) }
      case .close: context.close(promise: nil)
      case .hang: break
      }
    }

    private func answer(_ status: Int, _ headers: [String], _ body: String, _ context: ChannelHandlerContext) {
      let head =
        ["HTTP/1.1 \(status) Status", "Content-Type: application/json", "Content-Length: \(body.utf8.count)"] + headers
      let text = head.joined(separator: "\r\n") + "\r\n\r\n" + body
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
  }
}

/// Sockets on loopback that nobody accepts from.
private enum Loopback {
  /// Binds `descriptor` to a free port and returns its address.
  static func bind(_ descriptor: Int32) throws -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        Glibc.bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    return address
  }
}

/// A port where nobody listens. It stays bound as long as this lives, so that no other test's server comes to it.
final class ClosedPort {
  let port: Int
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    port = Int(UInt16(bigEndian: try Loopback.bind(descriptor).sin_port))
  }

  deinit { close(descriptor) }
}

/// An address that takes no connection and refuses none: its queue of connections is full, so that the kernel drops
/// every further SYN.
final class FullQueue {
  let port: Int
  private var sockets: [Int32] = []

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    sockets.append(listener)
    let address = try Loopback.bind(listener)
    guard listen(listener, 0) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    port = Int(UInt16(bigEndian: address.sin_port))
    for _ in 0..<4 {
      let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      sockets.append(client)
      _ = withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
  }

  deinit { for socket in sockets { close(socket) } }
}
