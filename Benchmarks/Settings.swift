import ArgumentParser
import TestSupport

/// What every part takes.
struct Settings: ParsableArguments {
  @Option(help: "Runs of each kind; the medians are shown.") var rounds = 3
  @Option(help: "Rows that one transaction takes.") var batch = 1_000
  @Option(help: "sqlite or postgres; both if left out.") var engine: String?

  func validate() throws {
    guard rounds > 0, batch > 0 else { throw ValidationError("--rounds and --batch are at least 1.") }
    guard engine == nil || engines.count == 1 else {
      throw ValidationError("--engine is sqlite or postgres; postgres needs AMENDS_TEST_POSTGRES.")
    }
  }

  var engines: [TestEngine] { TestEngine.available.filter { engine == nil || engine == $0.rawValue } }
}

/// A part of the benchmark: measures, and says so in lines of one table.
protocol Part: AsyncParsableCommand {
  func measure() async throws -> [Line]
}

extension Part {
  func run() async throws { Table.show(try await measure()) }
}

/// A run that did not do what it was measured for.
struct Failed: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
