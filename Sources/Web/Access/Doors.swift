import HTTPTypes
import Hummingbird
import Kernel

/// The only way to add a page or an endpoint: with the one right that it needs.
///
///     doors.get("subscribers", needs: .readSubscribers) { request, visit in … }
///
/// A test walks `list` as every role and as nobody.
package final class Doors {
  package struct Door: Sendable, Hashable, CustomStringConvertible {
    package let method: HTTPRequest.Method
    package let path: String
    package let right: Right

    package var description: String { "\(method.rawValue) /\(path)" }
  }

  package private(set) var list: [Door] = []
  package let keeper: DoorKeeper
  private let router = Router(context: Visit.self)
  private let gate: APIGate
  private let addresses = APIAddresses()

  /// - Parameters:
  ///   - frame: makes what stands around a refusal.
  ///   - limits: how often programs may ask the API.
  package init(_ keeper: DoorKeeper, frame: Frame, limits: RateLimits = RateLimits(now: World.real.now)) {
    self.keeper = keeper
    gate = APIGate(limits: limits)
    router.add(middleware: MeasureMiddleware())
    if keeper.site.isSecure { router.add(middleware: StrictTransport()) }
    router.add(
      middleware: RefusalMiddleware(addresses: addresses) { [gate] problem, request, visit in
        gate.refuse(problem, from: keeper.network(of: request, visit))
      } console: {
        frame.plain(for: $0)
      })
  }

  package func get(
    _ path: String, needs right: Right,
    use handler: @escaping @Sendable (Request, Visit) async throws -> some ResponseGenerator
  ) { add(.get, path, right, handler) }

  /// - Parameter limit: of what is sent, in bytes; more than usual where people write long texts.
  package func post(
    _ path: String, needs right: Right, limit: Int = Form.limit,
    use handler: @escaping @Sendable (Request, Visit) async throws -> some ResponseGenerator
  ) { add(.post, path, right, limit: limit, handler) }

  /// What the server runs, once every door is there.
  package func responder() -> RouterResponder<Visit> { router.buildResponder() }

  private func add(
    _ method: HTTPRequest.Method, _ path: String, _ right: Right, limit: Int = Form.limit,
    _ handler: @escaping @Sendable (Request, Visit) async throws -> some ResponseGenerator
  ) {
    list.append(Door(method: method, path: path, right: right))
    if path.hasPrefix("api/") {
      addresses.add(path, method)
      router.on(RouterPath(path), method: method) { [keeper, gate] request, visit -> Response in
        await gate.answer(request, visit, keeper, needs: right) { request, visit in
          try await handler(request, visit).response(from: request, context: visit)
        }
      }
      return
    }
    router.on(RouterPath(path), method: method) { [keeper] request, visit -> Response in
      var visit = visit
      if let elsewhere = try await keeper.admit(request, &visit, needs: right, limit: limit) { return elsewhere }
      return try await handler(request, visit).response(from: request, context: visit)
    }
  }
}
