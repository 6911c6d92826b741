// What the pages of webhooks say beside their fixed texts.

extension Message {
  public static let placeWebhooks = Message("place.webhooks")

  public static let webhookEnabled = Message("webhookState.enabled")
  public static let webhookFailing = Message("webhookState.failing")
  public static let webhookDisabled = Message("webhookState.disabled")
  public static let webhookFailed = Message("webhookState.failed")

  public static let deliveryWaits = Message("webhookDelivery.waiting")
  /// - Parameter time: a day and a time.
  public static func deliveryNext(_ time: String) -> Message {
    Message("webhookDelivery.next", ["time": .words(time)])
  }
  public static let deliveryDelivered = Message("webhookDelivery.delivered")
  public static let deliveryFailed = Message("webhookDelivery.failed")
}
