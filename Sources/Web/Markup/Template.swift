import Mustache

/// A template embedded in the binary, parsed once, rendered with a view struct whose stored properties are its variables.
///
/// Everything is escaped, except what stands in three braces; a test keeps those to names that end in `SVG` or `CSS`, which
/// are made by `Charts` and by the stylesheet alone.
package struct Template: Sendable {
  private let template: MustacheTemplate

  /// A template that does not parse is a mistake in the program, and every template is rendered by a test: it traps.
  package init(_ name: StaticString, _ bytes: [UInt8]) {
    template = Self.parse(name, bytes)
  }

  package func html(_ view: some Sendable) -> String {
    template.render(view, library: Self.partials)
  }

  /// What pages share: `layout` (to inherit from), `chart` and `table` (to include).
  private static let partials = MustacheLibrary(templates: [
    "layout": parse("layout", PackageResources.layout_mustache),
    "chart": parse("chart", PackageResources.chart_mustache),
    "table": parse("table", PackageResources.table_mustache),
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
