import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Web
import Words

/// One fact: what it says, what it is about, and its place under the seal.
package struct FactPage: Sendable {
  var line: FactsPage.Line
  /// nil: not sealed yet.
  var receipt: Receipt?
  var sealedAt: Instant?
  var earlier: FactNumber?
  var later: FactNumber?

  func html(in console: Console, _ names: Names, _ subjects: Subjects) -> String {
    Self.template.html(FactView(self, console, names, subjects), console.words)
  }

  private static let template = Template("fact", PackageResources.fact_mustache)
}

struct FactView: Sendable {
  let layout: Layout
  let number: String
  let kind: String
  let at: Moment
  let subject: String
  let subjectHref: String
  let about: NamedLink?
  let actor: String
  let actorText: String
  let actorHref: String
  let fields: [Field]
  let earlier: String?
  let later: String?
  let sealed: Sealed?
  let receiptHref: String

  struct Field: Sendable {
    let name: String
    let value: String
    /// All facts about what it names.
    let fieldHref: String?
  }

  struct Sealed: Sendable {
    let place: String
    let sealedTime: Moment?
    let leaf: String
    let root: String
    let path: [Step]
  }

  /// One hash on the way to the root.
  struct Step: Sendable {
    let side: String
    let hash: String
  }

  init(_ page: FactPage, _ console: Console, _ names: Names, _ subjects: Subjects) {
    let (line, words, time) = (page.line, console.words, console.localTime)
    layout = Layout(words.text(.factTitle("\(line.number)")), at: .journal, in: console)
    number = words.text(.factTitle("\(line.number)"))
    kind = line.kind
    at = Moment(line.at, time.exact(line.at))
    subject = line.subject
    subjectHref = subjects.history(line.subject)
    about = subjects.links[line.subject]
    actor = line.actor
    actorText = names.text(line.actor)
    actorHref = Paths.journal + "?actor=" + Paths.segment(line.actor)
    fields = Self.fields(line, subjects)
    earlier = page.earlier.map(FactsPage.path)
    later = page.later.map(FactsPage.path)
    sealed = page.receipt.map { receipt in
      Sealed(
        place: words.text(.factPlace(words.count(receipt.leafIndex + 1), of: words.count(receipt.treeSize))),
        sealedTime: page.sealedAt.map { Moment($0, time.exact($0)) }, leaf: Self.hexadecimal(receipt.leafHash),
        root: Self.root(receipt.checkpoint), path: Self.steps(receipt, words))
    }
    receiptHref = FactsPage.path(line.number) + "/receipt"
  }

  static func fields(_ line: FactsPage.Line, _ subjects: Subjects) -> [Field] {
    FactFields(line.body).fields.map { name, value in
      Field(name: name, value: value, fieldHref: subjects.named(name, value).map { subjects.history($0) })
    }
  }

  /// On which side each neighbour stands follows from the place and the size (RFC 9162, section 2.1.3.2).
  private static func steps(_ receipt: Receipt, _ words: Words) -> [Step] {
    var (index, last) = (receipt.leafIndex, receipt.treeSize - 1)
    return receipt.path.map { hash in
      let isLeft = index & 1 == 1 || index == last
      if isLeft {
        while index & 1 == 0, index != 0 {
          index >>= 1
          last >>= 1
        }
      }
      index >>= 1
      last >>= 1
      return Step(side: words.text(isLeft ? .sideBefore : .sideAfter), hash: hexadecimal(hash))
    }
  }

  private static func hexadecimal(_ hash: MerkleHash) -> String { hexadecimal(hash.bytes) }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The third line of a checkpoint.
  private static func root(_ checkpoint: String) -> String {
    let line = checkpoint.split(separator: "\n").dropFirst(2).first.map(String.init) ?? ""
    return hexadecimal(Data(base64Encoded: line) ?? Data())
  }
}

/// A receipt as a file, byte for byte what `amends journal receipt` prints.
package struct ReceiptResponse: ResponseGenerator, Sendable {
  let receipt: Receipt
  let number: FactNumber

  package func response(from request: Request, context: some RequestContext) throws -> Response {
    var fields = SecurityHeaders.fields
    fields[.contentType] = "application/json"
    fields[.cacheControl] = "no-store"
    fields[.contentDisposition] = "attachment; filename=\"receipt-\(number).json\""
    return Response(
      status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: try receipt.json() + [0x0A])))
  }
}
