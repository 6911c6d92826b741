import Mustache
import Words

/// A template embedded in the binary, parsed once, rendered with a view struct whose stored properties are its variables.
///
/// Everything is escaped, except what stands in three braces; a test keeps those to names that end in `SVG` or `CSS`, which
/// are made by `Charts` and by the stylesheet alone.
package struct Template: Sendable {
  private let name: String
  private let template: MustacheTemplate

  /// A template that does not parse is a mistake in the program, and every template is rendered by a test: it traps.
  package init(_ name: StaticString, _ bytes: [UInt8]) {
    self.name = "\(name)"
    template = Self.parse(name, bytes)
  }

  /// - Parameter words: the reader's; `{{t.…}}` of the template and of what it includes are their `Labels`.
  package func html(_ view: some Sendable, _ words: Words = Words(.english)) -> String {
    template.render(Page(view: view, labels: words.labels(name)), library: Self.partials)
  }

  /// A view with the fixed texts of its page beside it.
  private struct Page: MustacheParent {
    let view: any Sendable
    let labels: Labels

    func child(named name: String) -> Any? {
      if name == "t" { return Fixed(labels: labels) }
      guard let child = Mirror(reflecting: view).children.first(where: { $0.label == name })?.value else { return nil }
      let mirror = Mirror(reflecting: child)
      return mirror.displayStyle == .optional ? mirror.children.first?.value : child
    }
  }

  private struct Fixed: MustacheParent {
    let labels: Labels

    func child(named name: String) -> Any? { labels[name] }
  }

  /// What pages share: `layout` and `own-frame` (to inherit from), `chart`, `table` and `live` (to include).
  private static let partials = MustacheLibrary(templates: [
    "layout": parse("layout", PackageResources.layout_mustache),
    "chart": parse("chart", PackageResources.chart_mustache),
    "table": parse("table", PackageResources.table_mustache),
    "own-frame": parse("own-frame", PackageResources.own_frame_mustache),
    "live": parse("live", PackageResources.live_mustache),
  ])

  private static func parse(_ name: StaticString, _ bytes: [UInt8]) -> MustacheTemplate {
    _ = ScalarEscaping.registered
    do {
      let pragma = "{{% CONTENT_TYPE:\(ScalarEscaping.name) }}\n"
      return try MustacheTemplate(string: pragma + String(decoding: bytes, as: UTF8.self))
    } catch {
      preconditionFailure("template \(name): \(error)")
    }
  }
}
