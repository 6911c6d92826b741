import Foundation

/// An OpenID Connect provider as a process of its own (`oidc-provider-mock`, on Authlib): whoever asks is signed in as whom
/// they say.
public final class OpenIDProviderProcess {
  /// Beside the Python that the tests use.
  public static var executable: String? {
    let environment = ProcessInfo.processInfo.environment
    guard let python = environment["AMENDS_TEST_PYTHON"], !python.isEmpty else { return nil }
    let path = URL(fileURLWithPath: python).deletingLastPathComponent().appending(path: "oidc-provider-mock").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  public struct DidNotStart: Error {}

  public let issuer: String
  private let process = Process()

  public init(port: Int) throws {
    issuer = "http://127.0.0.1:\(port)"
    process.executableURL = URL(fileURLWithPath: Self.executable ?? "")
    process.arguments = ["--port", "\(port)", "--require-nonce", "true"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.runAlone()
  }

  deinit { stop() }

  public func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
