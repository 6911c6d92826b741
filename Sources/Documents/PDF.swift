import Foundation
import Kernel

extension Document {
  /// A tagged PDF on A4 whose text can be searched, read aloud and copied in its order.
  ///
  /// Documents are drawn one after the other: this waits for those that were asked for before.
  public func pdf() throws(DocumentProblem) -> [UInt8] {
    try DrawingThread.shared.run { Result { () throws(DocumentProblem) in try printed() } }.get()
  }

  private func printed() throws(DocumentProblem) -> [UInt8] {
    // Laid out twice: only then is it known how many pages there are.
    let (_, pages) = try drawn(pages: 0)
    let (bytes, _) = try drawn(pages: pages)
    return try PDFCatalog.adding(language: language, to: bytes)
  }

  private func drawn(pages: Int) throws(DocumentProblem) -> (bytes: [UInt8], pages: Int) {
    let sheet = Sheet(
      title: title, author: sender.first ?? "", made: Self.iso(made), language: language,
      isRightToLeft: direction == .rtl)
    let print = Printer(document: self, sheet: sheet, pages: pages)
    sheet.foot = print.footer
    try sheet.tagged("Document") { () throws(DocumentProblem) in try print.all() }
    let count = sheet.page
    return (try sheet.finish(), count)
  }

  private static func iso(_ at: Instant) -> String {
    Date(timeIntervalSince1970: Double(at.microseconds) / 1_000_000).formatted(.iso8601)
  }
}

/// Puts the blocks of a document on its pages.
private struct Printer {
  let document: Document
  let sheet: Sheet
  let pages: Int

  private static let width = Sheet.width - 2 * Sheet.margin
  /// Above the footer.
  private static let bottom = Sheet.height - Sheet.margin - 24
  private static let body = Sheet.Style(size: 10)
  private static let strong = Sheet.Style(size: 10, isBold: true)
  private static let soft = Sheet.Style(size: 10, isSoft: true)
  private static let small = Sheet.Style(size: 8.5, isSoft: true)

  func all() throws(DocumentProblem) {
    for (index, line) in document.sender.prefix(8).enumerated() {
      try paragraph(line, index == 0 ? Sheet.Style(size: 12, isBold: true) : Self.small, tag: "P")
    }
    sheet.y += 26
    try paragraph(document.title, Sheet.Style(size: 22, isBold: true), tag: "H1")
    sheet.y += 10
    for (index, block) in document.blocks.enumerated() {
      switch block {
      case .heading(let text):
        sheet.y += 14
        // A heading never stands alone at the foot of a page.
        try room(max(60, 26 + lead(of: document.blocks.dropFirst(index + 1).first)))
        try paragraph(text, Sheet.Style(size: 12, isBold: true), tag: "H2")
        sheet.y += 3
      case .paragraph(let text):
        try paragraph(text, Self.body, tag: "P")
        sheet.y += 6
      case .note(let text):
        sheet.y += 6
        try paragraph(text, Self.small, tag: "P")
      case .values(let rows): try values(rows)
      case .table(let head, let rows, let shares): try table(head, rows, shares)
      }
    }
  }

  func footer(_ sheet: Sheet) {
    let text = document.footer(sheet.page, max(pages, sheet.page))
    sheet.draw(Self.clean(text, 200), Self.small, x: Sheet.margin, y: Sheet.height - Sheet.margin, width: Self.width)
  }

  private func room(_ height: Double) throws(DocumentProblem) {
    if sheet.y + height > Self.bottom { try sheet.turn() }
  }

  private func paragraph(_ text: String, _ style: Sheet.Style, tag: String) throws(DocumentProblem) {
    try sheet.flow(Self.clean(text, Document.paragraphLimit), style, tag: tag, bottom: Self.bottom)
  }

  private func values(_ rows: [Document.Row]) throws(DocumentProblem) {
    try sheet.tagged("Table") { () throws(DocumentProblem) in
      for row in rows {
        let style = row.isSum ? Sheet.Style(size: 13, isBold: true) : Self.body
        try cells(
          [
            (row.label, row.isSum ? style : Self.soft, "TH", 0, Self.width * 0.34),
            (row.value, style, "TD", Self.width * 0.36, Self.width * 0.64),
          ], isSum: row.isSum)
      }
    }
    sheet.y += 6
  }

