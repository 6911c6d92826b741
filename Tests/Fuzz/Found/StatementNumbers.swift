import Testing

@testable import Partners

@Suite("Found: numbers of a statement at the end of 64 bits")
struct StatementNumbers {
  @Test("A line or an amount that nothing can be added to is a bad line, not the end of the program")
  func largest() throws {
    for (field, value) in [("booking,1", "booking,9223372036854775807"), ("999,EUR", "9223372036854775807,EUR")] {
      let text = StatementFuzz.good(14, ["ref-1"]).replacing(field, with: value, maxReplacements: 1)
      let statement = try StatementReader.read(CSVReader(bytes: Array(text.utf8)))
      #expect(statement.problems.first?.line == 2, "\(statement.problems)")
      #expect(statement.problems.first?.text.contains("is larger than 10000000000000000") == true)
    }
  }
}
