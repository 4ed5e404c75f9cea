/// The number of terminal cells that a text takes: two for East Asian wide characters and emoji, none for marks that
/// combine with the character before them, and one for all others, including Indic vowel signs that stand beside their
/// letter.
///
/// The wide ranges are the main blocks of Unicode's East Asian Width "W" and "F"; terminals that sum `wcwidth` agree.
public func displayWidth(_ text: String) -> Int {
    text.reduce(0) { $0 + displayWidth($1) }
}

private func displayWidth(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    // The emoji variation selector requests the wide form of a character that also has a narrow one.
    if character.unicodeScalars.contains("\u{FE0F}") || first.properties.isEmojiPresentation { return 2 }
    let beside = character.unicodeScalars.dropFirst().count { scalar in
        // The Thai and Lao vowels "am" are letters by category, but part of the preceding grapheme.
        scalar.properties.generalCategory == .spacingMark || scalar == "\u{E33}" || scalar == "\u{EB3}"
    }
    return displayWidth(first) + beside
}

private func displayWidth(_ first: Unicode.Scalar) -> Int {
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch first.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
        0x20000...0x3FFFD:
        return 2
    default:
        return 1
    }
}
