import Crypto
import CryptoExtras
import Foundation

/// How much work one guess at a password is.
package struct PasswordCost: Sendable, Equatable {
  /// The memory is 2^logN · r · 128 bytes.
  package var logN: Int
  package var r: Int
  package var p: Int

  package init(logN: Int, r: Int, p: Int) {
    self.logN = logN
    self.r = r
    self.p = p
  }

  /// 128 MiB a guess: OWASP's Password Storage Cheat Sheet (2024), the first of its choices for scrypt.
  package static let standard = PasswordCost(logN: 17, r: 8, p: 1)
  /// For tests that are not about it.
  package static let trifling = PasswordCost(logN: 4, r: 1, p: 1)
}

/// A password as it is kept: `scrypt$17$8$1$SALT$HASH` (RFC 7914), so that the cost can be raised later.
struct PasswordHash: Sendable {
  let cost: PasswordCost
  let salt: Data
  let hash: Data

  static func make(_ password: String, _ cost: PasswordCost) throws -> PasswordHash {
    let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Data($0) }
    return PasswordHash(cost: cost, salt: salt, hash: try derive(password, salt, cost))
  }

  /// One that no password fits.
  static func nobodys(_ cost: PasswordCost) -> PasswordHash {
    let random = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
    return PasswordHash(cost: cost, salt: random.prefix(16), hash: random)
  }

  init(cost: PasswordCost, salt: Data, hash: Data) {
    self.cost = cost
    self.salt = salt
    self.hash = hash
  }

  init?(_ text: String) {
    let parts = text.split(separator: "$")
    guard parts.count == 6, parts[0] == "scrypt", let logN = Int(parts[1]), let r = Int(parts[2]),
      let p = Int(parts[3]),
      (1...22).contains(logN), (1...16).contains(r), (1...8).contains(p),
      let salt = Data(base64Encoded: String(parts[4])),
      let hash = Data(base64Encoded: String(parts[5]))
    else { return nil }
    self.init(cost: PasswordCost(logN: logN, r: r, p: p), salt: salt, hash: hash)
  }

  var text: String {
    "scrypt$\(cost.logN)$\(cost.r)$\(cost.p)$\(salt.base64EncodedString())$\(hash.base64EncodedString())"
  }

  func fits(_ password: String) throws -> Bool {
    let given = try Self.derive(password, salt, cost)
    return zip(given, hash).reduce(given.count == hash.count ? 0 : 1) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// The same characters may come in several encodings, by keyboard; NFKC makes them one (NIST SP 800-63B-4, 3.1.1.2).
  private static func derive(_ password: String, _ salt: Data, _ cost: PasswordCost) throws -> Data {
    try KDF.Scrypt.deriveKey(
      from: Data(password.precomposedStringWithCompatibilityMapping.utf8), salt: salt, outputByteCount: 32,
      rounds: 1 << cost.logN, blockSize: cost.r, parallelism: cost.p
    ).withUnsafeBytes { Data($0) }
  }
}
