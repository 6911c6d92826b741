import Foundation
import Kernel
import Testing
import Web
import Words

@Suite("Numbers, money and time read as people write them")
struct FormatTests {
  @Test("Thousands stand apart by a thin space that does not break")
  func counts() {
    let thin = "\u{202F}"
    #expect(Figures.count(0) == "0")
    #expect(Figures.count(999) == "999")
    #expect(Figures.count(1_000) == "1\(thin)000")
    #expect(Figures.count(-1_234_567) == "\u{2212}1\(thin)234\(thin)567")
    #expect(Figures.count(Int64.min) == "\u{2212}9\(thin)223\(thin)372\(thin)036\(thin)854\(thin)775\(thin)808")
    #expect(Figures.count(1, "charge", "charges") == "1 charge")
  }

  @Test("A share that is not nothing never reads as nothing, and one that is not all never as all")
  func shares() {
    #expect(Figures.share(0) == "0\u{202F}%")
    #expect(Figures.share(0.000_01) == "< 0.1\u{202F}%")
    #expect(Figures.share(0.123_4) == "12.3\u{202F}%")
    #expect(Figures.share(0.999_99) == "> 99.9\u{202F}%")
    #expect(Figures.share(1) == "100\u{202F}%")
  }

  @Test("Money has the decimals of its currency")
  func money() {
    #expect(Amount(999, "EUR").text == "EUR\u{A0}9.99")
    #expect(Amount(5, "USD").figures == "0.05")
    #expect(Amount(120_400, "EUR").figures == "1\u{202F}204.00")
    #expect(Amount(980, "JPY").text == "JPY\u{A0}980")
    #expect(Amount(1_500, "KWD").figures == "1.500")
    #expect(Amount(-999, "EUR").figures == "\u{2212}9.99")
  }

  @Test("The same instant reads differently in two zones, and the right way on both sides of a clock change")
  func zones() {
    let berlin = LocalTime(named: "Europe/Berlin")
    // 29 March 2026, 00:59:59 and 01:00:00 UTC: Berlin goes from 02:00 to 03:00.
    let change = Instant(seconds: 1_774_746_000)
    #expect(berlin.clock(change - .seconds(1)) == "01:59:59")
    #expect(berlin.dayTime(change) == "29 March 2026, 03:00")
    #expect(LocalTime(named: "America/New_York").dayTime(change) == "28 March 2026, 21:00")
    #expect(LocalTime(named: "Nowhere/Atlantis").zoneName == "GMT")
    #expect(Moment(change, "").iso == "2026-03-29T01:00:00Z")
  }

  @Test("Lengths of time name their two largest units")
  func spans() {
    let thin = "\u{202F}"
    #expect(SpanText.text(.milliseconds(820)) == "820\(thin)ms")
    #expect(SpanText.text(.milliseconds(2_400)) == "2.4\(thin)s")
    #expect(SpanText.text(.seconds(11_400)) == "3\(thin)h 10\(thin)min")
    #expect(SpanText.text(.days(2)) == "2\(thin)d")
    let words = Words(.english)
    #expect(words.deadline(Samples.now - .minutes(95), now: Samples.now).text == "1\(thin)h 35\(thin)min overdue")
    #expect(words.deadline(Samples.now, now: Samples.now).overdue == false)
  }

  @Test("Every other language writes numbers, money and time as its readers do")
  func languages() {
    let (german, japanese, arabic) = (Words(.german), Words(.japanese), Words(LanguageTag(.arabic, region: "EG")))
    #expect(german.count(12_480) == "12.480" && japanese.count(12_480) == "12,480")
    #expect(german.amount(Amount(120_400, "EUR")) == "1.204,00\u{A0}€")
    #expect(german.figures(Amount(-999, "EUR")) == "-9,99")
    #expect(german.share(0.9999) == "> 99,9\u{A0}%" && german.share(0.0001) == "< 0,1\u{A0}%")
    #expect(arabic.amount(Amount(999, "EGP")).contains("٩"))
    #expect(german.span(.seconds(11_400)) == "3 Std., 10 Min.")
    #expect(japanese.span(.seconds(11_400)) == "3時間 10分")
    let time = LocalTime(.gmt, german)
    #expect(time.day(Samples.now) == "3. März 2026" && time.dayTime(Samples.now).hasPrefix("3. März 2026"))
    #expect(german.deadline(Samples.now - .minutes(95), now: Samples.now).text.hasSuffix("überfällig"))
  }

  @Test("A mail address shows its first letter and its domain")
  func mail() {
    #expect(MaskedMail.text("juergen@example.org") == "j•••@example.org")
    #expect(MaskedMail.text("@example.org") == "•••")
    #expect(MaskedMail.text("no address") == "•••")
  }

  @Test("Evidence is indented without changing a character of what it says")
  func evidence() {
    let json = #"{"b":1.10,"a":[1e2,{"x":"},\" ["}],"big":12345678901234567890,"e":{},"l":[]}"#
    let shown = RawBody(Array(json.utf8)).text
    #expect(
      shown == """
        {
          "b": 1.10,
          "a": [
            1e2,
            {
              "x": "},\\" ["
            }
          ],
          "big": 12345678901234567890,
          "e": {},
          "l": []
        }
        """)
    #expect(RawBody(Array("status=paid&x=<b>".utf8)).text == "status=paid&x=<b>")
    #expect(RawBody([0x1F, 0x8B, 0xFF]).text == "1f 8b ff")
    #expect(RawBody([]).text.isEmpty)
  }

  @Test("Evidence is shown up to a limit, and the limit is told")
  func bounded() throws {
    let long = RawBody([UInt8](repeating: 0x61, count: 70_000))
    #expect(long.text.utf8.count == RawBody.limit)
    #expect(long.cut?.shown == RawBody.limit && long.cut?.of == 70_000)
    // Each nesting adds indentation: what would grow over all bounds stays as it came.
    let deep =
      String(repeating: "[", count: 400) + String(repeating: "1,", count: 3_000) + "1"
      + String(repeating: "]", count: 400)
    #expect(RawBody(Array(deep.utf8)).text == deep)
    // A two-byte character on the border is not torn.
    let odd = "a" + String(repeating: "é", count: RawBody.limit)
    #expect(RawBody(Array(odd.utf8)).text.allSatisfy { $0 == "a" || $0 == "é" })
  }
}
