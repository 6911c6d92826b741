import CLibcurl
import Foundation
import Kernel

/// One mail over one connection. Blocks its thread for twice `server.timeout` at most.
final class SMTPCall {
  private let server: MailServer
  private let mail: OutgoingMail
  /// The last command sent, of those that have a meaning of their own.
  private var command = ""
  /// We said goodbye: what is answered now is about nothing.
  private var isLeaving = false
  /// The server's last answer, and whether it came after the mail's end.
  private var reply: SMTPReply?
  private var answerToMail: SMTPReply?
  /// The last byte of the content was handed over: from here on the server may have taken the mail.
  private var isHandedOver = false
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  /// The last part, and how far curl has read it.
  private var html: [UInt8] = []
  private var read = 0

  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init(_ server: MailServer, _ mail: OutgoingMail) {
    self.server = server
    self.mail = mail
  }

  func run() -> Verdict {
    guard Self.isReady, let handle = curl_easy_init() else { return .notSent(reason: "libcurl did not start") }
    defer {
      curl_easy_cleanup(handle)
      for list in lists { curl_slist_free_all(list) }
    }
    guard let mime = curl_mime_init(handle) else { return .notSent(reason: "no memory") }
    defer { curl_mime_free(mime) }
    guard write(mime, handle), set(handle, mime) else { return .notSent(reason: "libcurl does not take the settings") }
    let code = curl_easy_perform(handle)
    return verdict(code)
  }

  /// What came of it, as far as it is proved (docs/decisions/014).
  private func verdict(_ code: CURLcode) -> Verdict {
    if let answerToMail {
      // Whatever happened afterwards, such as a connection cut before QUIT, changes nothing.
      return answerToMail.isRefusal ? .refused(code: answerToMail.text) : .done
    }
    // Curl is content with nothing but a 250 to the mail's end.
    if code == CURLE_OK { return .done }
    let why = String(cString: curl_easy_strerror(code))
    if isHandedOver { return .unknown(reason: why) }
    guard let reply, reply.isRefusal else { return .notSent(reason: why) }
    // To this mail, or to us: a password that is not accepted says nothing of the mail.
    // 53x asks who we are (RFC 4954, section 6), whichever command it answers.
    let isAboutUs = reply.code == 421 || (530...538).contains(reply.code)
    let isAboutMail = ["MAIL", "RCPT", "DATA"].contains(command) && !isAboutUs
    return isAboutMail ? .refused(code: reply.text) : .notSent(reason: "\(command) \(reply.text)")
  }

  private func set(_ handle: UnsafeMutableRawPointer, _ mime: OpaquePointer) -> Bool {
    var codes = [
      amends_curl_string(handle, CURLOPT_URL, server.url),
      amends_curl_string(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
      // Nothing of this machine's environment decides where mails go.
      amends_curl_string(handle, CURLOPT_PROXY, ""), amends_curl_long(handle, CURLOPT_NOSIGNAL, 1),
      amends_curl_long(handle, CURLOPT_TIMEOUT_MS, Int(server.timeout.microseconds / 1_000)),
      amends_curl_long(handle, CURLOPT_CONNECTTIMEOUT_MS, 20_000),
      amends_curl_long(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, Int(server.timeout.seconds))),
      amends_curl_long(
        handle, CURLOPT_USE_SSL,
        Int(server.security == .tls ? CURLUSESSL_ALL.rawValue : CURLUSESSL_NONE.rawValue)),
      amends_curl_long(handle, CURLOPT_SSL_VERIFYPEER, 1), amends_curl_long(handle, CURLOPT_SSL_VERIFYHOST, 2),
      amends_curl_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
      amends_curl_string(handle, CURLOPT_MAIL_FROM, "<\(server.from.ascii)>"),
      amends_curl_list(handle, CURLOPT_MAIL_RCPT, list(["<\(mail.address.ascii)>"])),
      amends_curl_list(handle, CURLOPT_HTTPHEADER, list(mail.headers(from: server))), amends_curl_mime(handle, mime),
      amends_curl_long(handle, CURLOPT_VERBOSE, 1), amends_curl_debug(handle, Self.hear, me),
    ]
    if let authorities = server.authorities { codes.append(amends_curl_string(handle, CURLOPT_CAINFO, authorities)) }
    if let user = server.user, let password = server.password {
      codes.append(amends_curl_string(handle, CURLOPT_USERNAME, user))
      codes.append(amends_curl_string(handle, CURLOPT_PASSWORD, password.text))
    }
    return codes.allSatisfy { $0 == CURLE_OK }
  }

