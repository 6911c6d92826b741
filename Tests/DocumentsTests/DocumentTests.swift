import Documents
import Foundation
import Kernel
import Testing

/// Held against poppler: what another program reads of the file.
@Suite("Documents as PDF", .enabled(if: Poppler.isHere))
struct DocumentTests {
  static let made = Instant(seconds: 1_772_355_600)  // 2026-03-01T09:00:00Z

  struct Sample: Sendable, CustomTestStringConvertible {
    var language: String
    var direction = Document.Direction.ltr
    var title: String
    var rows: [(String, String)]

    var testDescription: String { language }

    var document: Document {
      Document(
        title: title, language: language, direction: direction, sender: ["Atlas & Söhne", "Lesestraße 1"], made: made,
        blocks: [.values(rows.map { .init($0.0, $0.1) }), .note("Nothing < more > & no less.")]
      ) { "\($0) / \($1)" }
    }
  }

  static let samples = [
    Sample(language: "en", title: "Receipt", rows: [("Number", "65542"), ("Name", "Ada Costa"), ("Amount", "€9.99")]),
    Sample(
      language: "de", title: "Quittung",
      rows: [("Name", "Jörg Müßig"), ("Zeitraum", "1. März 2026 – 1. April 2026"), ("Betrag", "9,99 €")]),
    Sample(
      language: "ar", direction: .rtl, title: "إيصال",
      rows: [("الرقم", "65542"), ("الخطة", "نادي القراءة"), ("المبلغ", "9.99 €")]),
    Sample(language: "ja", title: "領収書", rows: [("番号", "65542"), ("お名前", "伊藤 純"), ("金額", "￥1,500")]),
    Sample(language: "hi", title: "रसीद", rows: [("नाम", "अनिल कुमार क्षत्रिय"), ("ไทย", "สวัสดี")]),
    Sample(language: "he", direction: .rtl, title: "קבלה", rows: [("שם", "שלום עולם")]),
  ]

  @Test("What stands in it can be copied, in any script", arguments: samples)
  func copied(sample: Sample) throws {
    let text = try Poppler.text(try sample.document.pdf())
    for expected in [sample.title] + sample.rows.flatMap({ [$0.0, $0.1] }) + ["Atlas & Söhne"] {
      // Right to left poppler puts the sign of a currency on the other side of its number.
      let isMoney = sample.direction == .rtl && expected.contains("€")
      #expect(text.contains(isMoney ? "9.99" : expected), "\(expected) in \(text)")
    }
  }

