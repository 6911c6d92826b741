import AsyncHTTPClient
import Kernel
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

extension PartnerHTTP {
  /// Sends `request` once and waits for the whole answer, `timeout` at most.
  func send(_ request: WireRequest, lane: String, timeout: Span) async -> Exchange {
    let body = SealedBody(request.body ?? [])
    let call: HTTPClient.Request
    do {
      call = try HTTPClient.Request(
        url: request.url, method: .RAW(value: request.method),
        headers: HTTPHeaders(request.headers.map { ($0.name, $0.value) }),
        body: request.body.map { bytes in .stream(contentLength: Int64(bytes.count)) { body.hand(to: $0) } })
    } catch {
      return .nothingSent("the address cannot be called: \(Self.text(error))")
    }
    let collector = AnswerCollector(limit: request.answerLimit)
    let task = client.execute(
      request: call, delegate: collector, deadline: .now() + .microseconds(timeout.microseconds))
    let exchange: Exchange
    do {
      let answer = try await withTaskCancellationHandler {
        try await task.futureResult.get()
      } onCancel: {
        task.fail(reason: CancellationError())
      }
      exchange = .answer(answer)
    } catch {
      let reason = Self.text(error)
      // A request without a body is whole with its head: of it nothing can be proved.
      let provable = request.body?.isEmpty == false
      exchange = provable && body.seal() ? .nothingSent(reason) : .broken(reason: reason, raw: collector.received)
    }
    log(exchange, lane: lane)
    return exchange
  }

  private func log(_ exchange: Exchange, lane: String) {
    switch exchange {
    case .answer(let answer):
      logger.debug("Partner answered", metadata: ["partner.lane": "\(lane)", "http.status": "\(answer.status)"])
    case .nothingSent(let reason):
      logger.info("Nothing was sent to partner", metadata: ["partner.lane": "\(lane)", "reason": "\(reason)"])
    case .broken(let reason, _):
      logger.info("Partner call broke", metadata: ["partner.lane": "\(lane)", "reason": "\(reason)"])
    }
  }

  /// An error in a few words that hold no header and no body.
  static func text(_ error: any Error) -> String {
    switch error {
    case let error as HTTPClientError: error.shortDescription
    case let error as NIOConnectionError:
      if let first = error.connectionErrors.first {
        "no connection: \(String(describing: first.error).prefix(200))"
      } else {
        "the host's name cannot be resolved"
      }
    case is AnswerTooLong: "the answer is longer than is read"
    case is CancellationError: "the call was given up"
    default: String(String(describing: error).prefix(200))
    }
  }
}

/// A request body that leaves this object once, or, once sealed, never. The HTTP client asks for it after it has
/// written the request's head, so whoever seals it first has the proof: no server can act on a request whose body of
/// known length never came. The proof holds whatever the client does or reports.
final class SealedBody: Sendable {
  private enum State { case waiting, handed, sealed }
  private struct Sealed: Error {}

  private let bytes: [UInt8]
  private let state = Mutex(State.waiting)

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func hand(to writer: HTTPClient.Body.StreamWriter) -> EventLoopFuture<Void> {
    let handed = state.withLock { state in
      if state == .waiting { state = .handed }
      return state == .handed
    }
    // An empty write is how a writer tells its event loop.
    guard handed else { return writer.write(.byteBuffer(ByteBuffer())).flatMapThrowing { throw Sealed() } }
    return writer.write(.byteBuffer(ByteBuffer(bytes: bytes)))
  }

  /// True: not a byte was handed out, and none will be.
  func seal() -> Bool {
    state.withLock { state in
      if state == .waiting { state = .sealed }
      return state == .sealed
    }
  }
}

struct AnswerTooLong: Error {}

/// Keeps an answer's status, headers and body up to a limit.
private final class AnswerCollector: HTTPClientResponseDelegate {
  private struct Kept {
    var status = 0
    var headers: [String: String] = [:]
    var body: [UInt8] = []
  }

  private let limit: Int
  private let kept = Mutex(Kept())

  init(limit: Int) { self.limit = limit }

  /// What has come of the body so far, for the record of a broken call.
  var received: [UInt8] { kept.withLock { Array($0.body.prefix(64 << 10)) } }

  func didReceiveHead(
    task: HTTPClient.Task<Exchange.Answer>, _ head: HTTPResponseHead
  ) -> EventLoopFuture<Void> {
    kept.withLock { kept in
      kept.status = Int(head.status.code)
      for field in head.headers { kept.headers[field.name.lowercased()] = field.value }
    }
    return task.eventLoop.makeSucceededVoidFuture()
  }

  func didReceiveBodyPart(
    task: HTTPClient.Task<Exchange.Answer>, _ part: ByteBuffer
  ) -> EventLoopFuture<Void> {
    let fits = kept.withLock { kept in
      let room = limit - kept.body.count
      kept.body.append(contentsOf: part.readableBytesView.prefix(room))
      return part.readableBytes <= room
    }
    return fits ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(AnswerTooLong())
  }

  func didFinishRequest(task: HTTPClient.Task<Exchange.Answer>) throws -> Exchange.Answer {
    kept.withLock { Exchange.Answer(status: $0.status, headers: $0.headers, body: $0.body) }
  }
}
