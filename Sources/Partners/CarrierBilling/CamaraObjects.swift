import Foundation

/// The bodies that are sent. Field names are the standard's.
struct CamaraCreate: Encodable {
  struct Transaction: Encodable {
    struct Amount: Encodable {
      struct Charging: Encodable {
        var amount: Decimal
        var currency: String
        var description: String
        /// Ours is what the payer pays, whole; without this the operator may add tax to it.
        var isTaxIncluded = true
      }
      struct MetaData: Encodable { var merchantIdentifier: String }

      var chargingInformation: Charging
      var chargingMetaData: MetaData?
    }

    var phoneNumber: String?
    var clientCorrelator: String
    var referenceCode: String
    var paymentAmount: Amount?
    var refundAmount: Amount?
  }

  struct Credential: Encodable {
    var credentialType = "ACCESSTOKEN"
    var accessToken: String
    var accessTokenExpiresUtc: String
    var accessTokenType = "bearer"
  }

  /// `partial` for refunds: it carries the amount, so that answer and request can be compared.
  var type: String?
  var amountTransaction: Transaction
  var sink: String?
  var sinkCredential: Credential?
}

/// A payment or a refund, as it is answered.
struct CamaraResource: Decodable, Sendable {
  struct Transaction: Decodable, Sendable {
    struct Amount: Decodable, Sendable {
      struct Charging: Decodable, Sendable {
        var amount: Decimal
        var currency: String
      }

      var chargingInformation: Charging?
    }

    var clientCorrelator: String?
    var referenceCode: String?
    var paymentAmount: Amount?
    var refundAmount: Amount?
  }

  var paymentId: String?
  var paymentStatus: String?
  var paymentCreationDate: String?
  var refundId: String?
  var refundStatus: String?
  var refundCreationDate: String?
  var amountTransaction: Transaction

  /// Both names of a reference are ours; one that differs makes it somebody else's.
  var reference: String? {
    let (correlator, code) = (amountTransaction.clientCorrelator, amountTransaction.referenceCode)
    if let correlator, let code, correlator != code { return nil }
    return correlator ?? code
  }

  var charging: Transaction.Amount.Charging? {
    (amountTransaction.paymentAmount ?? amountTransaction.refundAmount)?.chargingInformation
  }
}

struct CamaraError: Decodable, Sendable { var code: String }

/// A CloudEvent (CloudEvents 1.0.2, structured JSON) of either interface.
struct CamaraEvent: Decodable, Sendable {
  struct Payload: Decodable, Sendable {
    var paymentId: String
    var refundId: String?
  }

  var id: String
  var source: String
  var specversion: String
  var type: String
  var time: String
  /// An extension attribute, not the standard's: an operator that sends our reference makes matching easier.
  var clientcorrelator: String?
  var data: Payload
}