  private func table(_ head: [String], _ rows: [[String]], _ shares: [Double]) throws(DocumentProblem) {
    let widths = Self.widths(head, shares)
    func row(_ texts: [String], _ style: Sheet.Style, _ tag: String) -> [Cell] { Self.row(texts, style, tag, widths) }
    try sheet.tagged("Table") { () throws(DocumentProblem) in
      var page = 0
      for texts in rows {
        // Nor does the head of a table.
        let top = page == sheet.page ? 0 : height(row(head, Self.soft, "TH"))
        try room(top + height(row(texts, Self.body, "TD")))
        if page != sheet.page { try cells(row(head, Self.soft, "TH"), isSum: false) }
        try cells(row(texts, Self.body, "TD"), isSum: false)
        page = sheet.page
      }
    }
    sheet.y += 6
  }

  private static func widths(_ head: [String], _ shares: [Double]) -> [Double] {
    let count = min(max(head.count, 1), Document.columns)
    let isGiven = shares.count == count && shares.allSatisfy { $0 > 0 }
    let parts = isGiven ? shares : Array(repeating: 1, count: count)
    let whole = parts.reduce(0, +)
    return parts.map { $0 / whole * Self.width }
  }

  private static func row(_ texts: [String], _ style: Sheet.Style, _ tag: String, _ widths: [Double]) -> [Cell] {
    texts.prefix(widths.count).enumerated().map { index, text in
      (text, style, tag, widths[..<index].reduce(0, +), widths[index] - 10)
    }
  }

  /// How much room the beginning of a block takes that must stand below its heading.
  private func lead(of block: Document.Block?) -> Double {
    guard case .table(let head, let rows, let shares) = block, let first = rows.first else { return 0 }
    let widths = Self.widths(head, shares)
    return height(Self.row(head, Self.soft, "TH", widths)) + height(Self.row(first, Self.body, "TD", widths))
  }

  private typealias Cell = (text: String, style: Sheet.Style, tag: String, x: Double, width: Double)

  private typealias Measured = (cell: Cell, text: String, size: (height: Double, baseline: Double))

  /// The cells of a row, and how far below their top their first lines stand. Whatever its script and size, the first line of
  /// each stands on the same line.
  private func measured(_ cells: [Cell]) -> (cells: [Measured], baseline: Double, height: Double) {
    let measured = cells.map { cell -> Measured in
      let text = Self.clean(cell.text, Document.cellLimit)
      return (cell, text, sheet.measure(text, cell.style, width: cell.width))
    }
    let baseline = measured.map(\.size.baseline).max() ?? 0
    return (measured, baseline, measured.map { baseline - $0.size.baseline + $0.size.height }.max() ?? 0)
  }

  /// Of a row with its rule and what is left free around it.
  private func height(_ cells: [Cell]) -> Double { measured(cells).height + 9 }

  private func cells(_ cells: [Cell], isSum: Bool) throws(DocumentProblem) {
    let (cells, baseline, height) = measured(cells)
    try room(height + 9)
    sheet.rule(at: sheet.y, isStrong: isSum)
    let top = sheet.y + (isSum ? 6 : 3)
    try sheet.tagged("TR") { () throws(DocumentProblem) in
      for (cell, text, size) in cells {
        try sheet.tagged(cell.tag) { () throws(DocumentProblem) in
          sheet.draw(
            text, cell.style, x: Sheet.margin + cell.x, y: top + baseline - size.baseline, width: cell.width)
        }
      }
    }
    sheet.y = top + height + 3
  }

  /// Without control characters, and no longer than there is room for.
  private static func clean(_ text: String, _ limit: Int) -> String {
    let safe = text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    let short = String(String.UnicodeScalarView(safe.prefix(limit)))
    return safe.count > limit ? short + "…" : short
  }
}
