import Foundation
import Hummingbird
import Kernel
import Logging
import Metrics
import NIOCore
import Store
import Web

/// Where partners send their notifications: verified, stored as they came, answered. What they mean is found out later.
struct NotificationRoutes: Sendable {
  let outbox: Outbox
  let logger: Logger

  func add(to doors: Doors) {
    doors.post("partners/:lane/notifications", needs: .partnersSignature) { request, visit -> Response in
      let lane = try visit.parameters.require("lane")
      let buffer: ByteBuffer
      do { buffer = try await request.body.collect(upTo: Outbox.messageLimit) } catch is NIOTooManyBytesError {
        throw HTTPError(.contentTooLarge, message: "A notification may have \(Outbox.messageLimit) bytes.")
      }
      var headers: [String: String] = [:]
      for field in request.headers { headers[field.name.canonicalName] = field.value }
      do {
        let new = try await outbox.receive(InboundMessage(headers: headers, body: Array(buffer: buffer)), lane: lane)
        count(lane, new > 0 ? "kept" : "known")
        return Response(
          status: .ok, headers: [.contentType: "application/json"],
          body: .init(byteBuffer: ByteBuffer(string: "{\"new\":\(new)}")))
      } catch let rejection as InboundRejection {
        // The reason is counted and logged; a forger is told nothing.
        count(lane, Self.word(rejection))
        logger.warning(
          "a notification was refused", metadata: ["lane": "\(lane)", "reason": "\(Self.word(rejection))"])
        if case .unreadable = rejection { throw HTTPError(.badRequest) }
        throw HTTPError(.unauthorized)
      } catch is Refusal { throw HTTPError(.notFound) } catch let error as StoreError {
        count(lane, "notSaved")
        // Not saved, or not known to be: the partner has to send it again.
        logger.error("a notification could not be saved", metadata: ["lane": "\(lane)", "error": "\(error)"])
        throw HTTPError(.serviceUnavailable)
      }
    }
  }

  /// Only lanes that there are come here: others were refused before.
  private func count(_ lane: String, _ outcome: String) {
    Counter(label: "amends_notifications_total", dimensions: [("lane", lane), ("outcome", outcome)]).increment()
  }

  private static func word(_ rejection: InboundRejection) -> String {
    switch rejection {
    case .unsigned: "unsigned"
    case .badSignature: "badSignature"
    case .stale: "stale"
    case .unreadable: "unreadable"
    }
  }
}
