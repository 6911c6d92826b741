import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import Store
import TestSupport
import Testing
import Words

@testable import Mail
@testable import Web

@Suite("Mails in the console")
struct MailRouteTests {
  @Test("The list, one mail, and its HTML under a policy of its own")
  func pages() async throws {
    try await PostOffice.open(on: .sqlite) { office in
      let hostile = "<img src=x onerror=alert(1)>"
      let id = try await office.write(
        .cancelled(plan: hostile, until: nil, link: try Sample.link()), to: try Sample.recipient(.arabic))
      let doors = Doors(DoorKeeper(site: Site()) { _ in Self.support }, frame: Self.frame)
      MailRoutes(store: office.store, isKeptHere: true, frame: Self.frame).add(to: doors)
      try await Application(responder: doors.responder()).test(.router) { client in
        try await client.execute(uri: "/mails", method: .get, headers: Self.headers) { response in
          let page = String(buffer: response.body)
          #expect(response.status == .ok && page.contains("/mails/\(id)") && page.contains("a•••@example.com"))
          #expect(page.contains("kept here") && !page.contains("ada@example.com"))
        }
        try await client.execute(uri: "/mails/\(id)", method: .get, headers: Self.headers) { response in
          let page = String(buffer: response.body)
          #expect(response.status == .ok && page.contains("&lt;img src=x") && !page.contains("<img"))
          #expect(response.headers[.contentSecurityPolicy] == SecurityHeaders.contentSecurityPolicy)
        }
        try await client.execute(uri: "/mails/\(id)/html", method: .get, headers: Self.headers) { response in
          let page = String(buffer: response.body)
          #expect(response.status == .ok && page.contains("dir=\"rtl\"") && !page.contains("<img"))
          #expect(response.headers[values: .contentSecurityPolicy] == [MailHTMLResponse.policy])
          #expect(response.headers[.cacheControl] == "no-store")
        }
        for path in ["/mails/\(id + 1)", "/mails/x", "/mails/\(id + 1)/html", "/mails/99999999999999999999"] {
          try await client.execute(uri: path, method: .get, headers: Self.headers) {
            #expect($0.status == .notFound, "\(path)")
          }
        }
        for cursor in ["x", "1.2.3", "9.9", "-1.-1", "'"] {
          let query = cursor.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed) ?? ""
          try await client.execute(uri: "/mails?before=\(query)", method: .get, headers: Self.headers) {
            #expect($0.status == .ok)
          }
        }
      }
    }
  }

  static let headers: HTTPFields = [.authorization: "Bearer anything"]
  static let support = Identity(
    account: 1, name: "Ada Costa", role: .support, rights: Role.support.rights, means: .session(1, proof: "p"))
  static let frame = Frame(
    service: "Atlas Reading Club", zone: .gmt, version: "1", site: Site(), now: { Instant(seconds: 1_772_355_600) })
}
