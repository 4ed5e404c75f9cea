import Datasets
import Evaluation
import Foundation
import Reports
import Testing

@Suite struct ResultsFilesTests {
    @Test func longForm() throws {
        let results = sampleResults(levelCount: 2)
        let lines = resultsTable(results).text.split(separator: "\n")
        // Two levels, two subjects, three directions, four metrics.
        #expect(lines.count == 1 + 2 * 2 * 3 * 4)
        #expect(lines[0] == "level,origin,step,fid,model,direction,metric,value")
        #expect(lines[1] == "level-1,easier,0,19.16,model,forward,recall@1,0.79")
        #expect(lines.contains("level-2,easier,1,28.49,backbone,mean,recall@1,0.625"))
        for line in lines.dropFirst() {
            let fields = line.split(separator: ",")
            #expect(fields.count == 8)
            #expect(Double(fields[7]) != nil)
        }
        let single = resultsTable(sampleResults(reverse: false, backbone: false, levelCount: 1)).text
        #expect(single.split(separator: "\n").count == 1 + 2 * 4)
        #expect(!single.contains("reverse") && !single.contains("backbone"))
    }

    @Test func jsonIsStable() throws {
        struct Value: Encodable {
            let b = "a/b"
            let a = [0.1, 2]
        }
        let expected = """
            {
              "a" : [
                0.1,
                2
              ],
              "b" : "a/b"
            }

            """
        let text = try stableJSON(Value())
        #expect(text == expected)
        let results = sampleResults()
        let stored = try stableJSON(results)
        let again = try stableJSON(results)
        #expect(stored == again)
        #expect(stored.hasSuffix("}\n"))
        #expect(stored.contains("runs/{level}-{direction}.npy"))
        #expect(try JSONDecoder().decode(EvaluationResults.self, from: Data(stored.utf8)) == results)
        #expect(throws: EncodingError.self) {
            try stableJSON([Double.nan])
        }
    }
}
