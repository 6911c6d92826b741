import Store

/// What one incident was for one person, as those parts show it that know the person and no incident: what happened, what was
/// done about it, whether it is settled.
public struct PersonHarm: Sendable, Equatable {
  public enum Standing: String, Sendable {
    /// Found; or told as well.
    case open, told
    case whole, unharmed, unreachable
    /// They said that it is not right, and have no answer yet.
    case disputed
  }

  /// One thing that reached them.
  public struct Item: Sendable, Equatable {
    /// As the finder names it: `capture:7`.
    public var item: String
    public var amount: Int64
    public var unit: String

    public init(item: String, amount: Int64, unit: String) {
      self.item = item
      self.amount = amount
      self.unit = unit
    }
  }

  public struct Given: Sendable, Equatable {
    public enum State: String, Sendable { case underWay, done, refused, held }

    /// The remedy's name: `charges.refund`.
    public var remedy: String
    public var state: State
    public var amount: Int64
    public var unit: String
    public var at: Instant

    public init(remedy: String, state: State, amount: Int64, unit: String, at: Instant) {
      self.remedy = remedy
      self.state = state
      self.amount = amount
      self.unit = unit
      self.at = at
    }
  }

  public struct Objection: Sendable, Equatable {
    public var id: Int64
    public var text: String
    public var raisedAt: Instant
    public var dueAt: Instant
    public var answer: String?

    public init(id: Int64, text: String, raisedAt: Instant, dueAt: Instant, answer: String?) {
      self.id = id
      self.text = text
      self.raisedAt = raisedAt
      self.dueAt = dueAt
      self.answer = answer
    }
  }

  public var incident: Int64
  /// For those who work here: in their words, not the person's.
  public var title: String
  /// What happened, by the finder's name; `nil`: nobody has approved yet what did.
  public var finder: String?
  public var standing: Standing
  public var noticedAt: Instant
  public var toldAt: Instant?
  public var wholeAt: Instant?
  public var items: [Item]
  public var given: [Given]
  /// The newest first.
  public var objections: [Objection]

  public init(
    incident: Int64, title: String, finder: String?, standing: Standing, noticedAt: Instant, toldAt: Instant? = nil,
    wholeAt: Instant? = nil, items: [Item] = [], given: [Given] = [], objections: [Objection] = []
  ) {
    self.incident = incident
    self.title = title
    self.finder = finder
    self.standing = standing
    self.noticedAt = noticedAt
    self.toldAt = toldAt
    self.wholeAt = wholeAt
    self.items = items
    self.given = given
    self.objections = objections
  }
}

/// How a part that has people reads what reached one of them, and hands on that it is not right. `Server` wires it.
public struct PersonHarms: Sendable {
  /// Of a person as facts name them (`customer:42`), the newest first: at most `limit`, and how many there are.
  public var of: @Sendable (_ person: String, _ limit: Int, Transaction) throws -> (shown: [PersonHarm], count: Int)
  /// "This is not right": it becomes work for somebody.
  public var object:
    @Sendable (_ incident: Int64, _ person: String, _ text: String, _ actor: Actor, _ key: String) async throws -> Void

  public init(
    of: @escaping @Sendable (String, Int, Transaction) throws -> (shown: [PersonHarm], count: Int),
    object: @escaping @Sendable (Int64, String, String, Actor, String) async throws -> Void
  ) {
    self.of = of
    self.object = object
  }

  /// Of a service that keeps no incidents.
  public static let none = PersonHarms(
    of: { _, _, _ in ([], 0) },
    object: { incident, _, _, _, _ in
      throw Refusal(.missing, "noIncident", "There is no incident \(incident).")
    })
}
