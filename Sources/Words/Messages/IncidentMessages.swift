// What the pages of incidents say beside the fixed texts of their templates.

extension Message {
  public static let placeIncidents = Message("place.incidents")
  public static let incidentOpen = Message("incidentState.open")
  public static let incidentContained = Message("incidentState.contained")
  public static let incidentClosed = Message("incidentState.closed")
  public static let incidentFunnel = Message("incident.funnel")
  public static let personAffected = Message("person.affected")
  public static let personTold = Message("person.told")
  public static let personWhole = Message("person.whole")
  public static let personUnharmed = Message("person.unharmed")
  public static let personUnreachable = Message("person.unreachable")
  public static let personDisputed = Message("person.disputed")
  public static let cohortSearching = Message("cohort.searching")
  public static let cohortFrozen = Message("cohort.frozen")
  public static let cohortApproved = Message("cohort.approved")
  public static let cohortDropped = Message("cohort.dropped")
  public static let ruleTried = Message("rule.tried")
  public static let ruleApproved = Message("rule.approved")
  public static let ruleRunning = Message("rule.running")
  public static let ruleStopped = Message("rule.stopped")
  public static let remedyDone = Message("remedy.done")
  public static let remedyUnderWay = Message("remedy.underWay")
  public static let remedyRefused = Message("remedy.refused")
  public static let remedyHeld = Message("remedy.held")

  /// - Parameter shown: the number as the reader writes it.
  public static func incidentPeople(_ count: Int, shown: String) -> Message {
    Message("incidentPeople", ["shown": .words(shown)], count: count)
  }
}
