import Foundation
import Testing

@Suite("Found: requests that were answered as a failure of ours")
struct Requests {
  @Test("A length that no body has is a bad request, for programs and for people")
  func length() async throws {
    try await Served.service { port, keys in
      for path in ["/control", "/control/import", "/partners/card/notifications"] {
        for accept in ["application/json", "text/html"] {
          let lines = [
            "POST \(path) HTTP/1.1", "host: a", "connection: close", "authorization: Bearer \(keys.control)",
            "amends-import: \(Data(#"{"kind":{"plans":{}},"dryRun":true}"#.utf8).base64EncodedString())",
            "accept: \(accept)", "content-length: 9223372036854775808",
          ]
          let answer = await RawHTTP.exchange(Array((lines.joined(separator: "\r\n") + "\r\n\r\n{}").utf8), port: port)
          #expect(answer.status == 400, "\(path) \(answer.text.prefix(200))")
        }
      }
    }
  }

  @Test("An operator's act that cannot be read is refused with a sentence")
  func act() async throws {
    try await Served.service { port, keys in
      let body = #"{"command":"switchLane","input":"\#(Data("{}".utf8).base64EncodedString())","key":"k"}"#
      let lines = [
        "POST /control HTTP/1.1", "host: a", "connection: close", "authorization: Bearer \(keys.control)",
        "content-length: \(body.utf8.count)",
      ]
      let answer = await RawHTTP.exchange(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8), port: port)
      #expect(answer.status == 409 && answer.body.contains("switchLane cannot be read"), "\(answer.text)")
    }
  }
}
