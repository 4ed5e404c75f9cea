import Reports
import Testing

@Suite struct TextDisplayTests {
    private let narrow = TextDisplay(width: 20)
    private let ascii = TextDisplay(width: 20, isUnicode: false)

    @Test func wordsWrapAndStayWhole() {
        #expect(narrow.wrapped("one two three four five six") == "one two three four\nfive six")
        #expect(narrow.wrapped("exactly twenty cells") == "exactly twenty cells")
        #expect(narrow.wrapped("exactly twenty cells!") == "exactly twenty\ncells!")
        #expect(narrow.wrapped("a\n\nb\n") == "a\n\nb\n")
        #expect(narrow.wrapped("splits/with-a-name-of-some-length x") == "splits/with-a-name-of-some-length\nx")
        #expect(narrow.wrapped("漢字漢字 漢字漢字漢字") == "漢字漢字\n漢字漢字漢字")
        #expect(narrow.wrapped("meaning of a file", indentation: 10, from: 10) == "meaning of\n          a file")
    }

    @Test func aFileTakesEverythingAsItIs() {
        let text = "± a line that is longer than any terminal is wide – " + String(repeating: "x ", count: 200)
        #expect(TextDisplay.plain.wrapped(text) == text)
        #expect(TextDisplay.plain.styled("a", .error) == "a")
    }

    @Test func signsHaveFormsInASCII() {
        #expect(ascii.shown("0.9 ± 0.1 – p ≤ 0.05") == "0.9 +- 0.1 - p <= 0.05")
        // What users named is not ours to spell.
        #expect(ascii.shown("漢字") == "漢字")
        #expect(narrow.shown("±") == "±")
    }

    @Test func stylesAreAroundTheText() {
        let colored = TextDisplay(width: 20, isColored: true)
        #expect(colored.styled("warning:", .warning) == "\u{1B}[1;33mwarning:\u{1B}[0m")
        #expect(colored.styled("", .heading) == "")
        #expect(narrow.styled("a", .heading) == "a")
    }

    @Test func widthsOfWritingSystems() {
        // As wcwidth sums them: Thai with am and tone marks, Devanagari with aa, Hebrew with points, a flag, a family.
        #expect(displayWidth("น้ำ") == 2)
        #expect(displayWidth("का") == 2)
        #expect(displayWidth("שָׁ") == 1)
        #expect(displayWidth("🇫🇷") == 2)
        #expect(displayWidth("👩‍👩‍👧") == 2)
        #expect(displayWidth("✅") == 2)
        #expect(displayWidth("각") == 2)
    }
}
