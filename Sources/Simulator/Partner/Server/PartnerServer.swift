import AsyncHTTPClient
import Foundation
import Hummingbird
import HummingbirdCore
import Kernel
import Logging
import NIOCore
import ServiceLifecycle

/// `amends partner`: the misbehaving partner as a process of its own, over HTTP.
///
/// It speaks CAMARA Carrier Billing (`CarrierAPI`, `RefundAPI`), plain debits with a statement (`DebitAPI`), and has
/// admin endpoints (`AdminAPI`) for callers on the same machine.
public struct PartnerServer: Service {
  public struct Configuration: Sendable {
    /// The name in statements and events.
    public var partner = "demo"
    public var host = "127.0.0.1"
    /// 0: any free port; `onRunning` tells which.
    public var port = 0
    public var seed: UInt64 = 1
    /// Where the truth is kept; `nil`: in memory only.
    public var truthFile: String?
    public var schedule = DialSchedule()
    /// `whsec_` and base64 of the key that signs notifications; `nil`: unsigned.
    public var sinkSecret: String?
    /// Where notifications go when a request names no sink.
    public var sink: Sink?
    /// The bearer token that callers must show; `nil`: none is asked for.
    public var apiToken: String?
    /// The partner's clock.
    public var now: @Sendable () -> Instant = { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
    /// Called with the port once requests are taken.
    public var onRunning: @Sendable (Int) async -> Void = { _ in }

    public init() {}
  }

  let configuration: Configuration
  let logger: Logger

  public init(configuration: Configuration, logger: Logger = Logger(label: "amends.partner")) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Serves until it is cancelled or shut down gracefully.
  ///
  /// - Throws: `TruthFileError`, `WebhookSigner.BadSecret`, or that the port is taken.
  public func run() async throws {
    let desk = try Desk(configuration)
    let signer = try configuration.sinkSecret.map(WebhookSigner.init(secret:))
    let sender = NotificationSender(
      desk: desk, signer: signer, source: "urn:partner:\(configuration.partner)", logger: logger)
    let onRunning = configuration.onRunning
    var app = Application(
      router: router(desk),
      // A caller that sends nothing for a minute loses its connection.
      server: .http1(configuration: .init(idleTimeout: .seconds(60))),
      configuration: .init(address: .hostname(configuration.host, port: configuration.port), backlog: 1_024),
      onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
      logger: logger)
    app.addServices(sender)
    logger.info("partner starts", metadata: ["partner.bookings": "\(desk.change { book, _ in book.truth.captures })"])
    do {
      try await app.run()
    } catch {
      await desk.close()
      throw error
    }
    await desk.close()
  }

  func router(_ desk: Desk) -> Router<PartnerContext> {
    let router = Router(context: PartnerContext.self)
    router.addMiddleware { Correlator() }
    let wire = Wire(desk: desk, apiToken: configuration.apiToken, sink: configuration.sink)
    // The bare path and the ones of the standard's own servers section.
    for prefix in ["", "carrier-billing/v0.3"] { CarrierAPI(wire: wire).add(to: router.group(RouterPath(prefix))) }
    for prefix in ["", "carrier-billing-refund/v0.1"] {
      RefundAPI(wire: wire).add(to: router.group(RouterPath(prefix)))
    }
    DebitAPI(wire: wire).add(to: router.group())
    MethodPageAPI(wire: wire, pages: MethodPages()).add(to: router.group())
    AdminAPI(desk: desk).add(to: router.group())
    return router
  }
}