  /// multipart/alternative: plain text first, HTML last (RFC 2046, section 5.1.4: the best comes last).
  private func write(_ mime: OpaquePointer, _ handle: UnsafeMutableRawPointer) -> Bool {
    guard let outer = curl_mime_addpart(mime), let alternative = curl_mime_init(handle) else { return false }
    // From here on `outer` owns it.
    guard curl_mime_subparts(outer, alternative) == CURLE_OK else { return false }
    guard let first = curl_mime_addpart(alternative), let last = curl_mime_addpart(alternative) else { return false }
    let plain = Self.lines(mail.plain)
    html = Self.lines(mail.html)
    let codes = [
      curl_mime_type(outer, "multipart/alternative"),
      plain.withUnsafeBytes { curl_mime_data(first, $0.baseAddress?.assumingMemoryBound(to: CChar.self), plain.count) },
      curl_mime_type(first, "text/plain; charset=utf-8"), curl_mime_encoder(first, Self.encoder(plain)),
      curl_mime_data_cb(last, curl_off_t(html.count), Self.give, Self.seek, nil, me),
      curl_mime_type(last, "text/html; charset=utf-8"), curl_mime_encoder(last, Self.encoder(html)),
    ]
    return codes.allSatisfy { $0 == CURLE_OK }
  }

  /// Lines end with CR LF in mail.
  private static func lines(_ text: String) -> [UInt8] {
    Array(text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n").utf8)
  }

  /// What makes it shorter. (Filters of unwanted mail take English in base64 for something to hide.)
  private static func encoder(_ bytes: [UInt8]) -> String {
    bytes.count { $0 >= 0x80 } * 6 < bytes.count ? "quoted-printable" : "base64"
  }

  private func list(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines { list = curl_slist_append(list, line) ?? list }
    if let list { lists.append(list) }
    return list
  }

  private var me: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}

// What curl calls, on the thread of the call.
extension SMTPCall {
  /// Hears commands and answers. Nothing of it is kept but verbs and numbers: passwords and addresses go by here.
  private static let hear: curl_debug_callback = { _, kind, bytes, count, me in
    guard let bytes, let me else { return 0 }
    let call = Unmanaged<SMTPCall>.fromOpaque(me).takeUnretainedValue()
    let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: min(count, 200)), as: UTF8.self)
    switch kind {
    case CURLINFO_HEADER_OUT:
      let verb = line.prefix { $0.isASCII && $0.isLetter }.uppercased()
      if verb == "QUIT" { call.isLeaving = true }
      if ["EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"].contains(verb) { call.command = verb }
    case CURLINFO_HEADER_IN where !call.isLeaving:
      // Of an answer in several lines the last one counts: it has a space behind its code.
      guard line.dropFirst(3).first != "-", let reply = SMTPReply(line) else { break }
      call.reply = reply
      if call.isHandedOver, call.answerToMail == nil { call.answerToMail = reply }
    default: break
    }
    return 0
  }

  private static let give: curl_read_callback = { buffer, size, count, me in
    guard let buffer, let me else { return 0 }
    let call = Unmanaged<SMTPCall>.fromOpaque(me).takeUnretainedValue()
    let length = min(size * count, call.html.count - call.read)
    call.html.withUnsafeBytes { html in
      if let from = html.baseAddress { memcpy(buffer, from + call.read, length) }
    }
    call.read += length
    // Here, and not where nothing is left to give: curl knows the length and does not ask once more.
    if call.read == call.html.count { call.isHandedOver = true }
    return length
  }

  /// curl goes back to the beginning where it has to send again over another connection; nothing was taken then.
  private static let seek: curl_seek_callback = { me, offset, origin in
    guard let me, origin == SEEK_SET, offset == 0 else { return Int32(CURL_SEEKFUNC_CANTSEEK) }
    let call = Unmanaged<SMTPCall>.fromOpaque(me).takeUnretainedValue()
    call.read = 0
    return Int32(CURL_SEEKFUNC_OK)
  }
}
