import Kernel
import Store

/// Everything that billing brings, top to bottom.
public enum BillingModule {
  public static let migrations = BillingSchema.migrations
  public static let handlers: [any EffectHandler] = [ChargeHandler(), RefundHandler()]
  public static let checks = BillingChecks.all
  public static let announcer = BillingAnnouncements.announcer
  public static let harm = BillingHarm.parts
}
