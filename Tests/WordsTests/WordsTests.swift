import Foundation
import Kernel
import Testing

@testable import Words

@Suite("Words for a reader")
struct WordsTests {
  @Test("A number takes the form that its language has for it")
  func plurals() {
    func said(_ language: Language, _ count: Int) -> String {
      Words(language).text(.pastDueAttempts(count, date: "X"))
    }
    #expect(said(.english, 1) == "We will try 1 more time, on X.")
    #expect(said(.english, 3) == "We will try 3 more times, first on X.")
    #expect(said(.german, 2) == "Wir versuchen es noch 2 Mal, zuerst am X.")
    #expect(said(.japanese, 1) == "あと 1 回請求を行います。次回は X です。")
    #expect(said(.arabic, 1) == "سنحاول مرة أخرى واحدة في X.")
    #expect(said(.arabic, 2) == "سنحاول مرتين أخريين، أولاهما في X.")
    #expect(said(.arabic, 5) == "سنحاول 5 مرات أخرى، أولاها في X.")
    #expect(said(.arabic, 11) == "سنحاول 11 مرةً أخرى، أولاها في X.")
    #expect(said(.arabic, 100) == "سنحاول 100 مرة أخرى، أولاها في X.")
  }

  /// The samples that CLDR 44 itself lists for cardinals of `ar` (supplemental/plurals.xml).
  @Test("Arabic has six forms, by CLDR's own samples")
  func arabic() {
    let samples: [(PluralForm, [Int])] = [
      (.zero, [0]), (.one, [1]), (.two, [2]), (.few, [3, 10, 103, 110, 1_003]),
      (.many, [11, 26, 111, 1_011]), (.other, [100, 102, 200, 202, 300, 302, 1_000, 10_000, 100_000, 1_000_000]),
    ]
    for (form, numbers) in samples {
      for number in numbers { #expect(Language.arabic.pluralForm(for: number) == form, "\(number)") }
    }
  }

  @Test("A name is kept from turning the text around it, and only where it could")
  func isolation() {
    #expect(Words(.english).text(.greeting("Ada Costa")) == "Hello Ada Costa,")
    #expect(Words(.english).text(.greeting("נעה כהן")) == "Hello \u{2068}נעה כהן\u{2069},")
    #expect(Words(.arabic).text(.greeting("Ada Costa")) == "مرحبًا \u{2068}Ada Costa\u{2069}،")
    #expect(Words(.japanese).text(.greeting("伊藤 — ‘純’")) == "伊藤 — ‘純’ 様")
    // A name cannot open what it does not close.
    #expect(Words(.english).text(.greeting("A\u{202E}da\u{2066}")) == "Hello Ada,")
  }

  @Test("In HTML a name stands in bdi, and is escaped as everything is")
  func html() {
    let escape: (String) -> String = { $0.replacing("<", with: "&lt;") }
    #expect(Words(.german).html(.greeting("<b>"), escape: escape) == "Guten Tag <bdi>&lt;b></bdi>,")
    // A name that looks like a place is no place.
    #expect(Words(.english).text(.greeting("{service}")) == "Hello {service},")
  }

  @Test("Amounts, days and times are written as the reader's region writes them")
  func formats() throws {
    let (at, berlin) = (Instant(seconds: 1_772_355_600), try #require(TimeZone(identifier: "Europe/Berlin")))
    func words(_ tag: String) throws -> Words { Words(try #require(LanguageTag(tag))) }
    #expect(try words("en").money(120_499, "EUR", digits: 2) == "€1,204.99")
    #expect(try words("de").money(120_499, "EUR", digits: 2) == "1.204,99\u{A0}€")
    #expect(try words("de-AT").money(-120_499, "EUR", digits: 2) == "-€\u{A0}1.204,99")
    #expect(try words("ja").money(1_500, "JPY", digits: 0) == "¥1,500")
    #expect(try words("ar").money(1_234, "KWD", digits: 3).contains("1.234"))
    #expect(try words("ar-EG").number(12_345) == "١٢٬٣٤٥")
    #expect(try words("ar-EG").day(at, in: berlin) == "١ مارس، ٢٠٢٦")
    // The calendar of the contracts, also where the region's own is another.
    #expect(try words("ar-SA").day(at, in: berlin).contains("مارس"))
    #expect(try words("en").dayTime(at, in: berlin) == "1 March 2026 at 10:00 CET")
    #expect(try words("de").dayTime(at, in: berlin) == "1. März 2026 um 10:00 MEZ")
    #expect(try words("ja").day(at, in: berlin) == "2026年3月1日")
    #expect(try words("en").money(.min, "JPY", digits: 0) == "-JP¥9,223,372,036,854,775,808")
  }

  @Test("Arabic runs from right to left, the others from left to right")
  func directions() {
    #expect(Language.allCases.filter { $0.direction == .rtl } == [.arabic])
  }
}

@Suite("Which language a reader gets")
struct LanguageTagTests {
  @Test(
    "What the browser asks for, by weight and then by order, against what there is",
    arguments: [
      ("de", "de"), ("de-AT,de;q=0.9,en;q=0.5", "de-AT"), ("fr,ja;q=0.3,ar;q=0.7", "ar"), ("fr-CH, fr;q=0.9", "en"),
      ("", "en"), ("*", "en"), ("en;q=0, *", "de"), ("*;q=0.5, ja;q=0.2", "en"), ("ja;q=0.8,de;q=0.8", "ja"),
      ("DE-de", "de-DE"), ("zh-Hant-TW,ja;q=0.1", "ja"), ("ar-Arab-EG", "ar-EG"), ("es-419,de-419", "de-419"),
      ("de;q=0", "en"), ("de;q=x,ja;q=0.1", "ja"), (";;,,=", "en"), ("de;q=2", "en"), ("ar-u-nu-latn-eg", "ar"),
      ("deu", "en"), ("de_AT", "en"), ("ja ; q=0.5 , de ; q=0.6", "de"),
    ])
  func accepted(header: String, tag: String) {
    #expect(LanguageTag.chosen(explicit: nil, accept: header).description == tag)
  }

  @Test("What the reader chose wins; what is no choice is passed over")
  func explicit() {
    #expect(LanguageTag.chosen(explicit: "ja", accept: "de").description == "ja")
    #expect(LanguageTag.chosen(explicit: "xx", accept: "de").description == "de")
    #expect(LanguageTag.chosen(explicit: nil, accept: nil).description == "en")
  }

  @Test("A header of any length is answered at once, and a tag holds nothing but letters and digits")
  func long() {
    #expect(LanguageTag.chosen(explicit: nil, accept: String(repeating: "de,", count: 100_000)).description == "en")
    for text in ["de-\"><b", "de-", "-de", "de--AT", "de-\u{130}x", "de-A T", String(repeating: "a", count: 65)] {
      #expect(LanguageTag(text) == nil)
    }
  }
}
