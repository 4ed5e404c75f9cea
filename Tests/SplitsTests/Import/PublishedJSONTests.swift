import Files
import Foundation
import Splits
import Testing
import TestSupport

/// What is read of published.json.
@Suite struct PublishedJSONTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func splits(_ text: String) throws -> PublishedSplits {
        try PublishedSplits(contentsOf: folder.write(text, to: "published.json"))
    }

    /// Two levels, of which the first in the file has the greater distance.
    private func text(
        version: Int = 1, fid: String = "52.625", train: String = "[3,1]", extra: String = ""
    ) -> String {
        """
        {"schema_version":\(version),"dataset":"birds","source":{"file":"a","sha256":"0"},"distance":"x",
        "classes":["a","b","c","d"],
        "levels":[{"id":"10","fid":\(fid),"train":\(train),"test":[0]\(extra)},
        {"id":"9","fid":19,"train":[0,1],"test":[2,3],"split_val":[1],"split_train":[0],
        "test_episodes":{"2":[{"2":["c/1.jpg","c/2.jpg"],"3":["d/1.jpg"]},{"3":["d/2.jpg"]}]}}]}
        """
    }

    @Test func everyPartIsRead() throws {
        let found = try splits(text())
        #expect(found.levels.map(\.id) == ["9", "10"])
        #expect(found.levels.map(\.fid) == [19, 52.625])
        #expect(found.levels.map(\.train) == [["a", "b"], ["d", "b"]])
        #expect(found.levels.map(\.test) == [["c", "d"], ["a"]])
        #expect(found.levels[0].tuning?.validation == ["b"] && found.levels[0].tuning?.train == ["a"])
        #expect(found.levels[1].tuning == nil && found.levels[1].episodes.isEmpty)
        #expect(
            found.levels[0].episodes == [
                2: [["c": ["c/1.jpg", "c/2.jpg"], "d": ["d/1.jpg"]], ["d": ["d/2.jpg"]]]
            ])
        #expect(!found.classesAreNumbers)
    }

    /// A file of the other kind under any name is read as what it is.
    @Test func theFirstByteDecides() throws {
        let pickle = try #require(PublishedPickles.all.splits["plain-0"])
        let file = try folder.write(pickle, to: "published.json")
        #expect(try PublishedSplits(contentsOf: file) == PublishedSplits(pickleAt: file))
        for name in ["none.json", "."] {
            let error = #expect(throws: FileError.self) {
                try PublishedSplits(contentsOf: folder.url.appending(path: name))
            }
            #expect(error?.description.contains("cannot be read as a pickle of published splits: ") == true)
        }
    }

    @Test func whatIsWrongIsRefused() throws {
        func refusal(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
            let error = try #require(
                #expect(throws: FileError.self, sourceLocation: sourceLocation) { try splits(text) })
            let parts = error.description.components(
                separatedBy: "published.json: cannot be read as published splits: ")
            #expect(parts.count == 2, "\(error)", sourceLocation: sourceLocation)
            return parts.last ?? ""
        }
        #expect(try refusal("{") == "it is not JSON")
        #expect(try refusal(text(version: 2)) == "its schema version is 2; expected 1")
        #expect(
            try refusal(#"{"schema_version":1,"classes":["a"],"levels":[]}"#)
                == "it has no levels; expected at least one")
        #expect(try refusal(text(fid: "-1")) == "level \"10\", fid is -1.0; expected a number from 0 on")
        #expect(
            try refusal(text(train: "[4]"))
                == "level \"10\", train has the class 4; expected places from 0 to 3 in classes")
        #expect(try refusal(text(train: "[-1]")).contains("has the class -1; expected places from 0 to 3"))
        #expect(
            try refusal(text(extra: #","test_episodes":{"two":[]}"#))
                == "level \"10\", test_episodes are of \"two\" shots; expected a whole number from 1 on")
        #expect(
            try refusal(text(extra: #","test_episodes":{"1":[{"x":["f"]}]}"#))
                .contains("test_episodes, 1 has the class -1; expected places"))
        #expect(
            try refusal(text(extra: #","test_episodes":{"1":[{"1":["f"],"01":["g"]}]}"#))
                == "level \"10\", test_episodes, 1 have the class \"b\" twice in an episode; expected it once")
    }
}
