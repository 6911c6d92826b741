import Kernel
import Store
import Web
import Words

extension AccountDesk {
  /// Who brings this, as of now: an account that was suspended a moment ago is nobody.
  package func identify(_ credential: Credential) async throws -> Identity? {
    switch credential {
    case .session(let text): try await session(Secret(text))
    case .token(let text): try await token(text)
    // Of subscribers: see SubscriberDesk.
    case .own: nil
    }
  }

  private func session(_ secret: Secret) async throws -> Identity? {
    let now = kernel.world.now()
    let found = try await store.read { tx in
      try tx.row(
        """
        SELECT s.id, s.stage, s.seen_at, a.id AS account, a.name, a.role, a.customer, a.language
        FROM account_session AS s JOIN account AS a ON a.id = s.account
        WHERE s.digest = \(secret.digest) AND s.ends_at > \(now) AND s.seen_at > \(now - Session.idle)
          AND a.state = 'active'
        """)
    }
    guard let row = found, let role = Role(rawValue: try row.text("role")),
      let stage = Session.Stage(rawValue: try row.text("stage"))
    else { return nil }
    let id = try row.integer("id")
    if try now - row.instant("seen_at") > Session.touched { try await touch(id, at: now) }
    var identity = Identity(
      account: try row.integer("account"), name: try row.text("name"), role: role,
      rights: stage == .full ? role.rights : [.secondStep], means: .session(id, proof: proof(id)),
      customer: try row.integerOrNull("customer"))
    identity.language = try row.textOrNull("language").flatMap { LanguageTag($0) }
    return identity
  }

  private func token(_ text: String) async throws -> Identity? {
    guard ApiToken.isOne(text) else { return nil }
    let now = kernel.world.now()
    let digest = Secret(text).digest
    let found = try await store.read { tx in
      try tx.row(
        """
        SELECT t.id, t.scopes, t.used_at, a.id AS account, a.name, a.role
        FROM account_token AS t JOIN account AS a ON a.id = t.account
        WHERE t.digest = \(digest) AND t.ends_at > \(now) AND t.revoked_at IS NULL AND a.state = 'active'
        """)
    }
    guard let row = found, let role = Role(rawValue: try row.text("role")) else { return nil }
    let id = try row.integer("id")
    let isFresh = try row.instantOrNull("used_at").map { now - $0 <= ApiToken.touched } ?? false
    if !isFresh { await used(id, at: now) }
    // What the role may not do any more, its tokens may not either.
    let rights = ApiToken.rights(try row.text("scopes")).intersection(role.rights).filter(\.isForTokens)
    return Identity(
      account: try row.integer("account"), name: try row.text("name"), role: role, rights: rights, means: .token(id))
  }

  /// A session that cannot be written down as used would end by itself in the middle of somebody's work; a page that cannot be
  /// shown because the disk is full would be worse.
  private func touch(_ session: Int64, at now: Instant) async throws {
    _ = try? await kernel.change(by: .system("accounts"), canRepeat: true) { change in
      try change.tx.execute("UPDATE account_session SET seen_at = \(now) WHERE id = \(session) AND seen_at < \(now)")
    }
  }

  private func used(_ token: Int64, at now: Instant) async {
    _ = try? await kernel.change(by: .system("accounts"), canRepeat: true) { change in
      try change.tx.execute("UPDATE account_token SET used_at = \(now) WHERE id = \(token)")
    }
  }
}
