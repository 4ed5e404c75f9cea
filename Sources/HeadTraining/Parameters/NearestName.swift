/// The known name that differs from a mistyped one in the fewest letters; nil if none is similar.
func nearestName(to name: String, among known: [String]) -> String? {
    let letters = Array(name.utf8.prefix(100))
    let ranked = known.map { ($0, editDistance(letters, Array($0.utf8))) }
    guard let (nearest, distance) = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
    return distance <= max(2, nearest.utf8.count / 2) ? nearest : nil
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
