import HTTPTypes
import Hummingbird
import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Accounts
@testable import Server

/// Who may come through which door of the real server. The two tables are written down here once more: whoever changes a right
/// changes them too, and is seen.
@Suite("Every door, and every role at it")
struct DoorTests {
  static let table: [String: Right] = [
    "GET /health": .anybody, "GET /ready": .anybody, "GET /assets/:name": .anybody, "POST /language": .anybody,
    "GET /keys": .anybody, "POST /keys": .anybody, "GET /sign-in": .anybody,
    "POST /sign-in": .anybody,
    "GET /forgotten": .anybody, "POST /forgotten": .anybody, "GET /link/:secret": .anybody,
    "POST /link/:secret": .anybody,
    "POST /partners/:lane/notifications": .partnersSignature,
    "POST /control": .controlToken, "POST /control/import": .controlToken, "POST /control/backup": .controlToken,
    "GET /sign-in/second-step": .secondStep, "POST /sign-in/second-step": .secondStep,
    "POST /sign-out": .ownAccount, "GET /account": .ownAccount, "POST /account/password": .ownAccount,
    "POST /account/sessions/end": .ownAccount, "POST /account/second-factor": .ownAccount,
    "POST /account/second-factor/confirm": .ownAccount, "POST /account/second-factor/remove": .ownAccount,
    "POST /account/tokens": .ownAccount, "POST /account/tokens/revoke": .ownAccount,
    "GET /accounts": .readAccounts, "GET /accounts/:id": .readAccounts,
    "POST /accounts": .manageAccounts, "POST /accounts/:id/link": .manageAccounts,
    "POST /accounts/:id/bind": .manageAccounts, "POST /accounts/:id/unbind": .manageAccounts,
    "POST /accounts/:id/role": .manageAccounts, "POST /accounts/:id/suspend": .manageAccounts,
    "POST /accounts/:id/resume": .manageAccounts, "POST /accounts/:id/second-factor": .manageAccounts,
    "GET /": .readRenewals, "GET /subscribers": .readSubscribers, "GET /subscribers/:id": .readSubscribers,
    "GET /my/link": .anybody, "POST /my/link": .anybody, "GET /my/link/:secret": .anybody,
    "GET /my": .ownSubscription, "POST /my/language": .ownSubscription, "POST /my/receipts": .ownSubscription,
    "POST /my/subscriptions/:id/cancel": .ownSubscription, "POST /my/subscriptions/:id/keep": .ownSubscription,
    "POST /my/subscriptions/:id/pause": .ownSubscription, "POST /my/subscriptions/:id/resume": .ownSubscription,
    "GET /my/subscriptions/:id/method": .ownSubscription, "POST /my/subscriptions/:id/method": .ownSubscription,
    "GET /my/method/:secret": .ownSubscription, "GET /my/payments/:payment/receipt.pdf": .ownSubscription,
    "POST /my/sign-out": .ownSubscription, "POST /my/revoke": .ownSubscription,
    "POST /subscribers/:id/link": .changeSubscriptions,
    "GET /subscribers/:id/payments/:payment/receipt.pdf": .readSubscribers,
    "GET /partners": .readRenewals, "GET /partners/:lane": .readRenewals,
    "POST /partners/:lane/stop": .stopPartners, "POST /partners/:lane/resume": .stopPartners,
    "GET /queue": .readRenewals, "GET /queue/:id": .readRenewals, "POST /queue/:id/take": .takeWork,
    "POST /queue/:id/hold": .takeWork, "POST /queue/:id/decide": .decideCharges,
    "POST /queue/:id/decide-harmless": .runRenewals, "GET /messages/:state": .readRenewals,
    "POST /messages/:state/retry": .runRenewals,
    "GET /alerts": .readRenewals, "POST /alerts/:id/take": .takeWork,
    "GET /journal": .readJournal, "GET /journal/:fact": .readJournal, "GET /journal/:fact/receipt": .readJournal,
    "POST /journal/verify": .readJournal,
    "GET /charges": .readRenewals,
    "GET /subscribers/:id/subscriptions/:subscription/cancel": .changeSubscriptions,
    "POST /subscribers/:id/subscriptions/:subscription/cancel": .changeSubscriptions,
    "GET /subscribers/:id/subscriptions/:subscription/pause": .changeSubscriptions,
    "POST /subscribers/:id/subscriptions/:subscription/pause": .changeSubscriptions,
    "GET /subscribers/:id/subscriptions/:subscription/resume": .changeSubscriptions,
    "POST /subscribers/:id/subscriptions/:subscription/resume": .changeSubscriptions,
    "GET /subscribers/:id/chargebacks/:chargeback": .decideCharges,
    "POST /subscribers/:id/chargebacks/:chargeback": .decideCharges,
    "GET /subscribers/:id/payments/:payment/refund": .refundPayments,
    "POST /subscribers/:id/payments/:payment/refund": .refundPayments,
    "GET /subscribers/:id/notes": .writeNotes, "POST /subscribers/:id/notes": .writeNotes,
    "GET /mails": .readMails, "GET /mails/:id": .readMails, "GET /mails/:id/html": .readMails,
    "GET /webhooks": .readWebhooks, "GET /webhooks/:id": .readWebhooks,
    "POST /webhooks/deliveries/:id/resend": .manageWebhooks,
    "GET /incidents": .readIncidents, "GET /incidents/:id": .readIncidents, "POST /incidents": .runIncidents,
    "POST /incidents/:id/contain": .runIncidents, "POST /incidents/:id/undo": .runIncidents,
    "POST /incidents/:id/contained": .runIncidents, "POST /incidents/:id/tell": .runIncidents,
    "POST /incidents/:id/to-tell": .runIncidents, "POST /incidents/:id/note": .runIncidents,
    "POST /incidents/:id/find": .runIncidents, "POST /incidents/:id/try": .runIncidents,
    "POST /incidents/:id/run": .runIncidents, "POST /incidents/:id/close": .runIncidents,
    "POST /incidents/:id/approve-found": .approveRemedies, "POST /incidents/:id/approve": .approveRemedies,
    "GET /incidents/:id/people": .readIncidents, "GET /incidents/:id/people/:person": .readIncidents,
    "POST /incidents/:id/people/:person/retry": .runIncidents,
    "POST /incidents/:id/people/:person/contact": .tellAffected,
    "POST /incidents/:id/people/:person/unreachable": .tellAffected,
    "POST /incidents/:id/people/:person/unharmed": .tellAffected, "GET /incidents/:id/report.pdf": .readIncidents,
    "GET /incidents/:id/report.json": .readIncidents,
    "GET /incidents/:id/lesson": .readIncidents, "POST /incidents/:id/lesson": .runIncidents,
    "POST /incidents/:id/lesson/actions": .runIncidents, "POST /incidents/:id/lesson/done": .runIncidents,
    "POST /incidents/:id/lesson/seen": .signLaunches, "POST /incidents/:id/lesson/close": .runIncidents,
    "GET /launches": .readIncidents, "POST /launches": .runIncidents, "GET /launches/:id": .readIncidents,
    "POST /launches/:id/answer": .runIncidents, "POST /launches/:id/sign": .signLaunches,
    "GET /checklist": .readIncidents, "POST /checklist": .runIncidents, "POST /checklist/:id/retire": .runIncidents,
    "GET /objections/:id": .readIncidents, "POST /objections/:id": .answerObjections,
    "POST /my/incidents/:id/object": .ownSubscription,
  ].merging(api) { $1 }

