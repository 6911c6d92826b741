import Crypto
import Foundation
import Kernel
import Store

/// Codes from an app beside the password, and codes on paper for the day on which the app is gone.
enum SecondFactor {
  static let recoveryCodes = 10

  /// 80 bits, in groups that can be read aloud.
  static func newRecoveryCode() -> String {
    let text = SymmetricKey(size: SymmetricKeySize(bitCount: 80)).withUnsafeBytes { Base32.text($0) }
    return stride(from: 0, to: 16, by: 4).map { start in String(text.dropFirst(start).prefix(4)) }.joined(
      separator: "-")
  }

  static func digest(_ code: String, _ account: Int64, _ key: AccessKey) -> [UInt8] {
    key.mark(.recoveryCodes, "\(account)\n" + code.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
  }

  static func remove(of account: Int64, in change: Change) throws {
    try change.tx.execute("UPDATE account SET factor = NULL, offered = NULL WHERE id = \(account)")
    try change.tx.execute("DELETE FROM account_recovery WHERE account = \(account)")
  }

  /// Uses a code up, if it is right.
  /// - Returns: `code` or `recoveryCode`; nil: it is wrong, or was used before.
  static func use(_ code: String, of account: Int64, _ key: AccessKey, in change: Change) throws -> String? {
    guard
      let row = try change.tx.row("SELECT factor, factor_step FROM account WHERE id = \(account) \(.forUpdate)"),
      let sealed = try row.blobOrNull("factor")
    else { return nil }
    let secret = try key.open(sealed, for: account)
    if let step = TimeCode.match(code, secret, now: change.now, after: try row.integer("factor_step")) {
      try change.tx.execute("UPDATE account SET factor_step = \(step) WHERE id = \(account)")
      return "code"
    }
    let used = try change.tx.execute(
      "DELETE FROM account_recovery WHERE account = \(account) AND digest = \(digest(code, account, key))")
    return used == 1 ? "recoveryCode" : nil
  }
}
