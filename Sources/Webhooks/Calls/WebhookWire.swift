import Kernel

/// A message as it leaves.
package struct WebhookMessage: Sendable {
  package var id: String
  /// Whole seconds since 1970.
  package var time: String
  package var signature: String
  package var body: [UInt8]
}

/// What came of one call.
package enum WebhookAnswer: Sendable, Equatable {
  /// - Parameter start: the first bytes of the body.
  case answered(status: Int, start: String)
  /// None came in time, or none could be asked for; why, in a few words.
  case none(String)

  /// Only a 2xx says that the consumer has it. A redirect is not followed: it would send what was meant for one to another.
  var isTaken: Bool { if case .answered(let status, _) = self { (200..<300).contains(status) } else { false } }

  /// "I am not there any more": nothing more is sent (Standard Webhooks, "Status codes").
  var isGone: Bool { if case .answered(410, _) = self { true } else { false } }
}

/// Calls to one endpoint, over connections of their own.
package struct WebhookSession: Sendable {
  package var deliver: @Sendable (WebhookMessage) async -> WebhookAnswer
  package var close: @Sendable () async -> Void

  package init(
    deliver: @escaping @Sendable (WebhookMessage) async -> WebhookAnswer,
    close: @escaping @Sendable () async -> Void = {}
  ) {
    self.deliver = deliver
    self.close = close
  }
}

/// How webhooks leave: `HTTPWire` in the program.
package struct WebhookWire: Sendable {
  /// Looks up where the address leads and whether that may be called; never throws, and answers within a time-out.
  package var open: @Sendable (_ url: String) async -> WebhookSession

  package init(open: @escaping @Sendable (_ url: String) async -> WebhookSession) { self.open = open }

  /// How long one call may take, with its connection.
  package static let timeout = Span.seconds(10)
  /// Bytes of an answer that are kept.
  package static let kept = 500
}
