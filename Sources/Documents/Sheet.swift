import CLibpango

/// A pile of A4 pages that is drawn on from the top: Cairo and Pango, and nothing of what is written.
///
/// Lengths are points (1/72 inch).
final class Sheet {
  static let width = 595.276
  static let height = 841.89
  /// 20 mm.
  static let margin = 56.693

  struct Style {
    var size: Double
    var isBold = false
    var isSoft = false
  }

  let isRightToLeft: Bool
  private let sink: ByteSink
  private let surface: OpaquePointer?
  let context: OpaquePointer?
  /// One for what stands at a place, and one for what flows: a page may be turned in the midst of it.
  private let layout: OpaquePointer?
  private let flowing: OpaquePointer?
  private(set) var page = 1
  /// Draws what stands below every page; called when all else of it is there, so that it is read last.
  var foot: (Sheet) -> Void = { _ in }
  var y = Sheet.margin

  /// From line to line, in sizes of the letters: the same in all scripts, whose fonts ask for very different heights.
  private static let leading = 1.5

  /// Every script that Noto and IPA have; the system's others where they lack one.
  private static let fonts =
    "Noto Sans, Noto Sans Arabic, Noto Sans Hebrew, Noto Sans Devanagari, Noto Sans Thai, IPAGothic, sans-serif"

  init(title: String, author: String, made: String, language: String, isRightToLeft: Bool) {
    self.isRightToLeft = isRightToLeft
    sink = ByteSink()
    surface = cairo_pdf_surface_create_for_stream(
      { closure, data, count in
        guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
        Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue().bytes += UnsafeBufferPointer(
          start: data, count: Int(count))
        return CAIRO_STATUS_SUCCESS
      }, Unmanaged.passUnretained(sink).toOpaque(), Self.width, Self.height)
    for (kind, text) in [
      (CAIRO_PDF_METADATA_TITLE, title), (CAIRO_PDF_METADATA_AUTHOR, author), (CAIRO_PDF_METADATA_CREATOR, "Amends"),
      (CAIRO_PDF_METADATA_CREATE_DATE, made), (CAIRO_PDF_METADATA_MOD_DATE, made),
    ] { cairo_pdf_surface_set_metadata(surface, kind, text) }
    context = cairo_create(surface)
    layout = Self.layout(context, language, isRightToLeft)
    flowing = Self.layout(context, language, isRightToLeft)
  }

