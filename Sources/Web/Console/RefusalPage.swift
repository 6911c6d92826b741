import Hummingbird
import Kernel
import Words

/// An answer that is no: what it means for the reader, and what to do now. Thrown by a route, shown by `RefusalMiddleware`.
package struct RefusalPage: HTTPResponseError, Sendable {
  package var status: HTTPResponse.Status
  /// The domain's own words for what it refuses ("The subscription has already ended."); nothing secret or internal.
  package var detail: String?
  /// BCP 47: the domain speaks English.
  package var detailLanguage = "en"
  package var retryAfter: Span?
  /// True where the answer was lost after something may have been changed: an error from COMMIT.
  package var mayHaveChanged: Bool

  package init(
    _ status: HTTPResponse.Status, detail: String? = nil, retryAfter: Span? = nil, mayHaveChanged: Bool = false
  ) {
    self.status = status
    self.detail = detail
    self.retryAfter = retryAfter
    self.mayHaveChanged = mayHaveChanged
  }

  /// With a sentence in the reader's words.
  package init(_ status: HTTPResponse.Status, said message: Message, _ words: Words) {
    self.init(status, detail: words.text(message))
    detailLanguage = words.tag.description
  }

  /// What the domain refused, with the status for it.
  package init(_ refusal: Refusal) {
    let status: HTTPResponse.Status =
      switch refusal.kind {
      case .invalid: .unprocessableContent
      case .missing: .notFound
      case .conflict: .conflict
      case .forbidden: .forbidden
      case .limit: .serviceUnavailable
      }
    self.init(status, detail: refusal.message, retryAfter: refusal.kind == .limit ? .seconds(5) : nil)
  }

  /// - Parameter reference: what support finds the request by in the log.
  package func page(in console: Console, reference: String?) -> HTMLResponse {
    let (refusal, words) = (RefusalWords(status), console.words)
    let view = View(
      layout: Layout(words.text(refusal.title), at: .elsewhere, in: console), status: status.code,
      title: words.text(refusal.title), meaning: words.text(refusal.meaning),
      detail: detail.map {
        Detail(text: $0, lang: detailLanguage, dir: detailLanguage == "en" ? "ltr" : words.language.direction.rawValue)
      },
      change: words.text(mayHaveChanged ? .perhapsChanged : refusal.change), advice: words.text(refusal.advice),
      wait: retryAfter.map { words.text(.refusalAgain(in: words.span($0))) }, reference: reference)
    return HTMLResponse(Self.template.html(view, words), status: status, headers: fields)
  }

  /// The same for a subscriber, who knows nothing of the console.
  func ownPage(in console: Console, reference: String?) -> HTMLResponse {
    let (refusal, words) = (RefusalWords(status), console.words)
    let view = OwnView(
      frame: OwnFrame(refusal.title, in: console, words), title: words.text(refusal.title), detail: detail,
      change: words.text(mayHaveChanged ? .perhapsChanged : refusal.change),
      wait: retryAfter.map { words.text(.refusalAgain(in: words.span($0))) }, reference: reference)
    return HTMLResponse(Self.ownTemplate.html(view, words), status: status, headers: fields)
  }

  private static let ownTemplate = Template("own-refusal", PackageResources.own_refusal_mustache)

  private struct OwnView: Sendable {
    let frame: OwnFrame
    let title: String
    let detail: String?
    let change: String
    let wait: String?
    let reference: String?
  }

  /// Without the middleware: the same in one line of text.
  package func response(from request: Request, context: some RequestContext) throws -> Response {
    let (refusal, words) = (RefusalWords(status), Words(.english))
    let text = [words.text(refusal.title) + ".", detail, words.text(refusal.advice)].compactMap(\.self)
      .joined(separator: " ")
    var all = SecurityHeaders.fields
    all[.contentType] = "text/plain; charset=utf-8"
    for field in fields { all[field.name] = field.value }
    return Response(status: status, headers: all, body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
  }

  private var fields: HTTPFields {
    guard let retryAfter else { return [:] }
    let seconds = max(1, (retryAfter.microseconds + 999_999) / 1_000_000)
    return [.retryAfter: String(seconds)]
  }

  private static let template = Template("refusal", PackageResources.refusal_mustache)

  private struct Detail: Sendable {
    let text: String
    let lang: String
    let dir: String
  }

  private struct View: Sendable {
    let layout: Layout
    let status: Int
    let title: String
    let meaning: String
    let detail: Detail?
    let change: String
    let advice: String
    let wait: String?
    let reference: String?
  }
}
