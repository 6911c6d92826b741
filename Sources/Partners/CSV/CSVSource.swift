import Foundation

/// Where a `CSVReader` takes its bytes from.
public protocol CSVSource {
  /// Appends some bytes to `buffer`; appends nothing at the end.
  func read(into buffer: inout [UInt8]) throws(CSVFailure)
}

/// A file, read in pieces of 256 KiB.
final class CSVFile: CSVSource {
  private let handle: FileHandle

  init(path: String) throws(CSVFailure) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw .cannotOpen(path: path, reason: "there is no such file")
    }
    if isDirectory.boolValue { throw .cannotOpen(path: path, reason: "it is a directory") }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw .cannotOpen(path: path, reason: "it may not be read")
    }
    self.handle = handle
  }

  deinit { try? handle.close() }

  func read(into buffer: inout [UInt8]) throws(CSVFailure) {
    let piece: Data?
    do { piece = try handle.read(upToCount: 256 << 10) } catch { throw .cannotRead(reason: "\(error)") }
    if let piece { buffer.append(contentsOf: piece) }
  }
}

/// Bytes in memory, handed out in pieces so that a test can cut anywhere.
public final class CSVBytes: CSVSource {
  private var rest: ArraySlice<UInt8>
  private let piece: Int

  public init(_ bytes: [UInt8], piece: Int = 64 << 10) {
    rest = bytes[...]
    self.piece = max(1, piece)
  }

  public func read(into buffer: inout [UInt8]) {
    buffer.append(contentsOf: rest.prefix(piece))
    rest = rest.dropFirst(piece)
  }
}