  static let api: [String: Right] = [
    "GET /api/openapi.json": .anybody,
    "GET /api/v1/plans": .readRenewals, "GET /api/v1/plans/:code": .readRenewals, "POST /api/v1/plans": .offerPlans,
    "GET /api/v1/customers": .readSubscribers, "GET /api/v1/customers/:id": .readSubscribers,
    "GET /api/v1/customers/search": .readSubscribers,
    "POST /api/v1/customers": .changeSubscriptions,
    "GET /api/v1/subscriptions": .readSubscribers, "GET /api/v1/subscriptions/:id": .readSubscribers,
    "POST /api/v1/subscriptions": .changeSubscriptions,
    "POST /api/v1/subscriptions/:id/cancel": .changeSubscriptions,
    "POST /api/v1/subscriptions/:id/pause": .changeSubscriptions,
    "POST /api/v1/subscriptions/:id/resume": .changeSubscriptions,
    "POST /api/v1/subscriptions/:id/payment-method": .changeSubscriptions,
    "GET /api/v1/charges": .readSubscribers, "GET /api/v1/charges/:id": .readSubscribers,
    "GET /api/v1/payments": .readSubscribers, "GET /api/v1/payments/:id": .readSubscribers,
    "POST /api/v1/payments/:id/refund": .refundPayments,
    "GET /api/v1/refunds": .readSubscribers, "GET /api/v1/refunds/:id": .readSubscribers,
    "GET /api/v1/refunds/:id/attempts": .readSubscribers,
    "GET /api/v1/chargebacks": .readSubscribers, "GET /api/v1/chargebacks/:id": .readSubscribers,
    "POST /api/v1/chargebacks/:id/decide": .decideCharges,
    "GET /api/v1/partners": .readRenewals, "GET /api/v1/partners/:name": .readRenewals,
    "POST /api/v1/partners/:name/stop": .stopPartners, "POST /api/v1/partners/:name/resume": .stopPartners,
    "GET /api/v1/queue": .readRenewals, "GET /api/v1/queue/:reference": .readRenewals,
    "POST /api/v1/queue/:reference/decide": .decideCharges,
    "GET /api/v1/alerts": .readRenewals, "GET /api/v1/alerts/:id": .readRenewals,
    "GET /api/v1/journal/facts": .readJournal, "GET /api/v1/journal/facts/:number": .readJournal,
    "GET /api/v1/journal/facts/:number/receipt": .readJournal, "GET /api/v1/journal/checkpoint": .readJournal,
    "GET /api/v1/webhooks": .readWebhooks, "GET /api/v1/webhooks/:id": .readWebhooks,
    "GET /api/v1/webhook-types": .readWebhooks, "POST /api/v1/webhooks": .manageWebhooks,
    "POST /api/v1/webhooks/:id/rotate": .manageWebhooks, "POST /api/v1/webhooks/:id/disable": .manageWebhooks,
    "POST /api/v1/webhooks/:id/enable": .manageWebhooks, "POST /api/v1/webhooks/:id/remove": .manageWebhooks,
    "POST /api/v1/webhooks/:id/resend": .manageWebhooks, "GET /api/v1/webhooks/:id/deliveries": .readWebhooks,
    "GET /api/v1/webhook-deliveries/:id": .readWebhooks,
    "POST /api/v1/webhook-deliveries/:id/resend": .manageWebhooks,
    "GET /api/v1/test-clocks": .useTestClocks, "GET /api/v1/test-clocks/:id": .useTestClocks,
    "POST /api/v1/test-clocks": .useTestClocks, "POST /api/v1/test-clocks/:id/advance": .useTestClocks,
  ]

