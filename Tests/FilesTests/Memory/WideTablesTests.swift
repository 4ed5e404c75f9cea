import Files
import Foundation
import TestSupport
import Testing

/// Tables that would take far more memory than anybody needs.
@Suite struct WideTablesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func refusal(of text: String, within bytes: Int = 1 << 30) throws -> String {
        let file = try folder.write(text, to: "a.csv")
        let error = #expect(throws: FileError.self) {
            try CSVTable(contentsOf: file, within: MemoryBudget(stated: bytes))
        }
        return try #require(error?.description).replacingOccurrences(of: folder.url.path + "/", with: "")
    }

    @Test func fieldsThatTheHeaderLacksAreCountedToAThousand() throws {
        #expect(try refusal(of: "a,b\n1,2,3\n") == "a.csv:2: found 3 fields; expected 2, as in the header")
        let many = "a,b\n1,2\n" + String(repeating: ",", count: 1001) + "\n"
        #expect(try refusal(of: many) == "a.csv:3: found 1002 fields; expected 2, as in the header")
        let more = "a,b\n1,2\n" + String(repeating: ",", count: 2_000_000)
        #expect(try refusal(of: more) == "a.csv:3: found more than 1002 fields; expected 2, as in the header")
    }

    @Test func headersEnd() throws {
        let many = String(repeating: "a,", count: 1 << 18) + "a\n"
        #expect(try refusal(of: many) == "a.csv:1: found 262145 columns; expected at most 262144")
        let more = String(repeating: "a,", count: 1 << 19)
        #expect(
            try refusal(of: more) == "a.csv:1: found more than 263144 fields; expected at most 262144 columns")
        let long = String(repeating: String(repeating: "a", count: 60_000) + ",", count: 1200)
        #expect(
            try refusal(of: long)
                == "a.csv:1: found a row of more than 67108864 bytes; expected fields of names and numbers"
        )
    }

    @Test func rowsAreWithinTheBudget() throws {
        let rows = "a,b\n" + String(repeating: "1,2\n", count: 1000)
        let file = try folder.write(rows, to: "a.csv")
        #expect(try CSVTable(contentsOf: file, within: MemoryBudget(stated: 104_000)).rows.count == 1000)
        #expect(
            try refusal(of: rows, within: 103_999)
                == "a.csv: found a table of 1000 rows and more, 104000 bytes of memory; expected at most the 103999 bytes "
                + "that OODML_MEMORY allows")
    }
}