  private static func layout(_ context: OpaquePointer?, _ language: String, _ isRightToLeft: Bool) -> OpaquePointer? {
    let layout = pango_cairo_create_layout(context)
    let settings = pango_layout_get_context(layout)
    // A PDF has no pixels. Rounded to them, letters would stand too far apart, and readers would see spaces between them.
    let exact = cairo_font_options_create()
    cairo_font_options_set_hint_style(exact, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(exact, CAIRO_HINT_METRICS_OFF)
    pango_cairo_context_set_font_options(settings, exact)
    cairo_font_options_destroy(exact)
    pango_context_set_round_glyph_positions(settings, 0)
    pango_context_set_language(settings, pango_language_from_string(language))
    pango_context_set_base_dir(settings, isRightToLeft ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR)
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
    // The whole document runs one way, also where a line holds nothing but a foreign name.
    pango_layout_set_auto_dir(layout, 0)
    pango_layout_set_alignment(layout, isRightToLeft ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT)
    return layout
  }

  deinit {
    g_object_unref(UnsafeMutableRawPointer(flowing))
    g_object_unref(UnsafeMutableRawPointer(layout))
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// Everything that was drawn, as a file.
  func finish() throws(DocumentProblem) -> [UInt8] {
    foot(self)
    cairo_show_page(context)
    cairo_surface_finish(surface)
    for status in [cairo_status(context), cairo_surface_status(surface)] where status != CAIRO_STATUS_SUCCESS {
      throw .drawing(String(cString: cairo_status_to_string(status)))
    }
    return sink.bytes
  }

  func turn() throws(DocumentProblem) {
    guard page < Document.pageLimit else { throw .tooManyPages }
    foot(self)
    cairo_show_page(context)
    page += 1
    y = Self.margin
  }

  /// A part of the document's structure (ISO 32000-1, section 14.8.4), which readers follow instead of the picture.
  func tagged(_ tag: String, _ body: () throws(DocumentProblem) -> Void) throws(DocumentProblem) {
    cairo_tag_begin(context, tag, nil)
    try body()
    cairo_tag_end(context, tag)
  }

  // MARK: - drawing

  /// - Parameter x: from the edge where lines begin.
  private func left(_ x: Double, _ width: Double) -> Double { isRightToLeft ? Self.width - x - width : x }

  private func set(_ text: String, _ style: Style, width: Double, on layout: OpaquePointer?) {
    let font = pango_font_description_from_string(Self.fonts)
    pango_font_description_set_absolute_size(font, style.size * Double(PANGO_SCALE))
    pango_font_description_set_weight(font, style.isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
    pango_layout_set_font_description(layout, font)
    pango_font_description_free(font)
    let attributes = pango_attr_list_new()
    pango_attr_list_insert(
      attributes, pango_attr_line_height_new_absolute(Int32(style.size * Self.leading * Double(PANGO_SCALE))))
    pango_layout_set_attributes(layout, attributes)
    pango_attr_list_unref(attributes)
    pango_layout_set_width(layout, Int32(width * Double(PANGO_SCALE)))
    pango_layout_set_text(layout, text, Int32(text.utf8.count))
    setInk(style)
  }

  private func setInk(_ style: Style) {
    let ink = style.isSoft ? 0.36 : 0.0
    cairo_set_source_rgb(context, ink, ink, ink)
  }

  /// How much room text takes, and how far below its top its first line stands: scripts differ.
  func measure(_ text: String, _ style: Style, width: Double) -> (height: Double, baseline: Double) {
    set(text, style, width: width, on: layout)
    var size: Int32 = 0
    pango_layout_get_size(layout, nil, &size)
    return (Double(size) / Double(PANGO_SCALE), Double(pango_layout_get_baseline(layout)) / Double(PANGO_SCALE))
  }

  /// Text that stands as a whole at one place.
  func draw(_ text: String, _ style: Style, x: Double, y: Double, width: Double) {
    set(text, style, width: width, on: layout)
    cairo_move_to(context, left(x, width), y)
    pango_cairo_show_layout(context, layout)
  }

  /// Text that flows, line by line, on as many pages as it needs; each part of it under `tag`.
  func flow(_ text: String, _ style: Style, tag: String, bottom: Double) throws(DocumentProblem) {
    let width = Self.width - 2 * Self.margin
    set(text, style, width: width, on: flowing)
    guard let lines = pango_layout_get_iter(flowing) else { return }
    defer { pango_layout_iter_free(lines) }
    cairo_tag_begin(context, tag, nil)
    repeat {
      var box = PangoRectangle()
      pango_layout_iter_get_line_extents(lines, nil, &box)
      let height = Double(box.height) / Double(PANGO_SCALE)
      if y + height > bottom {
        cairo_tag_end(context, tag)
        try turn()
        setInk(style)
        cairo_tag_begin(context, tag, nil)
      }
      let (top, base) = (Double(box.y), Double(pango_layout_iter_get_baseline(lines)))
      cairo_move_to(
        context, Self.margin + Double(box.x) / Double(PANGO_SCALE), y + (base - top) / Double(PANGO_SCALE))
      pango_cairo_show_layout_line(context, pango_layout_iter_get_line_readonly(lines))
      y += height
    } while pango_layout_iter_next_line(lines) != 0
    cairo_tag_end(context, tag)
  }

  func rule(at y: Double, isStrong: Bool) {
    let ink = isStrong ? 0.2 : 0.8
    cairo_set_source_rgb(context, ink, ink, ink)
    cairo_set_line_width(context, isStrong ? 0.8 : 0.4)
    cairo_move_to(context, Self.margin, y)
    cairo_line_to(context, Self.width - Self.margin, y)
    cairo_stroke(context)
  }
}

/// Where Cairo's bytes go.
private final class ByteSink {
  var bytes: [UInt8] = []
}
