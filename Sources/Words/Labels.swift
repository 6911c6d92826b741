/// The fixed texts of one page, as its template reads them: `{{t.title}}` in the template `today` is the message
/// `today.title`, and `web.title` where the page has none of that name, as for what stands around every page.
///
/// A text with places is no label: it is made in Swift (`Messages/`), where a forgotten value does not compile. A test looks
/// through all templates for labels that do not exist, and through all files for messages that nobody asks for.
public struct Labels: Sendable {
  let catalog: Catalog
  let english: Catalog
  let page: String

  public subscript(_ name: String) -> String? {
    for prefix in [page, "web"] {
      let id = "\(prefix).\(name)"
      if let text = (catalog.pattern(named: id, count: nil) ?? english.pattern(named: id, count: nil))?.plainText {
        return text
      }
    }
    return nil
  }
}

extension Words {
  /// - Parameter page: the name of its template.
  public func labels(_ page: String) -> Labels { Labels(catalog: catalog, english: Self.english, page: page) }
}
