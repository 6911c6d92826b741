// Letters about alerts. `title` is what the page of alerts calls one.

extension Message {
  public static func alertRaisedSubject(_ title: String, _ service: String) -> Message {
    Message("alertMail.raisedSubject", ["title": .words(title), "service": .name(service)])
  }
  public static func alertEscalatedSubject(_ title: String, _ service: String) -> Message {
    Message("alertMail.escalatedSubject", ["title": .words(title), "service": .name(service)])
  }
  public static func alertRaisedBody(_ title: String) -> Message {
    Message("alertMail.raisedBody", ["title": .words(title)])
  }
  public static func alertEscalatedBody(_ title: String) -> Message {
    Message("alertMail.escalatedBody", ["title": .words(title)])
  }
  public static let alertSays = Message("alertMail.says")
  public static let alertAbout = Message("alertMail.about")
  public static let alertAction = Message("alertMail.action")
  public static let alertNote = Message("alertMail.note")

  public static func alertDigestSubject(_ count: Int, _ service: String) -> Message {
    Message("alertMail.digestSubject", ["service": .name(service)], count: count)
  }
  public static let alertDigestBody = Message("alertMail.digestBody")
  public static func alertLine(_ title: String, _ about: String) -> Message {
    Message("alertMail.line", ["title": .words(title), "about": .name(about)])
  }
  /// - Parameter shown: the number as the reader writes it.
  public static func alertDigestMore(_ shown: String) -> Message {
    Message("alertMail.more", ["shown": .words(shown)])
  }
}
