import Kernel

/// A notification that is due to be sent.
public struct Outbound: Sendable, Equatable {
  /// The same for the second copy and for a repeated delivery.
  public var eventID: String
  public var due: Instant
  /// As it stands when the notification leaves; of one that tells of the beginning, as it stood then.
  public var booking: Booking
  /// Whether it names our reference, or the partner's id alone.
  public var namesReference: Bool
  public var sink: Sink?
  /// Deliveries tried before.
  public var tried: Int

  let row: Int32
  /// When it was first to be sent: what the truth file knows it by.
  let planned: Instant
  let tellsBeginning: Bool
}

/// A planned notification; many wait at once, so it is small.
struct Notice: Comparable, Sendable {
  var due: Instant
  var planned: Instant
  var order: UInt64
  var row: Int32
  var tried: Int32
  var tellsBeginning = false

  static func < (a: Notice, b: Notice) -> Bool { (a.due, a.order) < (b.due, b.order) }
}

extension PartnerBook {
  /// Takes out what is due by `now`, in order of its due time, at most `limit`.
  public mutating func dueNotifications(_ now: Instant, limit: Int = .max) -> [Outbound] {
    advance(to: now)
    var due: [Outbound] = []
    while due.count < limit, let notice = notices.first, notice.due <= now {
      _ = notices.removeFirst()
      if !delivered.isEmpty, delivered.remove(Delivered(row: notice.row, planned: notice.planned)) != nil { continue }
      due.append(outbound(notice))
    }
    return due
  }

  /// When the next notification, settlement or return is due: where a moved clock may jump to.
  public var nextDue: Instant? {
    switch (notices.first?.due, changes.first?.at) {
    case (let notice?, let change?): min(notice, change)
    case (let notice, let change): notice ?? change
    }
  }

  /// How many notifications wait to be sent.
  public var waiting: Int { notices.count }

  /// It was delivered, or given up: not to be sent again after a restart.
  public mutating func finished(_ outbound: Outbound) { note(sent: outbound) }

  /// Sends it once more, later.
  public mutating func retry(_ outbound: Outbound, at due: Instant) {
    order += 1
    notices.insert(
      Notice(
        due: due, planned: outbound.planned, order: order, row: outbound.row, tried: Int32(outbound.tried) + 1,
        tellsBeginning: outbound.tellsBeginning))
  }

  /// How often the sender may try again, and after how long: the dials of this moment.
  public var retryPolicy: (retries: Int, after: Span) {
    (dials.notifications.retries, Span(microseconds: Int64(dials.notifications.retryAfterSeconds * 1_000_000)))
  }

  mutating func addNotice(_ row: Int32, due: Instant, tellsBeginning: Bool = false) {
    order += 1
    notices.insert(
      Notice(due: due, planned: due, order: order, row: row, tried: 0, tellsBeginning: tellsBeginning))
  }

  /// When the notifications of an event leave: none if it is lost, two if it is doubled.
  mutating func planNotices(_ draws: Draws, at: Instant) -> [Instant] {
    counters.noticesPlanned += 1
    if draws.happens(.lose, lossProbability(at)) {
      counters.noticesLost += 1
      return []
    }
    let dial = dials.notifications
    var due = at + draws.span(.delay, in: dial.delay)
    if draws.happens(.reorder, dial.reorder) { due = due + draws.span(.reorderBy, in: dial.reorderBy) }
    guard draws.happens(.double, dial.double) else { return [due] }
    counters.noticesDoubled += 1
    return [due, due + draws.span(.doubleAfter, in: dial.doubleAfter)]
  }

  /// A sender that manages `capacityPerHour` loses the share above it: 1 − capacity / volume.
  private mutating func lossProbability(_ at: Instant) -> Double {
    let dial = dials.notifications
    guard dial.capacityPerHour > 0 else { return dial.lose }
    let thisHour = at.seconds / 3_600
    if thisHour != hour { (hour, noticesThisHour) = (thisHour, 0) }
    noticesThisHour += 1
    return max(dial.lose, 1 - Double(dial.capacityPerHour) / Double(noticesThisHour))
  }

  private func outbound(_ notice: Notice) -> Outbound {
    let row = rows[Int(notice.row)]
    let bare = dials.notifications.bare > 0 && draws(of: row).happens(.bare, dials.notifications.bare)
    var booking = booking(notice.row)
    var eventID = "evt-" + booking.transaction
    if notice.tellsBeginning {
      (booking.status, booking.bookedAt, booking.code) = (.processing, nil, nil)
      eventID += "-begun"
    }
    return Outbound(
      eventID: eventID, due: notice.due, booking: booking, namesReference: !bare,
      sink: details[notice.row]?.sink, tried: Int(notice.tried), row: notice.row, planned: notice.planned,
      tellsBeginning: notice.tellsBeginning)
  }
}
