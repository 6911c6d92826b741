import Foundation
import TestSupport

/// A small disk of a house's own: a tmpfs in a mount namespace, which is gone with the process that holds it, whatever
/// becomes of the test.
final class Disk {
  let folder: URL
  /// Runs a program where the disk is mounted.
  let wrapper: [String]
  private let holder: Program
  private let home: URL

  private static let isRoot = geteuid() == 0
  /// Without root a namespace of users, in which this user is its root, is needed around that of mounts.
  private static let unshare = isRoot ? ["unshare", "--mount"] : ["unshare", "--user", "--map-root-user", "--mount"]

  /// Why there can be no such disk here; `nil`: there can.
  static let refusal: String? = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = unshare + ["sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt && exec nsenter --version"]
    let output = Pipe()
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, output)
    do { try process.runAlone() } catch { return "\(error)" }
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0
      ? nil : "no disk can be mounted here, with root or without: \(String(decoding: said, as: UTF8.self))"
  }()

  /// - Parameter home: a folder that exists; the disk is mounted at `disk` in it.
  init(in home: URL, megabytes: Int) async throws {
    self.home = home
    folder = home.appending(path: "disk")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let mount = "mount -t tmpfs -o size=\(megabytes)m,mode=0755 tmpfs '\(folder.path)'"
    holder = try Program(
      Array(Self.unshare.dropFirst()) + ["sh", "-c", "\(mount) && echo mounted && exec sleep 3600"],
      of: "/usr/bin/unshare", in: home)
    try await holder.says("mounted")
    let namespaces = Self.isRoot ? ["--mount"] : ["--user", "--preserve-credentials", "--mount"]
    // nsenter goes to the root folder of the namespace; we want ours.
    wrapper = ["nsenter", "--target", "\(holder.identifier)"] + namespaces + ["env", "--chdir=\(home.path)"]
  }

  /// Fills the disk to its last byte.
  func fill() async throws {
    let (_, text) = try await run("cat /dev/zero > '\(folder.path)/ballast'")
    guard text.contains("No space left") else { throw Program.Failed(text: "the disk is not full: \(text)") }
  }

  func free() async throws { try await succeed("rm -f '\(folder.path)/ballast'") }

  /// Nobody may have a file open for writing when it becomes read-only.
  func remount(readOnly: Bool) async throws {
    try await succeed("mount -o remount,bind,\(readOnly ? "ro" : "rw") '\(folder.path)'")
  }

  func succeed(_ command: String) async throws {
    let (code, text) = try await run(command)
    guard code == 0 else { throw Program.Failed(text: "\(command): \(text)") }
  }

  private func run(_ command: String) async throws -> (code: Int32, text: String) {
    try await Program.run(["-c", command], of: "/bin/sh", through: wrapper, in: home)
  }

  func unmount() { holder.kill() }

  /// A disk for one test, and the folder that it stands in.
  static func with(megabytes: Int, _ body: (Disk, URL) async throws -> Void) async throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "amends-chaos-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    let disk = try await Disk(in: home, megabytes: megabytes)
    defer { disk.unmount() }
    try await body(disk, home)
  }
}
