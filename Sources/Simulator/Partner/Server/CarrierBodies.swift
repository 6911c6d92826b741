import Foundation
import Kernel

/// The bodies of CAMARA Carrier Billing v0.3 and Carrier Billing Refund v0.1, as far as one-step payments need them.
/// Source: camaraproject/CarrierBillingCheckOut, release r1.3.
enum CarrierBodies {
  struct CreatePayment: Decodable {
    var amountTransaction: AmountTransaction
    var sink: String?
    var sinkCredential: SinkCredential?
  }

  struct AmountTransaction: Codable {
    var phoneNumber: String?
    var clientCorrelator: String?
    var referenceCode: String
    var paymentAmount: PaymentAmount
    /// In answers only.
    var resourceURL: String?
  }

  struct PaymentAmount: Codable {
    var chargingInformation: ChargingInformation
    var chargingMetaData: ChargingMetaData?
  }

  struct ChargingInformation: Codable {
    var amount: Decimal
    var currency: String
    var description: String
  }

  struct ChargingMetaData: Codable { var merchantIdentifier: String? }

  struct SinkCredential: Decodable {
    var credentialType: String
    var accessToken: String?
    var accessTokenType: String?
  }

  struct Payment: Encodable {
    var paymentId: String
    var amountTransaction: AmountTransaction
    var paymentStatus: String
    var paymentCreationDate: String
    var paymentDate: String?
    var sink: String?
  }

  struct CreateRefund: Decodable {
    var type: String
    var amountTransaction: RefundTransaction
    var reason: String?
    var sink: String?
    var sinkCredential: SinkCredential?
  }

  struct RefundTransaction: Codable {
    var clientCorrelator: String?
    var referenceCode: String
    var refundAmount: RefundAmount
  }

  struct RefundAmount: Codable {
    /// Absent in a total refund.
    var chargingInformation: ChargingInformation?
    var chargingMetaData: ChargingMetaData?
  }

  struct Refund: Encodable {
    var refundId: String
    var refundStatus: String
    var type: String
    var refundCreationDate: String
    var refundDate: String?
    var amountTransaction: RefundTransaction
  }

  struct RemainingAmount: Encodable {
    var amount: Decimal
    var currency: String
  }
}

/// A booking together with what was handed in with it.
struct Shown: Sendable {
  var booking: Booking
  var details: BookingDetails?

  init(_ booking: Booking, in book: PartnerBook) {
    self.booking = booking
    details = book.details(of: booking.transaction)
  }

  private var charging: CarrierBodies.ChargingInformation {
    CarrierBodies.ChargingInformation(
      amount: Amounts.major(booking.amount, booking.currency), currency: booking.currency,
      description: details?.description ?? "")
  }
  private var finalDate: String? { booking.status == .succeeded ? booking.bookedAt.map(Timestamp.text) : nil }
  private var metaData: CarrierBodies.ChargingMetaData? {
    details?.merchant.map { CarrierBodies.ChargingMetaData(merchantIdentifier: $0) }
  }

  var payment: CarrierBodies.Payment {
    CarrierBodies.Payment(
      paymentId: booking.transaction,
      amountTransaction: CarrierBodies.AmountTransaction(
        phoneNumber: booking.payer, clientCorrelator: booking.reference,
        referenceCode: details?.referenceCode ?? booking.reference,
        paymentAmount: CarrierBodies.PaymentAmount(chargingInformation: charging, chargingMetaData: metaData),
        resourceURL: "urn:payments:\(booking.transaction)"),
      paymentStatus: booking.status.rawValue, paymentCreationDate: Timestamp.text(booking.createdAt),
      paymentDate: finalDate, sink: details?.sink?.url)
  }

  /// `total` or `partial` as it was asked for is not kept: every refund is shown with its amount, as `partial`.
  var refund: CarrierBodies.Refund {
    CarrierBodies.Refund(
      refundId: booking.transaction, refundStatus: booking.status.rawValue, type: "partial",
      refundCreationDate: Timestamp.text(booking.createdAt), refundDate: finalDate,
      amountTransaction: CarrierBodies.RefundTransaction(
        clientCorrelator: booking.reference, referenceCode: details?.referenceCode ?? booking.reference,
        refundAmount: CarrierBodies.RefundAmount(chargingInformation: charging, chargingMetaData: metaData)))
  }
}
