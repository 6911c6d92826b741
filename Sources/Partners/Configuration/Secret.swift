import Foundation

/// A secret's value. It prints as `<secret>` and cannot be encoded.
struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
  let text: String

  init(_ text: String) { self.text = text }

  var bytes: [UInt8] { Array(text.utf8) }
  var description: String { "<secret>" }
  var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Where a secret is found: never in the configuration itself.
public enum SecretSource: Sendable, Equatable {
  /// The name of an environment variable.
  case environment(String)
  /// The path of a file whose whole content, without the last line end, is the secret.
  case file(String)

  func load(_ environment: [String: String]) throws(ConfigurationError) -> Secret {
    let text: String
    switch self {
    case .environment(let name):
      guard let value = environment[name] else { throw ConfigurationError("environment variable \(name) is not set") }
      text = value
    case .file(let path):
      guard let handle = FileHandle(forReadingAtPath: path) else {
        throw ConfigurationError("secret file \(path) cannot be read")
      }
      defer { try? handle.close() }
      let limit = 16 << 10
      guard let data = try? handle.read(upToCount: limit + 1), data.count <= limit else {
        throw ConfigurationError("secret file \(path) cannot be read or is larger than \(limit) bytes")
      }
      guard let value = String(bytes: data, encoding: .utf8) else {
        throw ConfigurationError("secret file \(path) is not UTF-8 text")
      }
      text = value
    }
    let value = text.trimmingCharacters(in: .newlines)
    guard !value.isEmpty else { throw ConfigurationError("\(name) is empty") }
    guard value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw ConfigurationError("\(name) holds a space or a character that is not printable ASCII")
    }
    return Secret(value)
  }

  private var name: String {
    switch self {
    case .environment(let name): "environment variable \(name)"
    case .file(let path): "secret file \(path)"
    }
  }
}

extension SecretSource: Codable {
  private enum Key: String, CodingKey { case env, file }

  public init(from decoder: any Decoder) throws {
    // A plain string would be the secret itself. It is refused without being repeated in the message.
    guard let values = try? decoder.container(keyedBy: Key.self) else {
      throw ConfigurationError("a secret is given as {\"env\": NAME} or {\"file\": PATH}, never as its value")
    }
    let name = try values.decodeIfPresent(String.self, forKey: .env)
    let path = try values.decodeIfPresent(String.self, forKey: .file)
    switch (name, path) {
    case (let name?, nil): self = .environment(name)
    case (nil, let path?): self = .file(path)
    default: throw ConfigurationError("a secret is given as exactly one of {\"env\": NAME} and {\"file\": PATH}")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    switch self {
    case .environment(let name): try values.encode(name, forKey: .env)
    case .file(let path): try values.encode(path, forKey: .file)
    }
  }
}

/// Why a partner cannot be configured, in words for whoever wrote the file. Never holds a secret.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
