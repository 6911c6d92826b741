import Kernel

/// What is sent: written once with the event, so that every attempt and every endpoint gets the same bytes.
///
/// `{"data":{…},"id":"evt_0_812","test":false,"timestamp":"2026-03-01T09:00:00Z","type":"charge.settled"}`
enum EventPayload {
  static func text(_ announcement: Announcement, of fact: RecordedFact) -> String {
    // The names and the values around `data` hold nothing that would have to be quoted.
    """
    {"data":\(announcement.data.json),"id":"\(id(fact.number))","test":\(announcement.isTest),\
    "timestamp":"\(fact.at.iso8601)","type":"\(announcement.type)"}
    """
  }

  /// The same for every endpoint and every attempt, for ever: it names the fact that it is about.
  static func id(_ fact: FactNumber) -> String { "evt_\(fact.epoch)_\(fact.id)" }
}
