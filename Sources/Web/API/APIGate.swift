import HTTPTypes
import Hummingbird

/// What stands around every door below `/api`: whatever goes wrong becomes problem details, and nobody asks too often.
struct APIGate: Sendable {
  let limits: RateLimits

  func answer(
    _ request: Request, _ visit: Visit, _ keeper: DoorKeeper, needs right: Right,
    _ handler: @Sendable (Request, Visit) async throws -> Response
  ) async -> Response {
    var visit = visit
    visit.network = keeper.network(of: request, visit)
    var fields: HTTPFields = [:]
    do {
      do { if let elsewhere = try await keeper.admit(request, &visit, needs: right) { return elsewhere } } catch {
        // Whoever guesses is counted by where they come from; whoever has a good token from the same place is not.
        let standing = limits.count(visit.identity, from: visit.network)
        fields = standing.fields
        try standing.hold()
        throw error
      }
      let standing = limits.count(visit.identity, from: visit.network)
      fields = standing.fields
      try standing.hold()
      var response = try await handler(request, visit)
      for field in fields { response.headers[field.name] = field.value }
      return response
    } catch { return APIProblem(error, visit).response(adding: fields) }
  }
}

extension APIGate {
  /// What came to no door: an address that is none, or another method than it takes. It is counted by where it comes from,
  /// whatever token it shows: whoever tries addresses is looking for something.
  func refuse(_ problem: APIProblem, from network: ClientNetwork) -> Response {
    let standing = limits.count(nil, from: network)
    do { try standing.hold() } catch { return error.response(adding: standing.fields) }
    return problem.response(adding: standing.fields)
  }
}

extension Request {
  /// Who asks here is a program, whatever it says it reads.
  var isAPI: Bool { uri.path == "/api" || uri.path.hasPrefix("/api/") }
}
