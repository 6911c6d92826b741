import Crypto
import Foundation
import Kernel

/// Codes that change every half minute (RFC 6238 with SHA-1, 30 s and 6 digits: what every authenticator app reads).
enum TimeCode {
  static let secretBytes = 20
  static let step: Int64 = 30

  static func step(at now: Instant) -> Int64 { now.seconds / step }

  static func code(_ secret: [UInt8], step: Int64) -> String {
    let counter = withUnsafeBytes(of: UInt64(bitPattern: step).bigEndian) { Data($0) }
    let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
    let offset = Int(mac[19] & 15)
    let number = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
    let digits = String(number % 1_000_000)
    return String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// - Parameter last: the step of the code that was used last; a code is good once.
  /// - Returns: the step that it belongs to: this one, or one beside it for clocks that differ.
  static func match(_ code: String, _ secret: [UInt8], now: Instant, after last: Int64) -> Int64? {
    let given = code.filter { $0.isASCII && $0.isNumber }
    let current = step(at: now)
    var found: Int64?
    for step in [current - 1, current, current + 1] {
      let expected = self.code(secret, step: step)
      let same =
        zip(expected.utf8, given.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0 && given.utf8.count == expected.utf8.count
      if same, step > last { found = step }
    }
    return found
  }

  /// As apps read it from a picture (the Key URI format that they share).
  static func address(_ secret: [UInt8], service: String, mail: String) -> String {
    let allowed = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~@")
    let label = "\(service):\(mail)".addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    let issuer = service.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    return "otpauth://totp/\(label)?secret=\(Base32.text(secret))&issuer=\(issuer)&algorithm=SHA1&digits=6&period=30"
  }
}
