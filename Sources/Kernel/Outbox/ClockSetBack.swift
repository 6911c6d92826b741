import Store

/// What a clock leaves behind that ran ahead for a while and was set right: dates that nobody will see for as long as it was
/// ahead. A lane's bucket would fill no more, its breaker stay open, charges wait for a look that is an hour away.
///
/// It shows in the lane's row: whoever sends moves `filled_at` along with the clock, so it is never ahead of a right one.
enum ClockSetBack {
  /// The clocks of several machines differ by less, all the time.
  static let tolerance = Span.seconds(10)

  /// Brings back what lies ahead by mistake. Called with the lane's row locked.
  /// - Parameter hold: the longest lease on the lane; no lease that is held now ends later than that from now.
  static func mend(_ lane: inout LaneState, hold: Span, in change: Change) throws {
    guard lane.filledAt > change.now + tolerance else { return }
    lane.setBack(to: change.now)
    let (now, name) = (change.now, lane.name)
    try change.tx.execute("DELETE FROM lane_window WHERE lane = \(name) AND at > \(now)")
    // What waits for good reason, for a statement for instance, is looked at once more, and waits again. `sent_at` stays as
    // it is: too late a time only makes us slower to believe that something did not happen.
    try change.tx.execute(
      """
      UPDATE effect SET next_at = \(now + hold)
      WHERE lane = \(name) AND state IN ('sent', 'unknown', 'pending') AND next_at > \(now + hold)
      """)
    // What was to be sent at once was written down at that moment; what was put off for days stays put off.
    try change.tx.execute(
      """
      UPDATE effect SET due_at = \(now)
      WHERE lane = \(name) AND state = 'prepared' AND due_at > \(now) AND due_at = prepared_at
      """)
  }
}

extension LaneState {
  /// Dates as they can be at most when it is `now`.
  fileprivate mutating func setBack(to now: Instant) {
    filledAt = now
    let latest = breaker == .open ? now + LaneGate.longestPause : now
    until = until.map { min($0, latest) }
    rampAt = rampAt.map { min($0, now + LaneGate.stage) }
  }
}
