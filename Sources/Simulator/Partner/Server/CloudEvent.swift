import Foundation
import Kernel

/// A payment or refund event in CloudEvents 1.0 structured JSON, types and data as in CAMARA Carrier Billing v0.3 and Refund v0.1.
struct CloudEvent: Encodable {
  var id: String
  var source: String
  var type: String
  var specversion = "1.0"
  var datacontenttype = "application/json"
  var time: String
  var data: EventData
  /// Our extension attribute; not in CAMARA.
  var clientcorrelator: String?

  struct EventData: Encodable {
    var paymentId: String
    var refundId: String?
    var status: String
    var description: String
    var paymentDate: String?
    var refundDate: String?
    var denialReason: String?
  }

  init(_ outbound: Outbound, source: String) {
    let booking = outbound.booking
    let isRefund = booking.kind == .refund
    let succeeded = booking.status == .succeeded
    let date = Timestamp.text(booking.bookedAt ?? booking.createdAt)
    let what = succeeded ? "completed" : booking.status == .cancelled ? "cancelled" : "denied"
    id = outbound.eventID
    self.source = source
    type =
      isRefund
      ? "org.camaraproject.carrier-billing-refund.v0.refund-\(what)"
      : "org.camaraproject.carrier-billing.v0.payment-\(what)"
    time = date
    clientcorrelator = outbound.namesReference ? booking.reference : nil
    data = EventData(
      paymentId: (isRefund ? booking.original : nil) ?? booking.transaction,
      refundId: isRefund ? booking.transaction : nil, status: booking.status == .denied ? "failed" : "succeeded",
      description: "\(isRefund ? "Refund" : "Payment") \(what)", paymentDate: succeeded && !isRefund ? date : nil,
      refundDate: succeeded && isRefund ? date : nil, denialReason: booking.code)
  }

  func bytes() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Encoding structs of strings has no way to fail.
    return (try? encoder.encode(self)).map(Array.init) ?? []
  }
}
