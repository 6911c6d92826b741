import ArgumentParser
import Store

struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Bring the database's schema up to date.")

  @OptionGroup var database: DatabaseOptions
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    try await reporting {
      let store = try await Store.open(database.address, logger: database.logger)
      do {
        let applied = try await store.migrate(Runtime.migrations)
        await store.close()
        _ = try JournalKey.load(database.keyFile, makes: true)
        _ = try AccessKeyFile.load(database.accessKeyFile, makes: true)
        if json {
          try printJSON(["applied": applied])
        } else {
          print(applied.isEmpty ? "The database is up to date." : "Applied: \(applied.joined(separator: ", ")).")
        }
      } catch {
        await store.close()
        throw error
      }
    }
  }
}
