import Kernel

/// The partner in the same process: a `Counterpart` that answers from a `PartnerBook` at once, without socket or timer.
///
/// What a dial would do on a socket is mapped to the reply that an adapter would have given: late, reset, 5xx and garbage are
/// UNKNOWN although the money is taken; down is "not sent" when the connection is refused, UNKNOWN when it is a 503. With
/// `Dials.replay` off and `Capabilities.replay` none, the same reference twice is two charges.
public final class BookCounterpart: FindsEveryEffect, RetrievesTransactions {
  public let lane: String
  public let capabilities: Capabilities
  public let book: SharedBook
  /// Known to this object alone; see `BookNotification`.
  let key: String
  private let now: @Sendable () -> Instant

  /// - Parameter now: the moved clock.
  public init(
    lane: String, book: SharedBook, capabilities: Capabilities, key: String = "in-process",
    now: @escaping @Sendable () -> Instant
  ) {
    self.lane = lane
    self.book = book
    self.capabilities = capabilities
    self.key = key
    self.now = now
  }

  public func perform(_ order: Order) async -> Reply { performed(order, at: now()) }
  public func query(_ order: Order) async -> Reply { found(order, at: now()).reply }
  public func findAll(_ order: Order) async -> Findings { found(order, at: now()) }
  public func retrieve(_ order: Order, transaction: String) async -> Reply {
    found(order, at: now(), transaction: transaction).reply
  }
  public func cancel(_ order: Order) async -> Reply { cancelled(order, at: now()) }

  public func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] {
    try BookNotification.open(message, key: key)
  }

  /// `perform` for a caller that has no use for `async`.
  public func performed(_ order: Order, at now: Instant) -> Reply {
    guard let terms = OrderTerms(payload: order.payload) else {
      return Reply(.notSent(reason: "the payload cannot be read"))
    }
    let keyed = capabilities.replay != .none
    let notifies = capabilities.notifiesWithin != nil
    switch order.kind {
    case "charge":
      let request = ChargeRequest(
        reference: order.reference, amount: terms.amount, currency: terms.currency, method: terms.method, keyed: keyed,
        notifies: notifies, answersDeclines: !knowsOnlyStatement)
      return reply(book.withBook { $0.charge(request, now: now) })
    case "refund":
      guard let original = terms.original else { return Reply(.notSent(reason: "a refund without its original")) }
      let request = RefundRequest(
        reference: order.reference, transaction: original, amount: terms.amount, currency: terms.currency,
        keyed: keyed, notifies: notifies)
      return reply(book.withBook { $0.refund(request, now: now) })
    default:
      return Reply(.notSent(reason: "an order of this kind is unknown"))
    }
  }

  /// Every booking under the order's reference, or the one of a transaction.
  public func found(_ order: Order, at now: Instant, transaction: String? = nil) -> Findings {
    let kind: BookingKind = order.kind == "refund" ? .refund : .capture
    let finding = book.withBook { book in
      if let transaction { return book.query(transaction: transaction, now: now) }
      return book.query(kind, reference: order.reference, now: now)
    }
    if finding.delivery != .prompt || isTooLate(finding.latency) { return Findings(spoiled(finding.delivery)) }
    let found = finding.bookings.map { booking in
      let reply = reply(booking)
      let testimony = Testimony(
        eventID: "query:\(booking.transaction):\(booking.status.rawValue)", reference: booking.reference,
        transaction: booking.transaction, kind: order.kind, verdict: reply.verdict, amount: booking.amount,
        currency: booking.currency, occurredAt: booking.bookedAt ?? booking.createdAt)
      return (reply, testimony)
    }
    return Findings.of(found) ?? Findings(Reply(.absent))
  }

  public func cancelled(_ order: Order, at now: Instant) -> Reply {
    // A refund cannot be taken back, neither in CAMARA nor here.
    guard order.kind == "charge" else { return Reply(.unknown(reason: "a refund cannot be cancelled")) }
    return reply(book.withBook { $0.cancel(order.reference, now: now) })
  }

  /// Notifications that are due by `now`, as `open` reads them.
  public func notifications(_ now: Instant, limit: Int = .max) -> [InboundMessage] {
    book.withBook { $0.dueNotifications(now, limit: limit) }.map { BookNotification.message($0, key: key) }
  }

  private var knowsOnlyStatement: Bool {
    capabilities.query == .none && capabilities.replay == .none && capabilities.notifiesWithin == nil
  }

  private func isTooLate(_ latency: Span) -> Bool { latency >= capabilities.timeout }

  private func reply(_ answer: Answer) -> Reply {
    if answer.delivery != .prompt || isTooLate(answer.latency) { return spoiled(answer.delivery) }
    switch answer.outcome {
    case .booking(let booking)?: return reply(booking)
    case .declined(let code)?: return Reply(refusal(code))
    case .cancelled?: return Reply(.cancelled)
    case .rejected(let rejection)?: return Reply(refusal(Self.code(rejection)))
    case nil: return Reply(.unknown(reason: "an empty answer"))
    }
  }

  private func reply(_ booking: Booking) -> Reply {
    // A partner with nothing but a statement takes orders in and says no more: 202, without a body.
    if knowsOnlyStatement { return Reply(.pending) }
    return Reply(
      BookNotification.verdict(booking, refusal: refusal), transaction: booking.transaction, amount: booking.amount,
      currency: booking.currency)
  }

  /// Only a code that the descriptor lists is a refusal.
  private func refusal(_ code: String) -> Verdict {
    capabilities.refusals.contains(code) ? .refused(code: code) : .unknown(reason: "the code \(code) is not listed")
  }

  private func spoiled(_ delivery: Delivery) -> Reply {
    switch delivery {
    case .prompt, .late: Reply(.unknown(reason: "timed out"))
    case .serverError: Reply(.unknown(reason: "500"))
    case .garbage: Reply(.unknown(reason: "the answer cannot be read"), raw: Array("<html>".utf8))
    case .reset: Reply(.unknown(reason: "connection reset"))
    // Documented as not processed: the same order may be sent again, later.
    case .throttled: Reply(.notSent(reason: "not processed: TOO_MANY_REQUESTS"))
    case .notAccepted: Reply(.notSent(reason: "connection refused"))
    case .unavailable: Reply(.unknown(reason: "503"))
    }
  }

  /// The codes that CAMARA has for these (Carrier Billing v0.3 and Refund v0.1).
  static func code(_ rejection: Rejection) -> String {
    switch rejection {
    case .conflict: "ALREADY_EXISTS"
    case .cancelled: "CARRIER_BILLING.PAYMENT_CANCELLED"
    case .unknownTransaction: "NOT_FOUND"
    case .notCaptured: "CARRIER_BILLING_REFUND.INVALID_PAYMENT_STATUS"
    case .notRefundable: "CARRIER_BILLING_REFUND.UNAUTHORIZED_AMOUNT"
    case .alreadyFinal: "CARRIER_BILLING.PAYMENT_CONFIRMED"
    }
  }
}
