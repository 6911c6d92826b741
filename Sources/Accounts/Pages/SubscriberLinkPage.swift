import HTTPTypes
import Web
import Words

/// Where subscribers get in. It says nothing about who is one.
struct SubscriberLinkPage: Sendable {
  var sendsMail: Bool
  /// What was done a moment ago.
  var notice: Message?
  var error: Message?
  /// False once it was asked for, whether or not there is such a subscriber.
  var asks = true

  func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    let words = console.words
    let view = View(
      frame: OwnFrame(.ownTitle, in: console, words), title: words.text(.ownTitle), sendsMail: sendsMail,
      asks: sendsMail && asks, notice: notice.map { words.text($0) }, error: error.map { words.text($0) })
    return HTMLResponse(Self.template.html(view, words), status: status)
  }

  private static let template = Template("own-link", PackageResources.own_link_mustache)

  private struct View: Sendable {
    let frame: OwnFrame
    let title: String
    let sendsMail: Bool
    let asks: Bool
    let notice: String?
    let error: String?
  }
}
