import AsyncHTTPClient
import Crypto
import Foundation
import Hummingbird
import Kernel
import NIOCore
import NIOPosix
import Store
import Web

/// How to reach the server that has a SQLite file: its address and a token, in a file that only its owner can read.
struct ControlDoor: Codable, Sendable {
  var url: String
  var token: String

  /// Where the door's file stands, beside the database.
  static func file(beside database: String) -> String { database + ".control" }

  static func read(beside database: String) throws -> ControlDoor {
    try JSONDecoder().decode(
      ControlDoor.self, from: Data(try Files.read(file(beside: database), limit: 4_096)))
  }

  /// Does something in this process, or, when a server has the SQLite file, through its door.
  static func hereOrThere<T>(
    _ options: DatabaseOptions, _ here: (Runtime) async throws -> T, there: (ControlDoor) async throws -> T
  ) async throws -> T {
    let runtime: Runtime
    do { runtime = try await Runtime.open(options) } catch StoreError.inUse(let why) {
      guard let path = options.path, let door = try? read(beside: path) else { throw StoreError.inUse(why) }
      return try await there(door)
    }
    return try await Runtime.use(runtime, here)
  }

  // MARK: - the end that asks

  func perform(_ call: OperatorActs.Call) async throws -> String {
    var request = request("control", type: "application/json")
    request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(call)))
    // Whether it was done is not known without an answer. The key is the same each time, so it is done once.
    var mayBeDone = false
    for pause in [Span.seconds(0), .seconds(1), .seconds(2), .seconds(5)] {
      try await World.real.pause(pause)
      let body: ByteBuffer
      let status: UInt
      do {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        body = try await response.body.collect(upTo: Self.actLimit)
        status = response.status.code
      } catch is NIOConnectionError {
        guard mayBeDone else { throw Problem(.unavailable, "Nothing listens at \(url); nothing was done.") }
        continue
      } catch {
        mayBeDone = true
        continue
      }
      if let answer = try? JSONDecoder().decode(OperatorActs.Answer.self, from: Data(body.readableBytesView)) {
        if let refusal = answer.refusal { throw Problem(.refused, refusal) }
        return answer.output ?? ""
      }
      // Not taken in at all: asked again, it would not be either.
      guard status >= 500 else {
        throw Problem(.unavailable, "The server that has the database answered with HTTP \(status).")
      }
      mayBeDone = true
    }
    throw Problem(
      .unavailable,
      "The server that has the database does not answer at \(url). It may have been done: look before doing it again.")
  }

  /// Hands a file to the server, which reads it as this program would.
  func perform(_ job: ImportJob, _ file: String, progress: ImportJob.Progress) async throws -> ImportJob.Result {
    var request = request("control/import", type: "text/csv")
    request.headers.add(name: Self.jobHeader, value: try JSONEncoder().encode(job).base64EncodedString())
    guard let handle = FileHandle(forReadingAtPath: file) else { throw Problem(.file, "\(file) cannot be read.") }
    defer { try? handle.close() }
    let size = Int64(try handle.seekToEnd())
    try handle.seek(toOffset: 0)
    let chunks = AsyncThrowingStream<ByteBuffer, any Error> {
      try handle.read(upToCount: 256 * 1024).flatMap { $0.isEmpty ? nil : ByteBuffer(bytes: $0) }
    }
    request.body = .stream(chunks, length: .known(size))
    let response = try await send(request, within: .hours(6))
    guard response.status == .ok else {
      throw Problem(.unavailable, "The server that has the database answered with HTTP \(response.status.code).")
    }
    var rest = ByteBuffer()
    for try await chunk in response.body {
      rest.writeImmutableBuffer(chunk)
      while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
        let line = rest.readBytes(length: end - rest.readerIndex + 1) ?? []
        switch try JSONDecoder().decode(ImportJob.Line.self, from: Data(line)) {
        case .progress(let what, let done, let total): progress(what, done, total)
        case .result(let result): return result
        case .problem(let code, let text): throw Problem(Problem.Code(rawValue: code) ?? .fault, text)
        }
      }
    }
    throw Problem(.unavailable, "The server ended before the import did; see whether it was saved, and import again.")
  }

  /// Has the server copy its database, and writes what comes into a new file.
  func backup(into new: NewFile, progress: @Sendable (Int64, Int64) -> Void) async throws {
    let response = try await send(request("control/backup", type: "application/json"), within: .hours(6))
    guard response.status == .ok else {
      throw Problem(.unavailable, "The server that has the database answered with HTTP \(response.status.code).")
    }
    var rest = ByteBuffer()
    var size: Int64?
    for try await chunk in response.body {
      rest.writeImmutableBuffer(chunk)
      while size == nil, let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
        let line = rest.readBytes(length: end - rest.readerIndex + 1) ?? []
        switch try JSONDecoder().decode(BackupJob.Line.self, from: Data(line)) {
        case .progress(let done, let total): progress(done, total)
        case .problem(let code, let text): throw Problem(Problem.Code(rawValue: code) ?? .fault, text)
        case .file(let bytes): size = bytes
        }
      }
      guard size != nil else { continue }
      try new.write(rest.readableBytesView)
      rest.clear()
    }
    guard let size, new.bytes == size else {
      throw Problem(.unavailable, "The server ended before the backup was whole; make it again.")
    }
  }

  private func request(_ path: String, type: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: "\(url)/\(path)")
    request.method = .POST
    request.headers.add(name: "authorization", value: "Bearer \(token)")
    request.headers.add(name: "content-type", value: type)
    return request
  }

  private func send(_ request: HTTPClientRequest, within limit: TimeAmount) async throws -> HTTPClientResponse {
    do { return try await HTTPClient.shared.execute(request, timeout: limit) } catch {
      throw Problem(.unavailable, "The server that has the database does not answer at \(url).")
    }
  }

  // MARK: - the server's end

  static let actLimit = 64 * 1024
  static let jobHeader = "amends-import"

  /// - Parameter path: of the SQLite file; nil on PostgreSQL, where nobody needs this server for a backup.
  func addRoutes(to doors: Doors, _ runtime: Runtime, path: String?) {
    let acts = OperatorActs(runtime)
    doors.post("control", needs: .controlToken) { request, _ -> Response in
      try admit(request)
      let body = try await request.body.collect(upTo: Self.actLimit)
      guard let call = try? JSONDecoder().decode(OperatorActs.Call.self, from: Data(body.readableBytesView)) else {
        throw HTTPError(.badRequest)
      }
      var answer = OperatorActs.Answer()
      do { answer.output = try await acts.perform(call) } catch let refusal as Refusal {
        answer.refusal = refusal.message
      }
      return Response(
        status: answer.refusal == nil ? .ok : .conflict, headers: [.contentType: "application/json"],
        body: .init(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(answer))))
    }
    if let path { addBackup(to: doors, runtime, path) }
    doors.post("control/import", needs: .controlToken) { request, _ -> Response in
      try admit(request)
      guard let header = request.headers.first(where: { $0.name.canonicalName == Self.jobHeader })?.value,
        let data = Data(base64Encoded: header), let job = try? JSONDecoder().decode(ImportJob.self, from: data)
      else { throw HTTPError(.badRequest) }
      let file = try await Self.keep(request.body)
      return Response(
        status: .ok, headers: [.contentType: "application/jsonl"],
        body: ResponseBody { writer in
          for await line in job.lines(consuming: file, runtime) {
            try await writer.write(ByteBuffer(bytes: try JSONEncoder().encode(line) + [UInt8(ascii: "\n")]))
          }
          try await writer.finish(nil)
        })
    }
  }

  private func addBackup(to doors: Doors, _ runtime: Runtime, _ path: String) {
    let job = BackupJob(store: runtime.store, path: path)
    doors.post("control/backup", needs: .controlToken) { request, _ -> Response in
      try admit(request)
      return Response(
        status: .ok, headers: [.contentType: "application/octet-stream"],
        body: ResponseBody { writer in
          func tell(_ line: BackupJob.Line) async throws {
            try await writer.write(ByteBuffer(bytes: try JSONEncoder().encode(line) + [UInt8(ascii: "\n")]))
          }
          // The copy goes on beside the lines that tell of it; what is told too fast is left out.
          let (lines, said) = AsyncStream.makeStream(of: BackupJob.Line.self, bufferingPolicy: .bufferingNewest(1))
          let copying = Task {
            defer { said.finish() }
            return try await job.copy { said.yield(.progress($0, $1)) }
          }
          for await line in lines { try await tell(line) }
          do {
            let copy = try await copying.value
            defer { copy.remove() }
            try await tell(.file(copy.bytes))
            guard let handle = FileHandle(forReadingAtPath: copy.path) else {
              throw Problem(.file, "The copy is gone.")
            }
            defer { try? handle.close() }
            while let data = try handle.read(upToCount: 256 << 10), !data.isEmpty {
              try await writer.write(ByteBuffer(bytes: data))
            }
          } catch let problem as Problem { try await tell(.problem(problem.code.rawValue, problem.description)) }
          try await writer.finish(nil)
        })
    }
  }

  /// Tokens are compared by their hashes, in constant time.
  private func admit(_ request: Request) throws {
    let expected = SHA256.hash(data: Data("Bearer \(token)".utf8))
    let given = SHA256.hash(data: Data((request.headers[.authorization] ?? "").utf8))
    guard given == expected else { throw HTTPError(.unauthorized) }
  }

  /// The file as it comes, in a place of its own that nobody else may read.
  private static func keep(_ body: RequestBody) async throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "amends-import-\(UUID().uuidString).csv").path
    guard
      FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw HTTPError(.internalServerError) }
    defer { try? handle.close() }
    do {
      var size = 0
      for try await chunk in body {
        size += chunk.readableBytes
        guard size <= ImportJob.fileLimit else { throw HTTPError(.contentTooLarge) }
        try handle.write(contentsOf: chunk.readableBytesView)
      }
    } catch {
      try? FileManager.default.removeItem(atPath: path)
      throw error
    }
    return path
  }
}
