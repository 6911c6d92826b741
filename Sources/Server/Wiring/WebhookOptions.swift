import ArgumentParser
import Foundation
import Webhooks

/// Where webhooks may be sent to, besides every address that everybody can reach.
struct WebhookOptions: ParsableArguments {
  @Option(
    help:
      "A network that webhooks may be sent to although it is not public: loopback, 10.20.0.0/16; more than once for several. [$AMENDS_WEBHOOKS_TO, separated by spaces]"
  )
  var webhooksTo: [String] = []

  func rules() throws -> NetworkRules {
    let texts = webhooksTo.isEmpty ? Settings.list("webhooks-to") : webhooksTo
    return NetworkRules(
      allowing: try texts.flatMap { text in
        guard let networks = Network.parse(text) else {
          throw Problem(.usage, "\(text) is no network: write loopback, 10.20.0.0/16 or fd00::/8.")
        }
        return networks
      })
  }
}
