import Accounts
import AsyncHTTPClient
import Foundation
import Kernel
import Logging
import Mail
import NIOCore
import NIOPosix
import Partners
import Store

/// Tries what is configured, and changes nothing. Every finding names what it is about and what to do.
struct ConfigCheck: Sendable {
  struct Finding: Codable, Sendable, Equatable {
    enum State: String, Codable, Sendable { case good, note, wrong }

    var state: State
    var about: String
    var text: String

    init(_ state: State, _ about: String, _ text: String) {
      self.state = state
      self.about = about
      self.text = text
    }
  }

  let database: DatabaseOptions
  let listening: ListenOptions
  let operation: OperationSettings

  func run() async -> [Finding] {
    var findings = variables()
    findings += settingsFile()
    findings.append(key("journal-key", database.keyFile) { _ = try JournalKey.load($0, makes: false) })
    findings.append(key("access-key", database.accessKeyFile) { _ = try AccessKeyFile.load($0, makes: false) })
    findings += partners()
    findings += await store()
    findings += await mail()
    findings += await addresses()
    findings.append(organisation())
    return findings
  }

  // MARK: - names and files

  /// A variable that is written wrong is not seen by anybody.
  private func variables() -> [Finding] {
    let known = Setting.all.map(\.variable)
    return ProcessInfo.processInfo.environment.keys.sorted().compactMap { name in
      guard name.hasPrefix("AMENDS_"), !known.contains(name),
        !Setting.otherVariables.contains(where: { name.hasPrefix($0) })
      else { return nil }
      return Finding(.wrong, name, "There is no such variable; take it out.\(Suggestion.words(name, known))")
    }
  }

  private func settingsFile() -> [Finding] {
    guard let path = Settings.path else { return [] }
    return [open(path) ?? Finding(.good, "config", "\(path) is read.")].map { Finding($0.state, "config", $0.text) }
  }

  /// Whoever may change such a file decides where money goes.
  private func open(_ path: String, secret: Bool = false) -> Finding? {
    guard let mode = mode(path) else { return nil }
    let others: mode_t = secret ? 0o077 : 0o022
    guard mode & others != 0 else { return nil }
    let words =
      secret ? "be read by others than its owner: `chmod 600" : "be changed by others than its owner: `chmod go-w"
    return Finding(.wrong, path, "\(path) can \(words) \(path)`.")
  }

  private func mode(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode : nil
  }

  private func key(_ name: String, _ path: String, _ load: (String) throws -> Void) -> Finding {
    guard mode(path) != nil else {
      return database.isPostgres
        ? Finding(
          .wrong, name, "There is none at \(path): `amends migrate` makes it once; give every program the same file.")
        : Finding(.note, name, "There is none at \(path) yet: the first start makes it. Back it up then.")
    }
    if let open = open(path, secret: true) { return Finding(.wrong, name, open.text) }
    do { try load(path) } catch { return Finding(.wrong, name, Problem(telling: error).description) }
    return Finding(.good, name, "\(path) holds one, for its owner alone.")
  }

  private func partners() -> [Finding] {
    guard let file = database.partnersFile else {
      return [Finding(.note, "partners", "There is no partners file: nobody is charged. Name it with --partners.")]
    }
    var findings: [Finding] = []
    if let open = open(file) { findings.append(Finding(.wrong, "partners", open.text)) }
    let http = PartnerHTTP(connections: 1, logger: Logger(label: "amends") { _ in SwiftLogNoOpLogHandler() })
    // Closed in the background: nothing was sent with it.
    defer { Task { try? await http.shutdown() } }
    do {
      let all = try PartnerConfiguration.read(try Files.read(file, limit: 1 << 20))
      for partner in all {
        do {
          _ = try makeCounterpart(partner, http: http)
          findings.append(Finding(.good, "partners", "\(partner.lane): its settings and secrets can be read."))
        } catch {
          findings.append(Finding(.wrong, "partners", "\(partner.lane): \(Problem(telling: error).description)"))
        }
      }
      if all.isEmpty { findings.append(Finding(.note, "partners", "\(file) lists no partner.")) }
    } catch { findings.append(Finding(.wrong, "partners", Problem(telling: error).description)) }
    return findings
  }

  // MARK: - what is reached