  @Test("A reader hears it in its order", arguments: samples)
  func structure(sample: Sample) throws {
    let file = try sample.document.pdf()
    let tree = try Poppler.run("pdfinfo", ["-struct-text"], file)
    let tags = tree.split(separator: "\n").compactMap { line -> String? in
      let word = line.trimmingCharacters(in: .whitespaces)
      return word.hasPrefix("\"") ? nil : String(word.split(separator: " ").first ?? "")
    }
    let row = ["TR", "TH", "TD"]
    #expect(
      tags == ["Document", "P", "P", "H1", "Table"] + sample.rows.flatMap { _ in row } + ["P"], "\(sample.language)")
    // The footer is no part of what is read.
    #expect(!tree.contains("1 / 1"))
  }

  @Test("It says its title, its language and when it was made", arguments: samples)
  func about(sample: Sample) throws {
    let file = try sample.document.pdf()
    let about = try Poppler.run("pdfinfo", ["-isodates"], file)
    #expect(about.contains(sample.title))
    #expect(about.contains("Tagged:          yes"))
    #expect(about.contains("2026-03-01T09:00:00"))
    #expect(about.contains("Page size:       595.276 x 841.89 pts (A4)"))
    let end = String(decoding: file.suffix(1_000), as: UTF8.self)
    #expect(end.contains("/Lang (\(sample.language))"))
    #expect(end.contains("/DisplayDocTitle true"))
  }

  @Test("Every font is in the file, with the characters of its letters", arguments: samples)
  func fonts(sample: Sample) throws {
    let lines = try Poppler.run("pdffonts", [], try sample.document.pdf()).split(separator: "\n").dropFirst(2)
    #expect(!lines.isEmpty)
    for line in lines { #expect(line.contains(#/\byes yes yes\b/#), "embedded, subset, readable: \(line)") }
    let names = lines.joined()
    #expect(names.contains("Noto") || names.contains("IPA"), "the fonts of scripts/packages: \(names)")
  }

  @Test("The same document is the same bytes")
  func same() throws {
    for sample in Self.samples { #expect(try sample.document.pdf() == sample.document.pdf()) }
  }

  @Test("Many at once, from as many threads, are the same bytes too")
  func manyAtOnce() throws {
    let alone = try Self.samples.map { try $0.document.pdf() }
    let samples = Self.samples
    DispatchQueue.concurrentPerform(iterations: 120) { number in
      let sample = number % samples.count
      #expect((try? samples[sample].document.pdf()) == alone[sample])
    }
  }

  @Test("A long one goes on: no row is lost, each page has its head and its foot")
  func long() throws {
    var document = Self.samples[0].document
    let words = (1...2_000).map { "word\($0)" }.joined(separator: " ")
    document.blocks = [
      .heading("Refunds"), .table(head: ["Date", "Amount"], rows: (1...200).map { ["row\($0)", "amount\($0)"] }),
      .paragraph(words),
    ]
    let file = try document.pdf()
    let pages = try #require(try Poppler.run("pdfinfo", [], file).firstMatch(of: #/Pages:\s+(\d+)/#)?.1)
    let count = try #require(Int(pages))
    #expect(count > 7)
    let all = try Poppler.text(file, ["-raw"])
    for row in 1...200 { #expect(all.contains("row\(row) amount\(row)\n")) }
    let said = all.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("word") }
    #expect(said.map(String.init) == (1...2_000).map { "word\($0)" })
    for page in 1...count {
      let text = try Poppler.text(file, ["-raw", "-f", "\(page)", "-l", "\(page)"])
      #expect(text.contains("\(page) / \(count)"))
      if text.contains("row") { #expect(text.contains("Date Amount")) }
    }
  }

  @Test("Nothing is drawn over the edge, whatever comes from outside")
  func edges() throws {
    var document = Self.samples[0].document
    let longest = String(repeating: "W", count: 900)
    document.title = String(repeating: "Receipt of ", count: 30)
    document.sender = [longest, "\u{0}\u{7}bell", String(repeating: "ﷺ", count: 200)]
    document.blocks = [
      .values([.init(longest, longest), .init("\u{202E}turned", "کتاب ספר 本", isSum: true)]),
      .table(head: ["a", "b", "c", "d"], rows: [[longest, longest, "", longest]]),
    ]
    for direction in [Document.Direction.ltr, .rtl] {
      document.direction = direction
      let file = try document.pdf()
      let pages = try #require(try Poppler.run("pdfinfo", [], file).firstMatch(of: #/Pages:\s+(\d+)/#)?.1)
      for page in 1...(try #require(Int(pages))) {
        let (width, height, gray) = try Poppler.picture(file, page: page)
        let margin = 24  // points; half of it in dots
        for y in 0..<height {
          for x in 0..<width where gray[y * width + x] < 200 {
            let inside = x >= margin / 2 && x < width - margin / 2 && y >= margin / 2 && y < height - margin / 2
            #expect(inside, "\(direction), page \(page): \(x), \(y)")
            if !inside { return }
          }
        }
      }
    }
  }

  @Test("A document without an end, and a language that is none, are refused")
  func refused() {
    var document = Self.samples[0].document
    document.blocks = [.table(head: ["a"], rows: Array(repeating: ["b"], count: 20_000))]
    #expect(throws: DocumentProblem.tooManyPages) { try document.pdf() }
    document = Self.samples[0].document
    document.language = "en) /Evil (x"
    #expect(throws: DocumentProblem.unknownForm) { try document.pdf() }
  }
}
