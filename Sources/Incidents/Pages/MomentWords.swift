import Foundation
import Web
import Words

/// A fact about an incident as a line for its reader: what, which one, how many, about what, why.
enum MomentWords {
  /// - Parameters:
  ///   - what: of the fact.
  ///   - text: its body as JSON; of a note what was written.
  static func line(_ what: String, _ text: String, _ words: Words) -> String {
    guard what != "note", let body = try? JSONDecoder().decode(Body.self, from: Data(text.utf8)) else { return text }
    let number = body.number.flatMap { number -> Message? in
      switch what {
      case "opened", "assessed": .momentSeverity(words.count(number))
      case "alert": .momentAlert(String(number))
      case "actionAdded", "actionDone", "actionVerified": .momentAction(String(number))
      case "stopped", "goesOn", "letGo": nil
      default: .momentVersion(words.count(number))
      }
    }
    let count = body.count.map { Message.momentPeople(Int($0), shown: words.count($0)) }
    // Stops and finders are named by their parts.
    let about = body.about.map { about -> String in
      switch what {
      case "searching": return PartName(.finder, about, words).text
      case "stopped", "goesOn", "letGo":
        let parts = about.split(separator: " ", maxSplits: 1).map(String.init)
        return ([PartName(.stop, parts.first ?? "", words).text] + parts.dropFirst()).joined(separator: ": ")
      case "remedyApproved":
        // Limits in minor units: "EUR 100000, period 5".
        return about.components(separatedBy: ", ").map { limit in
          let parts = limit.split(separator: " ")
          guard parts.count == 2, let number = Int64(parts[1]) else { return limit }
          return words.amount(of: number, String(parts[0]))
        }.joined(separator: words.text(.listSeparator))
      default: return about
      }
    }
    let rest = [about, body.reason].compactMap(\.self).filter { !$0.isEmpty }.map { words.text(.name($0)) }
    return ([name(what, words)] + [number, count].compactMap(\.self).map { words.text($0) } + rest)
      .joined(separator: " · ")
  }

  /// Of a fact that nobody has translated: its name, which is English, with spaces.
  private static func name(_ what: String, _ words: Words) -> String {
    if let said = words.labels("moment")[what] { return said }
    let spaced = what.reduce(into: "") { $0 += $1.isUppercase ? " \($1.lowercased())" : $1 == "." ? ": " : "\($1)" }
    return spaced.prefix(1).uppercased() + spaced.dropFirst()
  }

  private struct Body: Decodable {
    var about: String?
    var reason: String?
    var number: Int64?
    var count: Int64?
  }
}

extension CloseIncident.Obstacle {
  func said(_ words: Words) -> Message {
    func shown(_ message: (Int, String) -> Message, _ count: Int64) -> Message {
      message(Int(count), words.count(count))
    }
    return switch self {
    case .notContained: .closingNotContained
    case .nobodyApproved: .closingNobodyApproved
    case .newerVersion: .closingNewerVersion
    case .toTell(let count): shown(Message.closingToTell, count)
    case .notWhole(let count): shown(Message.closingNotWhole, count)
    case .disputed(let count): shown(Message.closingDisputed, count)
    case .toLookAt(let count): shown(Message.closingToLookAt, count)
    case .underWay(let count): shown(Message.closingUnderWay, count)
    case .stillFound(let count): shown(Message.closingStillFound, count)
    case .outsideWindow(let count): shown(Message.closingOutsideWindow, count)
    }
  }
}
