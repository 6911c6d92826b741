import ArgumentParser
import Foundation
import Testing

@testable import Partners
@testable import Server
@testable import Simulator

@Suite("Flags and files of settings, whatever stands in them", .timeLimit(.minutes(Fuzz.minutes)))
struct FlagFuzz {
  private static let lines = [
    "serve --port 8080 --host 127.0.0.1 --service Atlas --zone UTC --without-worker --database a.sqlite",
    "work --database postgres://x/y --partners p.json --journal-key k --log debug", "migrate --database a.sqlite",
    "import plans --dry-run plans.csv --json", "import subscribers s.csv", "import statement debit s.csv --dry-run",
    "renew --json", "lane stop card --reason why", "lane resume card --reason why", "lane list --json",
    "subscription cancel 1 --now --reason why", "subscription pause 1 --reason why",
    "subscription resume 1 --reason why", "subscription keep 1 --reason why", "subscription link 1 --address http://x",
    "subscription revoke-links 1", "account add s@example.org --name S --role subscriber --customer r-1",
    "serve --service-address Street --service-address Town",
    "payment refund 1 --amount 100 --reason why", "decide r-1 --happened --transaction t --reason why",
    "decide r-1 --no-happened --reason why", "inbox retry --reason why", "journal verify --json",
    "journal receipt 0.812",
    "journal key", "receipt verify file.json --key AAAA", "partner --name x --port 0 --seed 1 --truth t --dials d",
    "replay renewals --subscribers 10 --months 2 --seed 1 --html x.html --json",
    "simulate --seeds 5 --from 1 --seed 7 --keep x --minutes 1 --jobs 2 --first --json",
    "demo --folder x --port 0 --subscribers 3",
    "serve --address https://a.example --proxy 127.0.0.1 --host 0.0.0.0",
    "account add a@example.org --name A --role administrator --address https://a.example --json",
    "account add b@example.org --name B --role auditor --program", "account list --json",
    "account role a@example.org finance --reason why", "account suspend a@example.org --reason why",
    "account resume a@example.org --reason why", "account link a@example.org --json",
    "account remove-second-factor a@example.org --reason why",
    "account token a@example.org --name n --scope readRenewals --scope readAccounts --days 3 --json",
    "account revoke-token a@example.org 7", "backup f --with-keys --json", "restore f --to x --journal-key k --json",
    "restore --adopt --to postgres://x/y", "config show --json", "config check --metrics-port 9464 --stop-within 5",
    "serve --metrics-port 0 --metrics-host ::1 --drain 3 --stop-within 9 --log-format json --config c.json",
    "work --traces-url http://127.0.0.1:4318/v1/traces",
    "--version", "--help", "help serve",
  ]

  @Test("Any line of flags is understood, or refused with a word about why")
  func flags() async {
    let words = Self.lines.flatMap { $0.split(separator: " ").map(String.init) }
    await Fuzz.each("flags") { mutator in
      var arguments = mutator.pick(Self.lines).split(separator: " ").map(String.init)
      for _ in 0...mutator.below(3) {
        let at = mutator.below(arguments.count + 1)
        let word = Self.word(&mutator, words)
        switch mutator.below(4) {
        case 0: arguments.insert(word, at: at)
        case 1 where at < arguments.count: arguments.remove(at: at)
        case 2 where at < arguments.count: arguments[at] += "=" + word
        default: if at < arguments.count { arguments[at] = word }
        }
      }
      mutator.input = Array(arguments.joined(separator: " ␣ ").utf8)
      do { _ = try Amends.parseAsRoot(arguments) } catch {
        let code = Amends.exitCode(for: error).rawValue
        try Fuzz.require(code == 0 || code == 64, "refused with exit code \(code)")
        try Fuzz.require(!Amends.fullMessage(for: error).isEmpty, "refused without a word")
      }
    }
  }

  private static func word(_ mutator: inout Mutator, _ words: [String]) -> String {
    switch mutator.below(4) {
    case 0: mutator.pick(words)
    case 1: mutator.pick(Oddities.numbers)
    // An argument has no NUL: the kernel ends it there.
    case 2: mutator.pick(Oddities.texts.filter { !$0.contains("\0") })
    default:
      mutator.pick(["-", "--", "---", "-x", "--x=", "--=", "-=", "--port=-1", "--json=1", "-h", "--no-x", "-vvv"])
    }
  }

