import Foundation
import TestSupport
import Testing

@testable import Partners
@testable import Server
@testable import Simulator

@Suite("Found: settings that were refused without saying which")
struct Settings {
  @Test(
    "A dial is named whatever is wrong with it",
    arguments: [
      (#"{"answers":{"late":null}}"#, "answers.late"),
      (#"{"statements":{"lateDaysMin":1.5}}"#, "statements.lateDaysMin"),
      (#"{"notifications":{"retries":1e300}}"#, "notifications.retries"),
      (#"{"queries":{"lagSeconds":-1}}"#, "queries.lagSeconds"),
      // Ended the program.
      (#"{"statements":{"lateDaysMin":3651}}"#, "lateDaysMin"),
    ])
  func dials(_ json: String, _ name: String) {
    let error = #expect(throws: DialError.self) { try DialSchedule(json: Data(json.utf8)) }
    #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
  }

  @Test("A number of a partner's is named", arguments: ["1.5", "1e300", "9223372036854775808"])
  func numbers(_ number: String) {
    let json = Served.partners.replacing(#""queryLagSeconds": 20"#, with: #""queryLagSeconds": \#(number)"#)
    let error = #expect(throws: ConfigurationError.self) { try PartnerConfiguration.read(Array(json.utf8)) }
    #expect(
      error?.description.contains("`queryLagSeconds` is not a whole number") == true, "\(error?.description ?? "")")
  }

  @Test("The file is named in which the setting stands")
  func file() async throws {
    try await withDatabase(on: .sqlite) { path in
      let file = path + ".partners.json"
      for text in [#"{"partners": 1}"#, #"{"partners":[{"lane":"a","kind":"debit","baseURL":"x","secrets":{}}]}"#] {
        try Data(text.utf8).write(to: URL(filePath: file))
        var options = try DatabaseOptions.parse(["--log", "error"])
        (options.database, options.partners) = (path, file)
        let error = await #expect(throws: ConfigurationError.self) { try await Runtime.open(options) }
        #expect(error?.description.hasPrefix(file + ": ") == true)
      }
    }
  }
}
