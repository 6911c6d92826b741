import Hummingbird
import NIOCore
import Words

/// One request on its way through a door: who asks, from where, and what was entered.
package struct Visit: RequestContext {
  package var coreContext: CoreRequestContextStorage
  /// The other end of the connection; a proxy's, where one stands in between.
  let peer: String?
  /// nil behind a door for `anybody`, and behind those that verify by themselves.
  package internal(set) var identity: Identity?
  package internal(set) var form = Form()
  /// The page that was asked for.
  package internal(set) var path: LocalPath?
  /// In the language of whoever asks.
  package internal(set) var words = Words(.english)
  /// Whether single keys are shortcuts in this browser (WCAG 2.1.4: they can be turned off).
  package internal(set) var hasKeys = true
  /// Where the request comes from, as far as limits tell clients apart.
  package internal(set) var network = ClientNetwork(nil)

  package init(source: Source) {
    coreContext = .init(source: source)
    peer = source.channel.remoteAddress?.ipAddress
  }

  /// Who asks, behind a door that is not for anybody.
  package func known() throws -> Identity {
    guard let identity else { throw HTTPError(.unauthorized) }
    return identity
  }
}
