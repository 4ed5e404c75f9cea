internal import Foundation

/// The beginning of an arbitrary text, on one line, for messages.
///
/// At most 80 Unicode scalars; a control character becomes a space, and an ellipsis replaces the rest.
package func excerpt(_ text: some StringProtocol) -> String {
    let start = text.unicodeScalars.prefix(80)
    let shown = start.map { $0.properties.generalCategory == .control ? " " : $0 }
    let line = String(String.UnicodeScalarView(shown)).trimmingCharacters(in: .whitespaces)
    return start.endIndex < text.unicodeScalars.endIndex ? line + "…" : line
}
