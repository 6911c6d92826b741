import Foundation
import Testing

/// poppler's programs, which read a PDF as other programs do.
enum Poppler {
  static let isHere = FileManager.default.isExecutableFile(atPath: "/usr/bin/pdftotext")

  struct Failed: Error { var said: String }

  /// Runs `program OPTIONS… FILE END…` and returns what it prints.
  static func run(_ program: String, _ options: [String], _ file: [UInt8], end: [String] = []) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "amends-\(UUID().uuidString).pdf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(file).write(to: URL(filePath: path))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/\(program)")
    process.arguments = options + [path] + end
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self)
    guard process.terminationStatus == 0 else { throw Failed(said: text) }
    return text
  }

  /// The text in its order, without the marks that say which way it runs.
  static func text(_ file: [UInt8], _ options: [String] = []) throws -> String {
    let marks: Set<Unicode.Scalar> = [
      "\u{200E}", "\u{200F}", "\u{202A}", "\u{202B}", "\u{202C}", "\u{2068}", "\u{2069}",
    ]
    let text = try run("pdftotext", options, file, end: ["-"])
    return String(String.UnicodeScalarView(text.unicodeScalars.filter { !marks.contains($0) }))
  }

  /// A page as gray values of 36 dots an inch, row by row.
  static func picture(_ file: [UInt8], page: Int) throws -> (width: Int, height: Int, gray: [UInt8]) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "amends-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try run(
      "pdftoppm", ["-gray", "-r", "36", "-f", "\(page)", "-l", "\(page)", "-singlefile"], file,
      end: [folder.appending(path: "page").path])
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "page.pgm")))
    let head = bytes.prefix(64).split(separator: UInt8(ascii: "\n"), maxSplits: 3)
    let size = String(decoding: head[1], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    return (size[0], size[1], Array(bytes.suffix(size[0] * size[1])))
  }
}
