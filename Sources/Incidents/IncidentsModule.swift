import Kernel
import Store

/// Everything that incidents bring, top to bottom.
package enum IncidentsModule {
  package static let migrations = IncidentsSchema.migrations
  package static let checks = IncidentChecks.all

  /// A worker's steps.
  package static func steps(_ kernel: Kernel, _ parts: HarmParts) -> [Step] {
    let loop = IncidentLoop(kernel: kernel, parts: parts)
    return [
      Step("notice incidents", idle: .seconds(15)) { try await loop.notice.run() },
      Step("find the affected", idle: .seconds(1)) { try await loop.search.run() },
      Step("make whole", idle: .seconds(1)) { try await loop.makeWhole.run() },
      // While refunds come in it finds some at each look; the last ones should not wait for it.
      Step("hear of remedies", idle: .milliseconds(500)) { try await loop.hear.run() },
    ]
  }
}

/// The steps of the loop, for a worker side by side or for a simulation one after the other.
package struct IncidentLoop: Sendable {
  package var notice: NoticeStep
  package var search: SearchStep
  package var makeWhole: MakeWholeStep
  package var hear: HearStep

  package init(kernel: Kernel, parts: HarmParts) {
    notice = NoticeStep(kernel: kernel, parts: parts)
    search = SearchStep(kernel: kernel, parts: parts)
    makeWhole = MakeWholeStep(kernel: kernel, parts: parts)
    hear = HearStep(kernel: kernel, parts: parts)
  }

  /// Everything that can be done now.
  @discardableResult
  package func settle() async throws -> Int {
    var total = 0
    var done = -1
    while done != 0 {
      done = try await round()
      total += done
    }
    return total
  }

  /// One batch of each step.
  package func round() async throws -> Int {
    try await notice.run() + search.run() + makeWhole.run() + hear.run()
  }
}
