import Kernel

/// Something to be printed or kept: what stands in it, in order. `pdf()` finds out where.
///
/// All text is plain, in any script, and in one language; what came from outside is kept from turning the text around it by
/// whoever puts it in (`Words.text`).
public struct Document: Sendable {
  public enum Direction: String, Sendable { case ltr, rtl }

  public struct Row: Sendable {
    public var label: String
    public var value: String
    /// Set apart: the sum.
    public var isSum: Bool

    public init(_ label: String, _ value: String, isSum: Bool = false) {
      self.label = label
      self.value = value
      self.isSum = isSum
    }
  }

  public enum Block: Sendable {
    case heading(String)
    case paragraph(String)
    /// Small print.
    case note(String)
    /// Names and values, one pair a line.
    case values([Row])
    /// At most `columns`; its head stands on every page that it reaches.
    /// - Parameter shares: of the width, in relation to each other; none: all alike.
    case table(head: [String], rows: [[String]], shares: [Double] = [])
  }

  /// Shown at the top, and as the document's name by readers.
  public var title: String
  /// BCP 47.
  public var language: String
  public var direction: Direction
  /// Who gives it out: a name, and the lines of an address.
  public var sender: [String]
  public var blocks: [Block]
  /// When it was made. Handed in, so that the same content is the same bytes.
  public var made: Instant
  /// What stands below page `n` of `m`.
  public var footer: @Sendable (_ page: Int, _ of: Int) -> String

  public init(
    title: String, language: String, direction: Direction, sender: [String], made: Instant, blocks: [Block],
    footer: @escaping @Sendable (_ page: Int, _ of: Int) -> String
  ) {
    self.title = title
    self.language = language
    self.direction = direction
    self.sender = sender
    self.made = made
    self.blocks = blocks
    self.footer = footer
  }

  // Limits: with these every row of a table fits on a page, and a document stays one that somebody reads.
  static let columns = 4
  public static let cellLimit = 400
  static let paragraphLimit = 20_000
  static let pageLimit = 100
}

/// Why a document could not be made.
public enum DocumentProblem: Error, Equatable, Sendable, CustomStringConvertible {
  case tooManyPages
  /// What Cairo says.
  case drawing(String)
  /// Cairo writes files in another form than is known here.
  case unknownForm

  public var description: String {
    switch self {
    case .tooManyPages: "The document has more than \(Document.pageLimit) pages."
    case .drawing(let why): "The document cannot be drawn: \(why)."
    case .unknownForm: "The document's language cannot be written down."
    }
  }
}
