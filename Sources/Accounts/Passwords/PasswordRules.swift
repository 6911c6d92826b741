import Kernel

/// What a new password has to be (NIST SP 800-63B-4, section 3.1.1.2): long, and not among those that everybody tries first. No
/// rules about capitals and digits: they make passwords that are easier to guess.
enum PasswordRules {
  static let shortest = 12
  /// Bytes: nobody types more, and whoever sends more wants to keep the server busy.
  static let longest = 128

  static func check(_ password: String, mail: String, name: String) throws(Refusal) {
    guard password.count >= shortest else {
      throw Refusal(
        .invalid, "passwordShort", "A password has at least \(shortest) characters; a short sentence is good.")
    }
    guard password.utf8.count <= longest else {
      throw Refusal(.invalid, "passwordLong", "A password has at most \(longest) bytes.")
    }
    let plain = password.lowercased().filter { $0.isLetter || $0.isNumber }
    let own = [mail, String(mail.prefix { $0 != "@" }), name, "amends"].map { word in
      word.lowercased().filter { $0.isLetter || $0.isNumber }
    }
    guard Set(password).count >= 5, !common.contains(plain), !own.contains(plain), !isRow(plain) else {
      throw Refusal(.invalid, "passwordCommon", "This password is among the first that are tried. Take another one.")
    }
  }

  /// 123456789012, abcdefghijkl: each character follows the one before it.
  private static func isRow(_ text: String) -> Bool {
    let values = text.unicodeScalars.map { Int($0.value) }
    guard values.count > 1 else { return true }
    let steps = zip(values, values.dropFirst()).map { $1 - $0 }
    return steps.filter { $0 == steps[0] && abs($0) == 1 }.count >= steps.count - 1
  }

  /// The most common passwords of twelve characters and more, and the common ones doubled or with the usual tail.
  private static let common: Set<String> = {
    let long = [
      "qwertyuiop12", "qwertyuiopas", "qwertyuiop123", "1q2w3e4r5t6y", "1qaz2wsx3edc", "qazwsxedcrfv", "zaq12wsxcde3",
      "password1234", "password12345", "password123456", "passwordpassword", "administrator", "administrator1",
      "letmeinletmein", "welcomewelcome", "iloveyou1234", "iloveyouiloveyou", "changemechangeme",
      "correcthorsebatterystaple",
      "1234567890qwertyuiop", "qwerty123456", "qwertyqwerty", "123456123456", "123123123123", "112233445566",
      "121212121212",
      "111222333444", "abc123abc123", "asdfghjkl123", "asdfghjklqwe", "unknownunknown", "trustno1trustno1",
      "sunshine1234",
      "princess1234", "football1234", "baseball1234", "superman1234", "dragon123456", "monkey123456", "master123456",
    ]
    let short = [
      "password", "qwerty", "letmein", "welcome", "admin", "changeme", "iloveyou", "secret", "passw0rd", "p4ssword",
    ]
    let tails = ["123", "1234", "12345", "123456", "1234567", "12345678", "2024", "2025", "2026", "1", "01"]
    return Set(long).union(short.flatMap { word in tails.map { word + $0 } + [word + word] })
  }()
}
