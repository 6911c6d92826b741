import Foundation
import Kernel

/// Why dials were not taken. The message names the dial.
public struct DialError: Error, Sendable, Equatable, CustomStringConvertible {
  public var message: String
  public var description: String { message }
}

extension Dials {
  /// Ten years, in seconds: the longest span a dial takes, so that no sum of spans overflows.
  static let longest = 315_576_000.0

  /// Reads dials; what is not named keeps its default. An unknown name is an error, not ignored: a dial with a typo in it
  /// would make a test that tests nothing.
  public init(json: Data) throws(DialError) {
    self = try Self.decode(try Self.object(json), path: "")
    try validate()
  }

  /// The same, with every dial named.
  public func json() -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    // Encoding structs of numbers and strings has no way to fail.
    return (try? encoder.encode(self)) ?? Data("{}".utf8)
  }

  /// Checks ranges and the sums of what excludes each other.
  public func validate() throws(DialError) {
    let shares: [(String, Double)] = [
      ("notifications.lose", notifications.lose), ("notifications.double", notifications.double),
      ("notifications.reorder", notifications.reorder), ("notifications.bare", notifications.bare),
      ("notifications.progress", notifications.progress), ("queries.fail", queries.fail),
      ("answers.twice", answers.twice), ("answers.changesMind", answers.changesMind),
      ("answers.late", answers.late), ("answers.http5xxAfterCharge", answers.http5xxAfterCharge),
      ("answers.garbageAfterCharge", answers.garbageAfterCharge),
      ("answers.resetAfterCharge", answers.resetAfterCharge),
      ("answers.http5xxBeforeCharge", answers.http5xxBeforeCharge), ("answers.decline", answers.decline),
      ("answers.declineRefund", answers.declineRefund), ("answers.down", answers.down),
      ("answers.async", answers.async), ("statements.late", statements.late), ("statements.never", statements.never),
      ("statements.torn", statements.torn), ("statements.withheld", statements.withheld), ("returned", returned),
      ("the sum of answers.late and answers.…AfterCharge", faults),
      ("the sum of statements.late and statements.never", statements.late + statements.never),
    ]
    for (name, share) in shares where !(0...1.000_000_1).contains(share) {
      throw DialError(message: "\(name) must be 0…1")
    }
    let spreads: [(String, Spread)] = [
      ("notifications.delay", notifications.delay), ("notifications.doubleAfter", notifications.doubleAfter),
      ("notifications.reorderBy", notifications.reorderBy), ("answers.lateBy", answers.lateBy),
      ("answers.slow", answers.slow), ("answers.asyncDelay", answers.asyncDelay),
      ("answers.changesMindAfter", answers.changesMindAfter), ("returnedAfter", returnedAfter),
    ]
    for (name, spread) in spreads where spread.min > spread.max {
      throw DialError(message: "\(name): min is greater than max")
    }
    let seconds = [
      ("notifications.retryAfterSeconds", notifications.retryAfterSeconds), ("queries.lagSeconds", queries.lagSeconds),
      ("replay.windowSeconds", replay.windowSeconds),
    ]
    for (name, value) in seconds where !(0...Self.longest).contains(value) {
      throw DialError(message: "\(name) must be 0…\(Int(Self.longest))")
    }
    guard (0...1_000_000).contains(answers.throttlePerSecond), notifications.capacityPerHour >= 0,
      (0...100).contains(notifications.retries)
    else { throw DialError(message: "throttlePerSecond, capacityPerHour or retries is out of range") }
    guard 1 <= statements.lateDaysMin, statements.lateDaysMin <= statements.lateDaysMax,
      statements.lateDaysMax <= 3_650, (0...3_650).contains(statements.withheldDays)
    else { throw DialError(message: "statements.lateDaysMin, lateDaysMax or withheldDays is out of range") }
    guard !answers.declineCodes.isEmpty, !answers.declineRefundCodes.isEmpty else {
      throw DialError(message: "declineCodes and declineRefundCodes must not be empty")
    }
  }

  var faults: Double {
    answers.late + answers.http5xxAfterCharge + answers.garbageAfterCharge + answers.resetAfterCharge
  }

  static func object(_ json: Data) throws(DialError) -> [String: Any] {
    guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw DialError(message: "not a JSON object")
    }
    return object
  }

  static func decode(_ given: [String: Any], path: String) throws(DialError) -> Dials {
    let defaults = try object(Dials().json())
    let merged = try merge(given, over: defaults, path: path)
    do {
      return try JSONDecoder().decode(Dials.self, from: JSONSerialization.data(withJSONObject: merged))
    } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context),
      DecodingError.valueNotFound(_, let context), DecodingError.keyNotFound(_, let context)
    {
      let name = context.codingPath.map(\.stringValue).joined(separator: ".")
      if name.isEmpty, let number = misfit(given) {
        throw DialError(message: "\(path)\(number) is no number that fits this dial")
      }
      throw DialError(message: "\(path)\(name): \(context.debugDescription)")
    } catch {
      throw DialError(message: "the dials cannot be read")
    }
  }

  /// The first dial whose number is not of its type. The decoder does not say which one it was, so each is tried alone.
  private static func misfit(_ given: [String: Any]) -> String? {
    for (path, value) in leaves(given).sorted(by: { $0.path.joined() < $1.path.joined() }) {
      guard let defaults = try? object(Dials().json()) else { return nil }
      let alone = path.dropLast().reversed().reduce([path.last ?? "": value]) { [$1: $0] }
      guard let merged = try? merge(alone, over: defaults, path: ""),
        let data = try? JSONSerialization.data(withJSONObject: merged),
        (try? JSONDecoder().decode(Dials.self, from: data)) != nil
      else { return path.joined(separator: ".") }
    }
    return nil
  }

  private static func leaves(_ given: [String: Any]) -> [(path: [String], value: Any)] {
    given.flatMap { name, value -> [(path: [String], value: Any)] in
      guard let inner = value as? [String: Any] else { return [([name], value)] }
      return leaves(inner).map { ([name] + $0.path, $0.value) }
    }
  }

  private static func merge(
    _ given: [String: Any], over defaults: [String: Any], path: String
  ) throws(DialError) -> [String: Any] {
    var merged = defaults
    for (name, value) in given {
      guard let known = defaults[name] else { throw DialError(message: "there is no dial \(path)\(name)") }
      guard let inner = known as? [String: Any] else {
        merged[name] = value
        continue
      }
      guard let value = value as? [String: Any] else { throw DialError(message: "\(path)\(name) must be an object") }
      merged[name] = try merge(value, over: inner, path: "\(path)\(name).")
    }
    return merged
  }
}
