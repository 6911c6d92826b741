/// How something stands, as a colour and a texture. The raw value is the CSS class, which sets the colour for light and dark.
/// A tone never stands alone: the words are always beside it.
package enum Tone: String, Sendable, CaseIterable {
  case settled, waiting, unknown, refused, unsent, held, person
  /// Series of a chart that are no states.
  case first, second, third
}
