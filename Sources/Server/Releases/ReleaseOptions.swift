import ArgumentParser
import Foundation
import Kernel

/// The commands with which an operator lets this program exchange itself for the release before, and back again.
struct ReleaseOptions: ParsableArguments {
  @Option(
    parsing: .unconditionalSingleValue,
    help:
      "The command that goes back to the release before: its path, and once more for each argument. [$AMENDS_RELEASE_BACK, separated by spaces]"
  )
  var releaseBack: [String] = []
  @Option(
    parsing: .unconditionalSingleValue,
    help: "The command that undoes it, in the same way. [$AMENDS_RELEASE_FORWARD, separated by spaces]")
  var releaseForward: [String] = []
  @Option(help: "How many seconds either may take. [$AMENDS_RELEASE_WITHIN; default: 120]")
  var releaseWithin: Int?

  func validate() throws {
    let within = releaseWithin ?? Settings.number("release-within") ?? 120
    guard (1...3_600).contains(within) else { throw ValidationError("--release-within is 1 to 3600 seconds.") }
    guard back.isEmpty == forward.isEmpty else {
      throw ValidationError("--release-back and --release-forward go together: what can be done can be undone.")
    }
    for command in [back, forward] {
      guard let program = command.first else { continue }
      guard program.hasPrefix("/") else {
        throw ValidationError(
          "--release-back and --release-forward begin with the whole path of a program, not '\(program)'.")
      }
    }
  }

  private var back: [String] { releaseBack.isEmpty ? Settings.list("release-back") : releaseBack }
  private var forward: [String] { releaseForward.isEmpty ? Settings.list("release-forward") : releaseForward }

  /// nil: it is not configured.
  var command: ReleaseCommand? {
    guard !back.isEmpty, !forward.isEmpty else { return nil }
    let within = releaseWithin ?? Settings.number("release-within") ?? 120
    return ReleaseCommand(back: back, forward: forward, within: .seconds(Int64(within)))
  }
}
