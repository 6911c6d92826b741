import Kernel
import Store

/// Takes a cancellation back, as long as it has not come to its end.
package struct KeepSubscription: Command {
  package static let name = "keepSubscription"
  package static let allowed: Set<Actor.Role> = [.operator, .support, .subscriber]

  package var subscription: Int64
  package var reason: String

  package init(subscription: Int64, reason: String) {
    self.subscription = subscription
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    let old = try Subscription.held(subscription, in: change)
    try change.mayActFor(old.customer, subscription: subscription)
    try old.kept(at: change.now).save(in: change)
    change.record(
      SubscriptionChanged(customer: old.customer, subscription: subscription, what: "kept", reason: reason))
    return true
  }
}
