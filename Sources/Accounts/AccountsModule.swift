import Kernel
import Store

/// Everything that accounts bring.
public enum AccountsModule {
  public static let migrations = AccountsSchema.migrations

  /// What people are called, for pages that name who did something.
  public static func names(of accounts: Set<Int64>, in tx: Transaction) throws -> [Int64: String] {
    let rows = try tx.rows("SELECT id, name FROM account WHERE id \(in: accounts.sorted())")
    return Dictionary(
      try rows.map { (try $0.integer("id"), try $0.text("name")) }, uniquingKeysWith: { first, _ in first })
  }
}
