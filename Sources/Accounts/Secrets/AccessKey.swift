import Crypto
import Foundation

/// The key of `amends-access.key`: what the database alone is not enough for. One key for each purpose is derived from it
/// (HKDF, RFC 5869), so that what is made for one is of no use for another.
package struct AccessKey: Sendable {
  enum Purpose: String { case forms, attempts, recoveryCodes, secondFactor, organisation, webhooks }

  private let key: SymmetricKey

  /// - Parameter bytes: 32 of them.
  package init?(_ bytes: some ContiguousBytes) {
    key = SymmetricKey(data: bytes)
    guard key.bitCount == 256 else { return nil }
  }

  package init() { key = SymmetricKey(size: .bits256) }

  package var bytes: Data { key.withUnsafeBytes { Data($0) } }

  /// From which the secrets of webhook endpoints follow; that part does not know this one.
  package var webhooks: [UInt8] { derived(.webhooks).withUnsafeBytes { Array($0) } }

  func mark(_ purpose: Purpose, _ text: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: derived(purpose)))
  }

  /// AES-256-GCM, bound to the account: a sealed secret that is copied into another account's row does not open.
  func seal(_ bytes: [UInt8], for account: Int64) throws -> [UInt8] {
    try seal(bytes, .secondFactor, for: "account:\(account)")
  }

  func open(_ sealed: [UInt8], for account: Int64) throws -> [UInt8] {
    try open(sealed, .secondFactor, for: "account:\(account)")
  }

  func seal(_ bytes: [UInt8], _ purpose: Purpose, for whom: String) throws -> [UInt8] {
    let box = try AES.GCM.seal(bytes, using: derived(purpose), authenticating: Data(whom.utf8))
    return Array(box.combined ?? Data())
  }

  func open(_ sealed: [UInt8], _ purpose: Purpose, for whom: String) throws -> [UInt8] {
    Array(
      try AES.GCM.open(
        try AES.GCM.SealedBox(combined: sealed), using: derived(purpose), authenticating: Data(whom.utf8)))
  }

  private func derived(_ purpose: Purpose) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: key, info: Data("amends/\(purpose.rawValue)".utf8), outputByteCount: 32)
  }
}
