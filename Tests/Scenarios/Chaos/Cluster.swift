import Foundation

/// A PostgreSQL server of one house's own, which may be killed, filled up and left behind. The other tests' server is not
/// touched.
final class Cluster {
  let data: URL
  let port: Int
  let server: Keeper
  private let home: URL
  private let wrapper: [String]

  /// Where the newest PostgreSQL server's programs are; `nil`: there is none here.
  static let programs: String? = {
    let base = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
    let newest = versions.filter { FileManager.default.isExecutableFile(atPath: "\(base)/\($0)/bin/initdb") }
      .max { $0.compare($1, options: .numeric) == .orderedAscending }
    return newest.map { "\(base)/\($0)/bin" }
  }()

  private static let password = "chaos"
  private static let environment = ["PGPASSWORD": password, "PGCONNECT_TIMEOUT": "5"]

  /// PostgreSQL refuses to run as root.
  static let user: [String] = {
    guard geteuid() == 0 else { return [] }
    let name = getpwnam("postgres") == nil ? "nobody" : "postgres"
    return ["setpriv", "--reuid=\(name)", "--regid=\(getpwnam(name).pointee.pw_gid)", "--clear-groups"]
  }()

  /// - Parameter home: a folder that everybody may enter; the cluster gets one in it.
  init(_ name: String, in home: URL, through place: [String] = []) async throws {
    self.home = home
    // In a namespace of users this user is root; one more namespace makes it somebody else again.
    let nested = place.contains("--user") ? ["unshare", "--user", "--map-user=1000", "--map-group=1000"] : []
    wrapper = place + nested + Self.user
    data = home.appending(path: name).appending(path: "data")
    let port = Web.freePort()
    self.port = port
    let (program, folder, wrapper) = ("\(Self.programs ?? "")/postgres", data, wrapper)
    server = Keeper("postgres \(name)") {
      try Program(
        [
          "-D", folder.path, "-c", "listen_addresses=127.0.0.1", "-c", "port=\(port)",
          "-c", "unix_socket_directories=", "-c", "shared_buffers=32MB", "-c", "max_connections=80",
          "-c", "max_wal_senders=4", "-c", "wal_level=replica", "-c", "timezone=UTC", "-c", "jit=off",
        ], of: program, through: wrapper, in: home)
    }
    let parent = data.deletingLastPathComponent().path
    var make = "mkdir -p '\(parent)'"
    if geteuid() == 0 { make += " && chown \(Self.user[1].dropFirst("--reuid=".count)) '\(parent)'" }
    try await Self.run(["-c", make], of: "/bin/sh", through: place, in: home)
  }

  /// Makes an empty cluster with a database `amends`.
  func create() async throws {
    let passwordFile = home.appending(path: "password")
    try Data(Self.password.utf8).write(to: passwordFile)
    // Small pieces of log, so that little room holds them, and that they are asked for often.
    try await tool(
      "initdb", "--pgdata=\(data.path)", "--username=amends", "--pwfile=\(passwordFile.path)", "--auth=scram-sha-256",
      "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions", "--wal-segsize=1")
    let access = "host replication amends 127.0.0.1/32 scram-sha-256"
    let size = "min_wal_size = 2MB\nmax_wal_size = 16MB"
    try await shell("echo '\(access)' >> '\(data.path)/pg_hba.conf'; echo '\(size)' >> '\(data.path)/postgresql.conf'")
    try await start()
    try await sql("CREATE DATABASE amends", in: "postgres")
  }

  /// Makes this one a standby of another, which from then on commits nothing that this one does not have.
  func follow(_ primary: Cluster, named name: String) async throws {
    try await shell("rm -rf '\(data.path)'")
    try await tool(
      "pg_basebackup", "--pgdata=\(data.path)", "--no-sync", "--checkpoint=fast", "--write-recovery-conf",
      "--dbname=host=127.0.0.1 port=\(primary.port) user=amends password=\(Self.password) application_name=\(name)")
    // The primary's own setting came along: promoted, this one would wait for a standby that nobody made.
    try await shell("echo \"synchronous_standby_names = ''\" >> '\(data.path)/postgresql.auto.conf'")
    try await start()
    try await primary.sql("ALTER SYSTEM SET synchronous_standby_names = '\(name)'")
    try await primary.sql("SELECT pg_reload_conf()")
    try await Chaos.wait(for: "the standby to be in step", telling: { await self.server.text }) {
      try await primary.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"
    }
  }

  func promote() async throws { try await sql("SELECT pg_promote()", in: "postgres") }

  func start() async throws {
    try await server.start()
    try await Chaos.wait(for: "PostgreSQL to answer", telling: { await self.server.text }) { await isReady() }
  }

  func isReady() async -> Bool {
    let asked = try? await Program.run(
      ["--quiet", "--host=127.0.0.1", "--port=\(port)"], of: "\(Self.programs ?? "")/pg_isready", in: home)
    return asked?.code == 0
  }

  @discardableResult
  func sql(_ text: String, in database: String = "amends") async throws -> String {
    try await Self.run(
      [
        "--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1", "--command=\(text)",
        "host=127.0.0.1 port=\(port) user=amends dbname=\(database)",
      ], of: "\(Self.programs ?? "")/psql", in: home)
  }

  private func tool(_ name: String, _ arguments: String...) async throws {
    try await Self.run(arguments, of: "\(Self.programs ?? "")/\(name)", through: wrapper, in: home)
  }

  private func shell(_ command: String) async throws {
    try await Self.run(["-c", command], of: "/bin/sh", through: wrapper, in: home)
  }

  @discardableResult
  private static func run(
    _ arguments: [String], of program: String, through wrapper: [String] = [], in folder: URL
  ) async throws -> String {
    let (code, text) = try await Program.run(
      arguments, of: program, through: wrapper, in: folder, environment: environment)
    guard code == 0 else { throw Program.Failed(text: "\(program): exit code \(code)\n\(text)") }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The address of the database on these servers: whichever of them takes writes.
  static func address(_ clusters: Cluster...) -> String {
    let hosts = clusters.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
    let choice = clusters.count > 1 ? "?target_session_attrs=read-write" : ""
    return "postgresql://amends:\(password)@\(hosts)/amends\(choice)"
  }

  /// Clusters for one test, in a folder that goes with them.
  static func with(
    _ names: String..., body: ([Cluster], URL) async throws -> Void
  ) async throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "amends-chaos-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    var clusters: [Cluster] = []
    var failure: (any Error)?
    do {
      for name in names { clusters.append(try await Cluster(name, in: home)) }
      try await body(clusters, home)
    } catch { failure = error }
    for cluster in clusters { await cluster.server.dismiss() }
    if let failure { throw failure }
  }
}
