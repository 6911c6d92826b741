import Foundation
import HTTPTypes
import Kernel

/// What a request must be before the book sees it.
enum RequestChecks {
  static func charge(_ body: CarrierBodies.CreatePayment, defaultSink: Sink?) throws(APIError) -> ChargeRequest {
    let transaction = body.amountTransaction
    let charging = transaction.paymentAmount.chargingInformation
    guard let phone = transaction.phoneNumber else {
      throw APIError(.unprocessableContent, "CARRIER_BILLING.PHONE_NUMBER_REQUIRED", "Phone Number is required.")
    }
    guard isPhoneNumber(phone) else { throw APIError.invalid("phoneNumber must be E.164 with a plus sign.") }
    let reference = try text(transaction.clientCorrelator ?? transaction.referenceCode, "clientCorrelator")
    let code = try text(transaction.referenceCode, "referenceCode")
    let sink = try sink(body.sink, body.sinkCredential) ?? defaultSink
    return ChargeRequest(
      reference: reference, amount: try amount(charging), currency: charging.currency, method: phone,
      // Without a correlator nothing makes a repeat safe.
      keyed: transaction.clientCorrelator != nil, notifies: sink != nil,
      details: BookingDetails(
        referenceCode: code == reference ? nil : code, description: try text(charging.description, "description"),
        merchant: transaction.paymentAmount.chargingMetaData?.merchantIdentifier, sink: sink))
  }

  static func refund(
    _ body: CarrierBodies.CreateRefund, payment: String, defaultSink: Sink?
  ) throws(APIError) -> RefundRequest {
    let transaction = body.amountTransaction
    let charging = transaction.refundAmount.chargingInformation
    guard ["total", "partial"].contains(body.type) else { throw APIError.invalid("type must be total or partial.") }
    if body.type == "partial", charging == nil {
      throw APIError.invalid("Expected property is missing: amountTransaction.refundAmount.chargingInformation.")
    }
    let partial = body.type == "partial" ? charging : nil
    let reference = try text(transaction.clientCorrelator ?? transaction.referenceCode, "clientCorrelator")
    let code = try text(transaction.referenceCode, "referenceCode")
    let sink = try sink(body.sink, body.sinkCredential) ?? defaultSink
    var minor: Int64?
    if let partial { minor = try amount(partial) }
    return RefundRequest(
      reference: reference, transaction: payment, amount: minor, currency: partial?.currency,
      keyed: transaction.clientCorrelator != nil, notifies: sink != nil,
      details: BookingDetails(
        referenceCode: code == reference ? nil : code, description: try text(body.reason ?? "", "reason", empty: true),
        merchant: transaction.refundAmount.chargingMetaData?.merchantIdentifier, sink: sink))
  }

  static func amount(_ charging: CarrierBodies.ChargingInformation) throws(APIError) -> Int64 {
    guard Amounts.isCurrency(charging.currency) else {
      throw APIError.invalid("Currency is unknown or not authorized.")
    }
    guard let minor = Amounts.minor(charging.amount, charging.currency) else {
      throw APIError.invalid("amount must be more than zero and a whole number of the currency's minor units.")
    }
    return minor
  }

  /// At most 256 bytes (CAMARA's limit for correlators), nothing unprintable: it goes into headers and CSV.
  static func text(_ value: String, _ name: String, empty: Bool = false) throws(APIError) -> String {
    guard value.utf8.count <= 256, empty || !value.isEmpty, !value.unicodeScalars.contains(where: { $0.value < 32 })
    else { throw APIError.invalid("\(name) must be 1…256 bytes without control characters.") }
    return value
  }

  /// `^\+[1-9][0-9]{4,14}$`
  static func isPhoneNumber(_ text: String) -> Bool {
    let digits = text.utf8.dropFirst()
    return text.utf8.first == UInt8(ascii: "+") && (5...15).contains(digits.count)
      && digits.first != UInt8(ascii: "0") && digits.allSatisfy { (48...57).contains($0) }
  }

  private static func sink(
    _ url: String?, _ credential: CarrierBodies.SinkCredential?
  ) throws(APIError) -> Sink? {
    guard let url else { return nil }
    let parts = URL(string: url)
    let isLocal = ["127.0.0.1", "localhost", "::1", "[::1]"].contains(parts?.host() ?? "")
    guard url.utf8.count <= 2_048, parts?.scheme == "https" || (parts?.scheme == "http" && isLocal),
      parts?.host()?.isEmpty == false
    else { throw APIError(.badRequest, "INVALID_SINK", "sink not valid for the specified protocol") }
    guard let credential else { return Sink(url: url, token: nil) }
    guard credential.credentialType == "ACCESSTOKEN" else {
      throw APIError(.badRequest, "INVALID_CREDENTIAL", "Only Access token is supported")
    }
    guard credential.accessTokenType?.lowercased() == "bearer", let token = credential.accessToken,
      !token.isEmpty, token.utf8.count <= 4_096, token.utf8.allSatisfy({ (33...126).contains($0) })
    else { throw APIError(.badRequest, "INVALID_TOKEN", "Only bearer token is supported") }
    return Sink(url: url, token: token)
  }
}
