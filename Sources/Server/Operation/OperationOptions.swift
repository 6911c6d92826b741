import ArgumentParser
import Foundation

/// How the program is watched and stopped: the same for `serve` and `work`.
struct OperationOptions: ParsableArguments {
  @Option(
    help:
      "The port of a second listener with /health, /ready and /metrics; 0 takes any that is free. [$AMENDS_METRICS_PORT; default: none]"
  )
  var metricsPort: Int?
  @Option(
    help: "Its address. Whoever reaches it sees figures, and no person. [$AMENDS_METRICS_HOST; default: 127.0.0.1]")
  var metricsHost: String?
  @Option(
    help: "How many seconds stopping may take; what is under way then is given up. [$AMENDS_STOP_WITHIN; default: 60]")
  var stopWithin: Int?
  @Option(
    help:
      "How many seconds /ready says 503 before anything is stopped, for a load balancer. [$AMENDS_DRAIN; default: 0]")
  var drain: Int?
  @Option(help: "Where spans are sent: http://HOST:4318/v1/traces (OTLP, JSON). [$AMENDS_TRACES_URL; default: nowhere]")
  var tracesURL: String?

  func validate() throws {
    let settings = settings
    guard (0...65_535).contains(settings.port ?? 0) else {
      throw ValidationError("--metrics-port is a number from 0 to 65535.")
    }
    guard (1...3_600).contains(settings.stopWithin) else {
      throw ValidationError("--stop-within is 1 to 3600 seconds.")
    }
    guard (0..<settings.stopWithin).contains(settings.drain) else {
      throw ValidationError("--drain is 0 or more seconds, less than --stop-within.")
    }
    if let traces = settings.traces, !["http", "https"].contains(URL(string: traces)?.scheme ?? "") {
      throw ValidationError("--traces-url is http://… or https://….")
    }
  }

  var settings: OperationSettings {
    OperationSettings(
      host: metricsHost ?? Settings.value("metrics-host") ?? "127.0.0.1",
      port: metricsPort ?? Settings.number("metrics-port"),
      stopWithin: stopWithin ?? Settings.number("stop-within") ?? 60, drain: drain ?? Settings.number("drain") ?? 0,
      traces: tracesURL ?? Settings.value("traces-url"))
  }
}

struct OperationSettings: Sendable {
  var host = "127.0.0.1"
  /// nil: there is no such listener.
  var port: Int?
  var stopWithin = 60
  var drain = 0
  var traces: String?
}
