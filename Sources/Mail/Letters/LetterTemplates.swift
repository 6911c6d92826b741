import Mustache
import Web

/// The one pair of templates that every mail has.
enum LetterTemplates {
  static func html(_ view: LetterView.HTML) -> String { htmlTemplate.html(view) }
  static func plain(_ view: LetterView.Plain) -> String { plainTemplate.render(view) }

  private static let htmlTemplate = Template("letter", PackageResources.letter_html_mustache)

  /// A template that does not parse is a mistake in the program, and both are rendered by tests: it traps.
  private static let plainTemplate: MustacheTemplate = {
    let text = String(decoding: PackageResources.letter_text_mustache, as: UTF8.self)
    do {
      // Nothing is escaped in plain text.
      return try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT }}\n" + text)
    } catch {
      preconditionFailure("template letter.text: \(error)")
    }
  }()
}
