/// Something that a person outside is to be told, said in the change that makes it so: with the change it is saved, or not at
/// all, whoever made the change and from where. What there is to tell belongs to a part; who writes it, and in which words, is
/// wired by `Server`.
public protocol Notice: Sendable {}

/// Writes a notice down, as a mail for instance. It must not throw for a person who cannot be written to: what happened counts
/// more than that they hear of it.
public typealias TellPerson = @Sendable (any Notice, Change) throws -> Void

extension Change {
  /// Tells a person outside; nobody, where nobody writes: in a simulation, and at a test clock's time.
  public func tell(_ notice: some Notice) throws { try teller?(notice, self) }

  /// Whether anybody writes, for those who would have to read something first.
  public var tells: Bool { teller != nil }
}
