import Kernel

/// The notification as `BookCounterpart` passes it inside the process: a line of fields between tabs, and a shared key in a
/// header instead of a signature. It proves that the message came from this object and nothing more; real signatures are the
/// business of the HTTP form. A reference must not have a tab in it.
public enum BookNotification {
  static let header = "x-book-key"

  static func message(_ outbound: Outbound, key: String) -> InboundMessage {
    let booking = outbound.booking
    let fields = [
      outbound.eventID, outbound.namesReference ? booking.reference : "", booking.transaction, booking.kind.rawValue,
      booking.status.rawValue, booking.code ?? "", String(booking.amount), booking.currency,
      String((booking.bookedAt ?? booking.createdAt).microseconds),
    ]
    return InboundMessage(headers: [header: key], body: Array(fields.joined(separator: "\t").utf8))
  }

  static func open(_ message: InboundMessage, key: String) throws(InboundRejection) -> [Testimony] {
    guard let given = message.headers[header] else { throw .unsigned }
    guard ConstantTime.isSame(given, key) else { throw .badSignature }
    let fields = message.body.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard fields.count == 9, let kind = BookingKind(rawValue: fields[3]),
      let status = BookingStatus(rawValue: fields[4]),
      let amount = Int64(fields[6]), let at = Int64(fields[8])
    else { throw .unreadable("not nine fields of a booking") }
    return [
      Testimony(
        eventID: fields[0], reference: fields[1].isEmpty ? nil : fields[1], transaction: fields[2],
        kind: kind == .capture ? "charge" : kind.rawValue, verdict: verdict(status, code: fields[5]), amount: amount,
        currency: fields[7], occurredAt: Instant(microseconds: at))
    ]
  }

  static func verdict(_ booking: Booking, refusal: (String) -> Verdict) -> Verdict {
    let said = verdict(booking.status, code: booking.code ?? "")
    guard case .refused(let code) = said else { return said }
    return refusal(code)
  }

  private static func verdict(_ status: BookingStatus, code: String) -> Verdict {
    switch status {
    case .processing, .reserved: .pending
    case .succeeded: .done
    case .denied, .refused: .refused(code: code)
    case .cancelled: .cancelled
    }
  }
}