  private func store() async -> [Finding] {
    if let path = database.path, path != ":memory:" {
      guard mode(path) != nil else {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        return [
          access(folder, W_OK) == 0
            ? Finding(.note, "database", "\(path) is not there yet: the first start makes it.")
            : Finding(.wrong, "database", "The folder \(folder) cannot be written; make it, and give it to this user.")
        ]
      }
      if let open = open(path, secret: true) { return [Finding(.wrong, "database", open.text)] }
    }
    let quiet = Logger(label: "amends") { _ in SwiftLogNoOpLogHandler() }
    do {
      let store = try await Store.openToRead(database.address, logger: quiet)
      do {
        try await store.check(Runtime.migrations)
        let isLeftBehind = try await store.read { tx in try Journal.isLeftBehind(in: tx) }
        await store.close()
        return [
          isLeftBehind
            ? Finding(.wrong, "database", "It was copied from another cluster: `amends restore --adopt --to ADDRESS`.")
            : Finding(.good, "database", "It answers, and its schema is this program's.")
        ]
      } catch {
        await store.close()
        throw error
      }
    } catch StoreError.older(let why) where !database.isPostgres {
      return [
        Finding(.note, "database", "It is older than this program: the next start brings it up to date (\(why)).")
      ]
    } catch { return [Finding(.wrong, "database", Problem(telling: error).description)] }
  }

  private func mail() async -> [Finding] {
    do {
      guard let server = try database.mail.server() else {
        return [
          Finding(
            .note, "mail", "There is no mail server: mails are kept and seen at /mails. Name one with --mail-url.")
        ]
      }
      let text = Settings.value("mail-url") ?? database.mail.mailURL ?? ""
      guard let url = URL(string: database.mail.mailURL ?? text), let host = url.host() else {
        return [Finding(.wrong, "mail", "--mail-url names no server.")]
      }
      _ = server
      let port = url.port ?? (url.scheme == "smtps" ? 465 : 587)
      return [
        await reaches(host, port)
          ? Finding(.good, "mail", "\(host):\(port) takes connections.")
          : Finding(
            .wrong, "mail", "Nobody answers at \(host):\(port) within five seconds: check name, port and firewall.")
      ]
    } catch { return [Finding(.wrong, "mail", Problem(telling: error).description)] }
  }

  private func addresses() async -> [Finding] {
    var findings: [Finding] = []
    for proxy in listening.proxy where (try? SocketAddress(ipAddress: proxy, port: 1)) == nil {
      findings.append(
        Finding(.wrong, "proxy", "\(proxy) is no IP address: a connection comes from an address, not from a name."))
    }
    if let origin = listening.origin {
      let answers = await Self.answers("\(origin)/health")
      findings.append(
        answers
          ? Finding(.good, "address", "\(origin) answers over TLS.")
          : Finding(.note, "address", "\(origin)/health does not answer now. It has to once server and proxy run."))
    } else if !listening.showsConsole {
      findings.append(
        Finding(.note, "host", "With --host \(listening.host) and no --address only partners' notifications are taken.")
      )
    } else {
      findings.append(
        Finding(.good, "host", "The console is on this machine alone: http://\(listening.host):\(listening.port)/."))
    }
    if operation.port != nil, !["127.0.0.1", "::1", "localhost"].contains(operation.host) {
      findings.append(
        Finding(.note, "metrics-host", "Whoever reaches \(operation.host) sees how much business is done."))
    }
    return findings
  }

  private func organisation() -> Finding {
    let quiet = Logger(label: "amends") { _ in SwiftLogNoOpLogHandler() }
    do {
      let isSet = try listening.organisation.provider(quiet) != nil
      return Finding(
        isSet ? .good : .note, "oidc-issuer",
        isSet ? "Its settings and secret are there." : "No organisation's sign-in.")
    } catch { return Finding(.wrong, "oidc-issuer", Problem(telling: error).description) }
  }

  private func reaches(_ host: String, _ port: Int) async -> Bool {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(5))
    guard let channel = try? await bootstrap.connect(host: host, port: port).get() else { return false }
    try? await channel.close()
    return true
  }

  private static func answers(_ url: String) async -> Bool {
    let response = try? await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(5))
    return response?.status == .ok
  }
}
