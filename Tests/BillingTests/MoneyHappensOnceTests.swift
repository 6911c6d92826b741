import Kernel
import Testing

@testable import Billing

@Suite("What money may not do")
struct MoneyHappensOnceTests {
  @Test("No effect of billing may happen twice")
  func once() {
    #expect(BillingModule.handlers.map(\.kind).sorted() == ["charge", "refund"])
    #expect(BillingModule.handlers.allSatisfy { !$0.mayHappenTwice })
  }
}
