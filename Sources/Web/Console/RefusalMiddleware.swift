import Hummingbird
import Kernel
import Logging
import NIOHTTP1
import Words

/// Turns every refusal and every failure behind it into a page, for those who read pages; programs get what was thrown, and below
/// `/api` problem details.
package struct RefusalMiddleware: RouterMiddleware {
  /// Asked for each refusal; it must not need the database.
  private let console: @Sendable (Request) -> Console
  private let addresses: APIAddresses
  /// Answers a program that came to no door.
  private let refuse: @Sendable (APIProblem, Request, Visit) -> Response

  init(
    addresses: APIAddresses, refuse: @escaping @Sendable (APIProblem, Request, Visit) -> Response,
    console: @escaping @Sendable (Request) -> Console
  ) {
    self.addresses = addresses
    self.refuse = refuse
    self.console = console
  }

  package func handle(
    _ request: Request, context: Visit, next: (Request, Visit) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      if request.isAPI { return refuse(problem(for: error, request, context), request, context) }
      // Found while a body was being read: what came is no HTTP, which is no failure of ours.
      let error = error is HTTPParserError ? HTTPError(.badRequest) : error
      guard request.readsPages else {
        // What the domain says no to is no failure of ours, whoever asked.
        if let refusal = error as? Refusal { throw AccessRefusal(RefusalPage(refusal).status, refusal.message) }
        throw error
      }
      return page(for: error, request, context).response()
    }
  }

  /// What reaches this place below `/api` came to no door: an address that is none, or another method than it takes.
  private func problem(for error: any Error, _ request: Request, _ context: Visit) -> APIProblem {
    let methods = addresses.methods(at: request.uri.path)
    return methods.isEmpty || methods.contains(request.method) ? APIProblem(error, context) : .notAllowed(methods)
  }

  private func page(for error: any Error, _ request: Request, _ context: Visit) -> HTMLResponse {
    let refusal: RefusalPage
    switch error {
    case let known as RefusalPage: refusal = known
    case let known as Refusal: refusal = RefusalPage(known)
    case is NobodysPage: refusal = RefusalPage(.forbidden, said: .nobodysPage, console(request).words)
    case let known as any HTTPResponseError: refusal = RefusalPage(known.status)
    default:
      // The type alone: an error's text may hold what a person entered.
      context.logger.error("web.failed", metadata: ["error.type": "\(type(of: error))"])
      refusal = RefusalPage(.internalServerError)
    }
    let isOwn = request.uri.path == Paths.own || request.uri.path.hasPrefix(Paths.own + "/")
    return isOwn
      ? refusal.ownPage(in: console(request), reference: context.id)
      : refusal.page(in: console(request), reference: context.id)
  }
}
