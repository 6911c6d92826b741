import Kernel
import Store

/// Everything that accounts bring.
public enum AccountsModule {
  public static let migrations = AccountsSchema.migrations
}
