import Files
import Foundation
import TestSupport
import Testing

@Suite struct ReceiptTests {
    private let digest = String(repeating: "0a", count: 32)

    @Test func isReadBackAsWritten() throws {
        let folder = try TemporaryFolder()
        let receipt = Receipt([
            Name("b.json"): .init(result: "splits", content: .file(size: 12, sha256: digest)),
            Name("a \"quoted\", \u{600}\"/é\n.csv"): .init(result: "export", content: .file(size: 0, sha256: digest)),
            Name("level-1/x"): .init(result: "export", content: .link(to: "/images/a,b.png")),
        ])
        let file = try folder.write(receipt.bytes, to: Receipt.name)
        #expect(try Receipt(readingFrom: file) == receipt)
        #expect(receipt.has("splits") && receipt.has("export") && !receipt.has("store"))
        #expect(receipt.paths(of: "splits") == ["b.json"])
        #expect(receipt[path: "b.json"]?.result == "splits" && receipt[path: "c.json"] == nil)
    }

    @Test func isATableThatPeopleCanRead() {
        let receipt = Receipt([
            Name("m.json"): .init(result: "splits", content: .file(size: 3, sha256: digest)),
            Name("l"): .init(result: "splits", content: .link(to: "t")),
        ])
        #expect(
            String(decoding: receipt.bytes, as: UTF8.self)
                == "result,path,size,sha256,link\nsplits,l,,,t\nsplits,m.json,3,\(digest),\n")
    }

    @Test(arguments: [
        "../up", "/etc/passwd", "a//b", "a/./b", "a/../../b", "", ".", "receipt.csv", "a\0b",
    ])
    func pathsThatLeaveTheFolderAreRefused(path: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            CSVTable(
                columns: ["result", "path", "size", "sha256", "link"], rows: [["splits", path, "1", digest, ""]]
            ).text, to: Receipt.name)
        let error = #expect(throws: FileError.self) { try Receipt(readingFrom: file) }
        #expect(error?.path == file.path)
    }

    @Test(arguments: [
        "path,size\n", "result,path,size,sha256,link\ns,a,-1,DIGEST,\n",
        "result,path,size,sha256,link\ns,a,1,DIGESTX,\n",
        "result,path,size,sha256,link\ns,a,1,DIGEST,b\n", "result,path,size,sha256,link\ns,a,,,\n",
        "result,path,size,sha256,link\n,a,1,DIGEST,\n",
        "result,path,size,sha256,link\ns,a,1,DIGEST,\ns,a,1,DIGEST,\n", "",
    ])
    func otherTablesAreRefused(text: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(text.replacingOccurrences(of: "DIGEST", with: digest), to: Receipt.name)
        #expect(throws: FileError.self) { try Receipt(readingFrom: file) }
    }
}
