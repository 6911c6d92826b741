import Store

/// What the kernel itself has to announce: partners stopped by hand, alerts.
public enum KernelAnnouncements {
  public static let announcer = Announcer(
    types: [
      .init("partner.stopped", "Somebody stopped new charges to a payment partner."),
      .init("partner.resumed", "Charges to the partner begin again, in steps."),
      .init("alert.raised", "A check found something; `name` says which, `about` what it is about."),
      .init("alert.cleared", "What the alert was about is over."),
    ],
    facts: [LaneSwitched.kind, AlertRaised.kind, AlertCleared.kind]
  ) { facts, _ in
    facts.reduce(into: [:]) { $0[$1.number] = announcement(of: $1) }
  }

  private static func announcement(of fact: RecordedFact) -> Announcement? {
    let fields = fact.fields()
    let name = String(fact.subject.drop { $0 != ":" }.dropFirst())
    switch fact.kind {
    case LaneSwitched.kind:
      return Announcement(
        fields["on"]?.number == 1 ? "partner.resumed" : "partner.stopped", isTest: TestLane.isOne(name),
        ["partner": .text(name)])
    // An alert's sentence is for people: it may quote what somebody typed.
    case AlertRaised.kind:
      return Announcement(
        "alert.raised",
        ["about": fields["about"] ?? .none, "name": .text(name), "owner": fields["owner"] ?? .none])
    case AlertCleared.kind:
      return Announcement("alert.cleared", ["about": fields["about"] ?? .none, "name": .text(name)])
    default: return nil
    }
  }
}
