/// What a subject of a fact (`customer:42`, `incident:7`) is called, and where its page is: how parts that do not know each other
/// name each other's things.
package struct NamedLink: Sendable, Equatable {
  package var title: String
  package var href: String

  package init(title: String, href: String) {
    self.title = title
    self.href = href
  }
}
