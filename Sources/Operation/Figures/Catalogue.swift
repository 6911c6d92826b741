/// What the figures mean, in one place: their help texts, and the buckets of those that are distributions.
///
/// A label's value comes from a list that does not grow with the service: a lane of the partners file, a state, a step, a door's
/// pattern. Never a person's, a reference, an id or a path as it was asked for.
enum Catalogue {
  private static let helps: [String: String] = [
    "amends_renewals_opened_total": "Obligations that fell due and were opened by this process.",
    "amends_effect_outcomes_total": "Charges, refunds and mails that came to a state, by lane, kind and outcome.",
    "amends_partner_call_seconds": "Calls to partners and the mail server, by lane, what was asked and the verdict.",
    "amends_notification_delay_seconds": "From sending a charge to the notification that settled it, by lane.",
    "amends_notifications_total": "Notifications of partners, by lane and what became of them.",
    "amends_step_seconds": "How long a step of the worker took, by step.",
    "amends_step_failures_total": "Steps of the worker that failed and will be tried again, by step.",
    "amends_commit_seconds": "How long COMMIT took; on SQLite of the whole group.",
    "amends_commit_group_size": "Transactions that SQLite committed together.",
    "amends_commit_unknown_total": "Commits of which it is not known whether they happened.",
    "amends_store_wait_seconds": "How long transactions waited for their turn or a connection.",
    "amends_store_busy_total": "Transactions refused because the writer or every connection was busy.",
    "amends_store_connections_in_use": "PostgreSQL connections of this process that run a transaction.",
    "amends_http_requests_total": "Answered requests, by door (its pattern), method and status.",
    "amends_http_request_seconds": "How long requests took, by door (its pattern) and method.",
    "amends_lane_state": "1 for the state of each lane: closed, halfOpen, open (breaker), stopped (by hand).",
    "amends_outbox_due": "Effects that are prepared and due, by lane; 100000 means that or more.",
    "amends_outbox_open": "Effects that were sent and have no end, by lane and state; 100000 means that or more.",
    "amends_unknown_open": "Effects of which nobody knows what became, by lane and how long ago they were sent.",
    "amends_waiting_for_person": "Effects that wait for a person's decision: all, and those past their date.",
    "amends_alerts_open": "Open alerts, by name.",
    "amends_inbox": "Evidence that is not weighed yet, by state; 100000 means that or more.",
    "amends_journal_unsealed": "Facts that are not sealed yet; 100000 means that or more.",
    "amends_journal_unsealed_age_seconds": "How long the oldest fact has waited to be sealed.",
    "amends_ready": "1 where a check of readiness holds, by check.",
    "amends_standing_read": "1 if the figures about the database could be read just now.",
    "amends_build_info": "The program's version.",
    "amends_spans_dropped_total": "Spans that were not sent to the collector because its queue was full or it failed.",
    "process_cpu_seconds_total": "User and system time of this process.",
    "process_resident_memory_bytes": "Memory of this process that is in RAM.",
    "process_virtual_memory_bytes": "Address space of this process.",
    "process_open_fds": "Open file descriptors.",
    "process_max_fds": "How many file descriptors may be open.",
    "process_threads": "Threads of this process.",
    "process_start_time_seconds": "When this process began, in seconds since 1970.",
  ]

  static func help(of name: String) -> String { helps[name] ?? "Counted by a library." }

  /// From a tenth of a millisecond, which a commit in memory takes, to the minute after which something is wrong.
  private static let latencies = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]

  static func bounds(of name: String) -> [Double] {
    switch name {
    case "amends_commit_group_size": [1, 2, 4, 8, 16, 32, 64, 128, 256]
    // A notification takes seconds, or, where it got lost, until somebody looks.
    case "amends_notification_delay_seconds": [0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400]
    default: latencies
    }
  }
}
