import Foundation
import NIOHTTP1
import Testing

@testable import Simulator

@Suite("The carrier’s page for another number, over a real socket")
struct MethodPageTests {
  private static func new(_ number: String = "+491510000001", back: String = "http://127.0.0.1:1/back") -> String {
    #"{"phoneNumber":"\#(number)","returnUrl":"\#(back)","cancelUrl":"http://127.0.0.1:1/no","language":"de"}"#
  }

  @Test("What a person chooses there is told to the merchant alone")
  func chosen() async throws {
    try await withPartner {
      $0.apiToken = "token"
    } _: { partner in
      let key = [("authorization", "Bearer token")]
      let made = try await partner.call(.POST, "/method-pages", Self.new(), headers: key)
      #expect(made.status == 201)
      let id = try #require(made.json["pageId"] as? String)
      #expect(made.json["url"] as? String == "http://127.0.0.1:\(partner.port)/choose/\(id)")
      let page = try await partner.call(.GET, "/choose/\(id)")
      #expect(page.status == 200 && page.text.contains("+491510000001"))
      #expect(try await partner.call(.GET, "/method-pages/\(id)").status == 401)
      var state = try await partner.call(.GET, "/method-pages/\(id)", headers: key)
      #expect(state.json["status"] as? String == "open" && state.json["phoneNumber"] == nil)
      let form = [("content-type", "application/x-www-form-urlencoded")]
      let wrong = try await partner.call(.POST, "/choose/\(id)", "number=0151&act=choose", headers: form)
      #expect(wrong.status == 422)
      let sent = try await partner.call(
        .POST, "/choose/\(id)", "number=%2B49+152+0000042&act=choose", headers: form)
      #expect(sent.status == 303 && sent.headers.first(name: "location") == "http://127.0.0.1:1/back")
      state = try await partner.call(.GET, "/method-pages/\(id)", headers: key)
      #expect(state.json["status"] as? String == "chosen" && state.json["phoneNumber"] as? String == "+491520000042")
    }
  }

  @Test("Who leaves it as it is comes back, and nothing was chosen")
  func cancelled() async throws {
    try await withPartner { partner in
      let id = try #require(
        try await partner.call(.POST, "/method-pages", Self.new()).json["pageId"] as? String)
      let sent = try await partner.call(.POST, "/choose/\(id)", "act=cancel")
      #expect(sent.status == 303 && sent.headers.first(name: "location") == "http://127.0.0.1:1/no")
      let state = try await partner.call(.GET, "/method-pages/\(id)")
      #expect(state.json["status"] as? String == "cancelled")
      #expect(try await partner.call(.GET, "/method-pages/made-up").status == 404)
      #expect(try await partner.call(.POST, "/method-pages", Self.new("0151")).status == 400)
      #expect(try await partner.call(.POST, "/method-pages", Self.new(back: "javascript:1")).status == 400)
    }
  }
}
