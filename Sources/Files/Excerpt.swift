internal import Foundation

/// The beginning of a text that may be of any length and hold anything, on one line, for messages.
///
/// At most 80 Unicode scalars; a control becomes a space, and what is left out an ellipsis.
package func excerpt(_ text: some StringProtocol) -> String {
    let start = text.unicodeScalars.prefix(80)
    let shown = start.map { $0.properties.generalCategory == .control ? " " : $0 }
    let line = String(String.UnicodeScalarView(shown)).trimmingCharacters(in: .whitespaces)
    return start.endIndex < text.unicodeScalars.endIndex ? line + "…" : line
}
