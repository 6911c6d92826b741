import Hummingbird

/// What a status says to a person.
struct RefusalWords {
  let title: String
  let meaning: String
  /// What became of what the reader had in hand.
  let change: String
  let advice: String

  init(_ status: HTTPResponse.Status) {
    let nothing = "Nothing was changed."
    switch status.code {
    case 400, 422:
      title = "We could not read that"
      meaning = "Something in the request is missing, or is not in the form that is expected."
      change = nothing
      advice = "Go back, look at what you entered, and send it again."
    case 403:
      title = "You may not do this"
      meaning = "What you asked for needs a right that you do not have, or did not come from a page of this server."
      change = nothing
      advice = "If it is your work, ask an administrator for the role that it needs."
    case 404:
      title = "There is nothing at this address"
      meaning = "The link may be old, or a number in it is not right."
      change = nothing
      advice = "Look for the subscriber by number, or start from today’s renewals."
    case 409:
      title = "It has changed in the meantime"
      meaning = "What you were working on is no longer as you saw it: somebody else, or the partner, was faster."
      change = "Your change was not made."
      advice = "Open it again, read what is new, and decide afresh."
    case 413:
      title = "That is too large"
      meaning = "What was sent is over the limit for one request."
      change = nothing
      advice = "Send it in smaller parts. Whole files are taken in by “amends import” on the command line."
    case 429:
      title = "Too many requests at once"
      meaning = "More came from you than is answered in this time."
      change = nothing
      advice = "Wait a moment, then load the page again."
    case 503:
      title = "Not available just now"
      meaning = "Amends is starting, stopping, or waiting for its database."
      change = "Nothing was changed by this request. Charges under way are kept and go on by themselves."
      advice = "Wait a moment, then load the page again. If it lasts, tell those who operate this server."
    case 400..<500:
      title = "This is not possible"
      meaning = "The server refused the request (\(status.code))."
      change = nothing
      advice = "Start again from today’s renewals."
    default:
      title = "Something failed on our side"
      meaning = "The mistake is in this program, not in what you did. It has been written to the log."
      change = "If you only looked at something, nothing was changed."
      advice = "Before you send anything a second time, look at the subscriber’s history to see whether it was done."
    }
  }
}