  static let rights: [Web.Role: Set<Right>] = [
    .operator: [
      .ownAccount, .readRenewals, .readSubscribers, .readJournal, .runRenewals, .stopPartners, .changeSubscriptions,
      .offerPlans, .readWebhooks, .manageWebhooks, .useTestClocks, .readIncidents, .runIncidents, .signLaunches,
      .answerObjections, .tellAffected, .takeWork, .writeNotes,
    ],
    .finance: [
      .ownAccount, .readRenewals, .readSubscribers, .readJournal, .readMails, .refundPayments, .decideCharges,
      .readIncidents, .runIncidents, .approveRemedies, .signLaunches, .answerObjections, .tellAffected, .takeWork,
      .writeNotes,
    ],
    .support: [
      .ownAccount, .readRenewals, .readSubscribers, .readMails, .changeSubscriptions, .readIncidents, .answerObjections,
      .tellAffected, .writeNotes,
    ],
    .auditor: [
      .ownAccount, .readRenewals, .readSubscribers, .readJournal, .readAccounts, .readMails, .readWebhooks,
      .readIncidents,
    ],
    .administrator: [.ownAccount, .readAccounts, .readMails, .manageAccounts],
    .subscriber: [.ownAccount, .ownSubscription],
  ]

  @Test("The doors are those of the table, each with its right, and the roles have theirs")
  func known() async throws {
    try await DoorHouse.open(on: .sqlite) { house in
      for door in house.doors {
        #expect(Self.table["\(door)"] == door.right, "\(door) needs \(door.right): say so in this table, if it should")
      }
      #expect(Set(house.doors.map(\.description)) == Set(Self.table.keys))
    }
    #expect(Set(Self.rights.keys) == Set(Web.Role.allCases))
    for (role, rights) in Self.rights { #expect(role.rights == rights, "\(role)") }
  }

  /// The path with something in place of `:id`.
  private static func path(_ door: Doors.Door) -> String {
    "/" + door.path.split(separator: "/").map { $0.hasPrefix(":") ? "1" : String($0) }.joined(separator: "/")
  }

  @Test("Everybody comes in where they may and nowhere else", arguments: TestEngine.available)
  func walk(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      for door in house.doors {
        for role in Web.Role.allCases {
          // A session for each: signing out is a door too.
          let (cookie, proof) = try await house.browser(role)
          let answer = try await house.send(
            door.method, Self.path(door), form: [("proof", proof)], cookie: cookie)
          let refused = answer.status == 401 || answer.status == 403
          switch door.right {
          case .anybody: #expect(!refused && !answer.isToSignIn || door.path == "sign-in", "\(door) as \(role)")
          case .controlToken: #expect(answer.status == 401, "\(door) as \(role)")
          case .partnersSignature: #expect(answer.status == 404, "\(door) as \(role): there is no partner")
          case .secondStep: #expect(answer.status == 303 && answer.location == "/account", "\(door) as \(role)")
          default:
            let may = Self.rights[role]?.contains(door.right) == true
            #expect(refused == !may, "\(door) as \(role): \(answer.status)")
            #expect(answer.status < 500, "\(door) as \(role): \(answer.status)")
          }
        }
      }
    }
  }

