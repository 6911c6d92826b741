import Words

/// The sheet of the keys. It works without the script that the keys need.
package struct KeysPage: Sendable {
  package func response(in console: Console) -> HTMLResponse {
    let view = View(
      layout: Layout(console.words.text(.keysTitle), at: .elsewhere, in: console), isOn: console.hasKeys,
      other: console.hasKeys ? Site.off : "on")
    return HTMLResponse(Self.template.html(view, console.words))
  }

  private static let template = Template("keys", PackageResources.keys_mustache)

  private struct View: Sendable {
    let layout: Layout
    let isOn: Bool
    /// What the button sends.
    let other: String
  }
}

extension Frame {
  func addKeys(to doors: Doors) {
    let keeper = doors.keeper
    doors.get("keys", needs: .anybody) { request, visit in
      var console = plain(for: visit)
      // With the places of whoever is signed in, so that the digits are theirs here too.
      console.visitor = (try? await keeper.somebody(request)) ?? nil
      if let visitor = console.visitor { console.words = site.words(for: request, of: visitor) }
      return KeysPage().response(in: console)
    }
    doors.post("keys", needs: .anybody) { [site] _, visit in
      let isOff = visit.form["keys"] == Site.off
      let year = 365 * 86_400
      return Redirect(
        to: Paths.keys, cookies: [site.cookie(Site.keysCookie, isOff ? Site.off : "", seconds: isOff ? year : 0)])
    }
  }
}