  @Test("A number out of its bounds is wrong usage, before anything is done")
  func bounds() {
    let wrong = [
      "demo --subscribers=-1", "demo --subscribers=100001", "demo --subscribers=9223372036854775807", "demo --port=-1",
      "demo --port=65536",
      "partner --port=65536", "partner --port=-1", "serve --port=65536", "simulate --seeds 0", "simulate --minutes=-1",
      "serve --stop-within 0", "serve --drain 60 --stop-within 60", "work --metrics-port 65536", "restore f",
      "restore f --adopt --to x", "serve --log-format xml", "serve --log loud", "work --traces-url ftp://x",
      "replay renewals --subscribers=-1", "replay renewals --months=0", "simulate --jobs=0",
    ]
    for line in wrong {
      let error = #expect(throws: (any Error).self, "\(line)") {
        try Amends.parseAsRoot(line.split(separator: " ").map(String.init))
      }
      if let error { #expect(Amends.exitCode(for: error).rawValue == 64) }
    }
  }

  // MARK: - files of settings

  private static let environment = ["AMENDS_FUZZ_SECRET": "whsec_" + Data(Sample.carrierKey).base64EncodedString()]
  private static let http = PartnerHTTP()

  private func partners(_ bytes: [UInt8]) throws -> String? {
    do {
      for one in try PartnerConfiguration.read(bytes) {
        _ = try makeCounterpart(one, http: Self.http, environment: Self.environment)
      }
      return nil
    } catch { return error.description }
  }

  private func dials(_ bytes: [UInt8]) throws -> String? {
    do { _ = try DialSchedule(json: Data(bytes)) } catch { return error.message }
    return nil
  }

  private func own(_ bytes: [UInt8]) throws -> String? {
    do { _ = try SettingsFile("amends.json", bytes) } catch let problem as Problem { return problem.description }
    return nil
  }

  private static let settingsFile =
    #"{"database": "a.sqlite", "port": 8080, "proxy": ["127.0.0.1"], "without-worker": true, "mail-url": "smtp://x"}"#

  @Test("A changed settings file is taken, or refused with a word about why")
  func ownSettings() async {
    await Fuzz.each("own settings", share: 3) { mutator in
      let bytes = mutator.json(Self.settingsFile, words: ["host", "zone", "mail-password", "oidc-name"])
      try Fuzz.require(try own(bytes) != "", "refused without a word")
    }
  }

  @Test("A changed file of partners or dials is taken, or refused with a word about why")
  func settings() async {
    let schedule = #"{"schedule": [{"from": "2026-04-01T00:00:00Z", "dials": {"answers": {"late": 0.5}}}]}"#
    let all = String(decoding: Dials().json(), as: UTF8.self)
    await Fuzz.each("settings", share: 3) { mutator in
      let isPartners = mutator.chance(50)
      let bytes = mutator.json(
        isPartners ? Served.partners : mutator.pick([schedule, all]), words: ["stripe", "camara", "none"])
      let message = try isPartners ? partners(bytes) : dials(bytes)
      try Fuzz.require(message != "", "refused without a word")
    }
  }

  @Test("A value that is not taken is named by its field")
  func named() async throws {
    let seeds = [(Served.partners, true), (String(decoding: Dials().json(), as: UTF8.self), false)]
    await Fuzz.each("named settings", share: 3) { mutator in
      let (text, isPartners) = mutator.pick(seeds)
      let tree = try JSONSerialization.jsonObject(with: Data(text.utf8))
      var path: [String] = []
      let changed = Self.replace(tree, &mutator, &path)
      let data = try JSONSerialization.data(withJSONObject: changed, options: [.sortedKeys])
      mutator.input = Array(data)
      guard let message = try isPartners ? partners(Array(data)) : dials(Array(data)) else { return }
      // A list is named for what stands in it, a secret as one.
      let names = path.filter { Int($0) == nil } + (path.contains("secrets") ? ["secret"] : [])
      try Fuzz.require(
        names.suffix(2).contains { message.contains($0) } || (path.count < 2 && message.contains("partner")),
        "\(path.joined(separator: ".")) is wrong, and it is said: \(message)")
    }
  }

  /// Puts something odd in the place of one value that holds no others.
  private static func replace(_ value: Any, _ mutator: inout Mutator, _ path: inout [String]) -> Any {
    if var object = value as? [String: Any], !object.isEmpty {
      let key = mutator.pick(object.keys.sorted())
      path.append(key)
      object[key] = replace(object[key] ?? 0, &mutator, &path)
      return object
    }
    if var list = value as? [Any], !list.isEmpty {
      let index = mutator.below(list.count)
      path.append(String(index))
      list[index] = replace(list[index], &mutator, &path)
      return list
    }
    let odd: [Any] = [
      NSNull(), -1, 0, 1.5, 1e300, Int64.max, true, "", "a\0b", "x y", [Int](), [String: Int](), "\u{202E}", -0.5,
    ]
    return mutator.pick(odd)
  }
}
