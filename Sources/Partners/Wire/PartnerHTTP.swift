import AsyncHTTPClient
import Kernel
import Logging
import NIOCore
import NIOSSL

/// The HTTP client of all partner adapters. It sends a request once or not at all: no redirect is followed (a 307 would
/// post a charge a second time), no connection attempt is repeated, no request is replayed.
public struct PartnerHTTP: Sendable {
  let client: HTTPClient
  let logger: Logger

  /// - Parameters:
  ///   - connections: open at once to one host. Calls beyond it wait, at most `connect`.
  ///   - connect: for the name, the connection and the TLS handshake together. Keep it below every partner's `timeout`:
  ///     what fails here is proved not to have been sent.
  ///   - idle: how long an unused connection is kept. Short, because a request written to a connection that the other
  ///     side is just closing ends UNKNOWN; common servers close after 5 s or more.
  ///   - trust: PEM files of certificate authorities instead of the system's.
  public init(
    connections: Int = 64, connect: Span = .seconds(3), idle: Span = .seconds(4), trust: [String] = [],
    group: any EventLoopGroup = HTTPClient.defaultEventLoopGroup, logger: Logger = Logger(label: "amends.partners")
  ) {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    // Its own spans hold whole addresses, and those may name a person's payment.
    configuration.tracing.tracer = nil
    configuration.decompression = .disabled
    configuration.httpVersion = .http1Only
    configuration.timeout = .init(connect: .microseconds(connect.microseconds))
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
    configuration.connectionPool.idleTimeout = .microseconds(idle.microseconds)
    if !trust.isEmpty {
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .default
      tls.additionalTrustRoots = trust.map { .file($0) }
      configuration.tlsConfiguration = tls
    }
    client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    self.logger = logger
  }

  /// To be called once, after the last call: what is under way then ends UNKNOWN.
  public func shutdown() async throws { try await client.shutdown() }
}

/// One HTTP request, as bytes.
struct WireRequest: Sendable, Equatable {
  var method: String
  var url: String
  var headers: [Header] = []
  var body: [UInt8]?
  /// The longest answer that is read. An answer to one charge fits easily; a page of a list needs more.
  var answerLimit = 64 << 10

  struct Header: Sendable, Equatable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}

/// What came of one HTTP request.
enum Exchange: Sendable, Equatable {
  case answer(Answer)
  /// Proved: no byte of the request's body was ever handed to a socket, so nobody can have acted on it.
  case nothingSent(String)
  /// The request, or a part of it, may have arrived. `raw` is what came of an answer, if anything.
  case broken(reason: String, raw: [UInt8])

  struct Answer: Sendable, Equatable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]
  }
}
