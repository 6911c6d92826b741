import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Web

@Suite("Where a request comes from")
struct SiteTests {
  private static func request(_ fields: HTTPFields, authority: String = "127.0.0.1:8080") -> Request {
    var head = HTTPRequest(method: .post, scheme: "http", authority: authority, path: "/")
    head.headerFields = fields
    return Request(head: head, body: .init(buffer: ByteBuffer()))
  }

  @Test(
    "An IPv4 address, the 64 bits of an IPv6 address, and whatever is neither",
    arguments: [
      ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
      ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("garbage", "unknown"), ("", "unknown"), ("192.0.2.1 ", "unknown"),
    ])
  func networks(address: String, network: String) { #expect(ClientNetwork(address).text == network) }

  @Test(
    "X-Forwarded-For is believed of a known proxy only, and only what it wrote itself",
    arguments: [
      ("192.0.2.1", "198.51.100.1", "192.0.2.1"), ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
      ("127.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),
      ("127.0.0.1", "198.51.100.1, 10.0.0.1", "198.51.100.1"), ("127.0.0.1", "", "127.0.0.1"),
      ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"), ("127.0.0.1", "forged, nonsense", "unknown"),
    ])
  func forwarded(peer: String, header: String, network: String) throws {
    let site = Site(origin: "https://amends.example", proxies: ["127.0.0.1", "10.0.0.1"])
    let request = Self.request([try #require(HTTPField.Name("X-Forwarded-For")): header])
    #expect(site.client(of: request, peer: peer).text == network)
  }

  @Test(
    "Only a page of this server sends what changes something",
    arguments: [
      ("same-origin", nil, true), ("none", nil, true), ("cross-site", nil, false), ("same-site", nil, false),
      ("cross-site", "http://127.0.0.1:8080", false), (nil, "http://127.0.0.1:8080", true), (nil, nil, true),
      (nil, "http://127.0.0.1:9090", false), (nil, "https://127.0.0.1:8080", false), (nil, "null", false),
    ] as [(String?, String?, Bool)])
  func sentIt(fetchSite: String?, origin: String?, isOurs: Bool) throws {
    var fields = HTTPFields()
    fields[try #require(HTTPField.Name("Sec-Fetch-Site"))] = fetchSite
    fields[.origin] = origin
    #expect(Site().sentIt(Self.request(fields)) == isOurs)
  }

  @Test("A form's fields, as browsers escape them")
  func forms() throws {
    let form = try #require(Form("a=1+2%2B3&b=%C3%A9&a=4&c&=x".utf8))
    #expect(form["a"] == "1 2+3" && form.all("a") == ["1 2+3", "4"] && form["b"] == "é" && form["c"].isEmpty)
    #expect(form["none"].isEmpty)
    for broken in ["a=%", "a=%zz", "%=1"] { #expect(Form(broken.utf8) == nil, "\(broken)") }
    #expect(Form([0x61, 0x3D, 0xFF]) == nil)
  }
}
