import Files
import Testing

@Suite struct LevelIDTests {
    /// Published splits have keys of any kind, whose escaped names are the ids.
    @Test func idsThatImportMakesAreTaken() throws {
        let keys = [
            "10%", "20 %", "fid:12.5", "Easy", "easy", "", "a/b", "\u{1B}[31m", "..", "caf\u{E9}", "cafe\u{301}", "~",
            "\u{202E}x",
            String(repeating: "long ", count: 60),
        ]
        try requireLevelIDs(fileNames(for: keys).map { "level-\($0)" })
    }

    @Test(arguments: [
        "", "a/b", "..", ".", "a\u{1B}", "a\0", "a\nb", "x/../../victim", String(repeating: "a", count: 201),
    ])
    func idsThatAreNoNamesOfFilesAreRefused(id: String) {
        #expect(throws: ImplausibleValue.self) { try requireLevelIDs(["level-1", id]) }
    }

    @Test func idsThatAreTooAlikeAreRefused() throws {
        for twins in [["a", "a"], ["a", "A"], ["caf\u{E9}", "cafe\u{301}"]] {
            #expect(throws: ImplausibleValue.self) { try requireLevelIDs(twins) }
        }
        try requireLevelIDs(["a", "a"], allowsTwins: true)
        #expect(throws: ImplausibleValue.self) { try requireLevelIDs(["a", "a", "A"], allowsTwins: true) }
    }
}