  @Test("Nobody comes in without an account, nor with a session that waits for a code", arguments: TestEngine.available)
  func nobody(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      for door in house.doors where door.right != .anybody && !door.right.verifiesItself {
        for cookie in [nil, "amends-session=made-up"] {
          let person = try await house.send(door.method, Self.path(door), cookie: cookie)
          // What is below /api is for programs, whoever asks; subscribers get in elsewhere.
          let isOwn = door.right == .ownSubscription && person.location == "/my/link"
          #expect(
            door.path.hasPrefix("api/") ? person.status == 401 : isOwn || person.isToSignIn, "\(door): \(person.status)"
          )
          let program = try await house.send(
            door.method, Self.path(door), cookie: cookie, headers: [.accept: "application/json"])
          #expect(program.status == 401, "\(door): \(program.status)")
          for header in ["Bearer made-up", "Bearer ", "Basic YTpi", "Bearer \(ApiToken.new().text)"] {
            let program = try await house.send(
              door.method, Self.path(door), cookie: cookie,
              headers: [.accept: "application/json", .authorization: header])
            #expect(program.status == 401, "\(door) with \(header): \(program.status)")
          }
        }
        guard door.right != .secondStep else { continue }
        let (cookie, proof) = try await house.browser(house.accounts[.administrator] ?? 0, .secondStep)
        let half = try await house.send(door.method, Self.path(door), form: [("proof", proof)], cookie: cookie)
        #expect(
          door.path.hasPrefix("api/")
            ? half.status == 403 : half.status == 303 && half.location == "/sign-in/second-step",
          "\(door): \(half.status)")
      }
    }
  }

  @Test("A token comes in where its scopes say, and nowhere else", arguments: TestEngine.available)
  func tokens(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let id = house.accounts[.auditor] ?? 0
      let token = try await house.desk.makeToken(
        for: id, title: "t", scopes: [.readRenewals, .readAccounts], days: 1, by: Web.Role.auditor.actor(id))
      for door in house.doors where door.right != .anybody && !door.right.verifiesItself {
        let answer = try await house.send(
          door.method, Self.path(door),
          headers: [.accept: "application/json", .authorization: "Bearer \(token.text)"])
        let may = door.right == .readRenewals || door.right == .readAccounts
        #expect((answer.status == 403) == !may, "\(door): \(answer.status)")
        #expect(answer.status != 401)
      }
      // As a cookie, or in the address, it is nothing.
      #expect(try await house.send(.get, "/", cookie: "amends-session=\(token.text)").isToSignIn)
      #expect(try await house.send(.get, "/?access_token=\(token.text)").isToSignIn)
    }
  }
}
