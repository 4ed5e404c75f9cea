/// The known name that differs from a mistyped one in the fewest letters, of several the first; nil if none is similar.
///
/// - Parameter part: the part of the known name's letters that may differ; two always may.
/// - Complexity: O(`known.count` · length²), with no more than 100 letters of `name`.
package func nearestName(to name: String, among known: [String], within part: Double = 0.5) -> String? {
    let letters = Array(name.utf8.prefix(100))
    let ranked = known.map { ($0, editDistance(letters, Array($0.utf8))) }
    guard let (nearest, distance) = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
    return distance <= max(2, Int(Double(nearest.utf8.count) * part)) ? nearest : nil
}

/// How many letters have to be inserted, removed or replaced (Levenshtein, 1966).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let replaced = diagonal + (letter == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}
