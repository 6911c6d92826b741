import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Accounts

@Suite("The second factor")
struct FactorTests {
  /// RFC 6238, appendix B, with the last six of its eight digits.
  @Test(
    "Codes are those of RFC 6238",
    arguments: [
      (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
      (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
  func vectors(seconds: Int64, code: String) {
    let secret = Array("12345678901234567890".utf8)
    #expect(TimeCode.code(secret, step: TimeCode.step(at: Instant(seconds: seconds))) == code)
  }

  @Test(
    "Base 32 is that of RFC 4648",
    arguments: [
      ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
      ("foobar", "MZXW6YTBOI"),
    ])
  func base32(text: String, encoded: String) { #expect(Base32.text(text.utf8) == encoded) }

  @Test("A code is good half a minute before and after its own, not longer, and once")
  func window() {
    let (secret, now) = ([UInt8](repeating: 7, count: 20), Instant(seconds: 1_772_355_600))
    let step = TimeCode.step(at: now)
    for near in [step - 1, step, step + 1] {
      let code = TimeCode.code(secret, step: near)
      #expect(TimeCode.match(code, secret, now: now, after: 0) == near)
      #expect(TimeCode.match(code, secret, now: now, after: near) == nil)
    }
    for far in [step - 2, step + 2] {
      #expect(TimeCode.match(TimeCode.code(secret, step: far), secret, now: now, after: 0) == nil)
    }
    #expect(TimeCode.match("", secret, now: now, after: 0) == nil)
    #expect(TimeCode.match("12345", secret, now: now, after: 0) == nil)
  }

  /// Turns it on for somebody; what their app would show.
  private func turnOn(_ office: Office, _ mail: String) async throws -> (app: [UInt8], codes: [String]) {
    let session = try await office.signIn(mail).session
    let identity = try #require(try await office.identity(session))
    _ = try await office.desk.offerSecondFactor(identity)
    let account = identity.account
    let sealed = try await office.store.read { tx in
      try tx.row("SELECT offered FROM account WHERE id = \(account)")?.blobOrNull("offered")
    }
    let app = try office.desk.key.open(try #require(sealed), for: account)
    #expect(!(sealed ?? []).contains(app), "it is sealed")
    #expect(throws: (any Error).self) { try office.desk.key.open(sealed ?? [], for: account + 1) }
    await #expect(throws: Refusal.self) {
      try await office.desk.confirmSecondFactor(identity, code: "000000", Office.home)
    }
    let now = TimeCode.step(at: office.clock.now)
    let codes = try await office.desk.confirmSecondFactor(
      identity, code: TimeCode.code(app, step: now), Office.home)
    return (app, codes)
  }

  private func afterPassword(_ office: Office, _ mail: String) async throws -> (Secret, Identity) {
    guard
      case .secondStep(let session) = try await office.desk.signIn(mail: mail, password: Office.password, Office.home)
    else { throw Office.NotSignedIn() }
    return (session, try #require(try await office.identity(session)))
  }

  @Test(
    "The password is not enough; a code is used once; the session before it opens nothing and ends",
    arguments: TestEngine.available)
  func secondStep(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.finance)
      let (app, codes) = try await turnOn(office, "finance@example.org")
      #expect(codes.count == 10 && Set(codes).count == 10)
      office.clock.move(.minutes(2))
      let code = TimeCode.code(app, step: TimeCode.step(at: office.clock.now))
      let (waiting, half) = try await afterPassword(office, "finance@example.org")
      #expect(half.rights == [.secondStep])
      guard case .signedIn(let full, _, _) = try await office.desk.secondStep(half, code: code, Office.home) else {
        Issue.record("the code was not taken")
        return
      }
      #expect(full.text != waiting.text)
      #expect(try await office.identity(waiting) == nil, "another name after the second factor")
      #expect(try await office.identity(full)?.rights == Role.finance.rights)

      let (_, again) = try await afterPassword(office, "finance@example.org")
      #expect(try await office.desk.secondStep(again, code: code, Office.home).isRefused, "replayed")
      guard case .signedIn = try await office.desk.secondStep(again, code: codes[3].lowercased(), Office.home) else {
        Issue.record("a recovery code was not taken")
        return
      }
      let (_, third) = try await afterPassword(office, "finance@example.org")
      #expect(try await office.desk.secondStep(third, code: codes[3], Office.home).isRefused, "used up")
      office.clock.move(.minutes(10))
      #expect(try await office.identity(try await afterPassword(office, "finance@example.org").0) != nil)
    }
  }

  @Test("Who has the password cannot guess the code", arguments: TestEngine.available)
  func guessing(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.finance)
      _ = try await turnOn(office, "finance@example.org")
      let (_, half) = try await afterPassword(office, "finance@example.org")
      var tried = 0
      for index in 0..<200 {
        let caller = Caller(network: ClientNetwork("203.0.113.\(index)"))
        if try await office.desk.secondStep(half, code: "123 \(index)", caller).isRefused { tried += 1 }
      }
      #expect(tried == 51, "all networks together")
    }
  }

  @Test("The session that waits for a code ends after ten minutes", arguments: TestEngine.available)
  func waits(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.finance)
      _ = try await turnOn(office, "finance@example.org")
      let (session, _) = try await afterPassword(office, "finance@example.org")
      office.clock.move(.minutes(10))
      #expect(try await office.identity(session) == nil)
    }
  }

  @Test("It is removed with the password only, or by an administrator", arguments: TestEngine.available)
  func removed(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let id = try await office.add(.finance)
      let (app, _) = try await turnOn(office, "finance@example.org")
      office.clock.move(.minutes(2))
      let (_, half) = try await afterPassword(office, "finance@example.org")
      let code = TimeCode.code(app, step: TimeCode.step(at: office.clock.now))
      guard case .signedIn(let full, _, _) = try await office.desk.secondStep(half, code: code, Office.home) else {
        return
      }
      let identity = try #require(try await office.identity(full))
      await #expect(throws: Refusal.self) {
        try await office.desk.removeSecondFactor(identity, password: "a guess", Office.home)
      }
      try await office.desk.act(RemoveSecondFactor(account: id, reason: "lost everything"), by: Office.machine)
      #expect(try await office.identity(full) == nil)
      _ = try await office.signIn("finance@example.org")
      #expect(try await office.facts(id).contains { $0.body.contains("secondFactorOff") })
    }
  }

  @Test("The picture holds the address for the app")
  func picture() throws {
    let address = TimeCode.address(
      [UInt8](repeating: 1, count: 20), service: "Amends, Club & Co", mail: "a+b@example.org")
    #expect(address.hasPrefix("otpauth://totp/Amends%2C%20Club%20%26%20Co%3Aa%2Bb@example.org?secret=AEAQ"))
    let svg = try #require(QRCode.svg(address))
    #expect(svg.hasPrefix("<svg class=\"qr\"") && !svg.contains("style"))
  }
}

extension [UInt8] {
  fileprivate func contains(_ other: [UInt8]) -> Bool {
    guard count >= other.count else { return false }
    return (0...count - other.count).contains { Array(self[$0..<$0 + other.count]) == other }
  }
}
