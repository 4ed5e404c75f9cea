import Datasets
import Evaluation
import Files
import Foundation
import Reports
import Testing

@Suite struct ResultsFilesTests {
    @Test func longForm() throws {
        let results = sampleResults(levelCount: 2)
        let lines = resultsTable(results).text.split(separator: "\n")
        // Two levels, two subjects, three directions, four metrics.
        #expect(lines.count == 1 + 2 * 2 * 3 * 4)
        #expect(
            lines[0] == "level,origin,step,fid,excess,gallery,subject,direction,metric,value,standard_error,low,high")
        #expect(lines[1].hasPrefix("level-1,easier,0,19.16,9.58,full,model,forward,recall@1,0.79,0.00"))
        #expect(lines.contains { $0.hasPrefix("level-2,easier,1,28.49,14.245,full,backbone,mean,recall@1,0.625,0.00") })
        for line in lines.dropFirst() {
            let fields = line.split(separator: ",")
            #expect(fields.count == 13)
            let numbers = fields.suffix(4).compactMap { Double($0) }
            try #require(numbers.count == 4)
            // The 97.5 % quantile of Student's t with 3 degrees of freedom.
            #expect(abs(numbers[3] - numbers[0] - 3.182446305284263 * numbers[1]) < 1e-12)
            #expect(abs(numbers[0] - numbers[2] - 3.182446305284263 * numbers[1]) < 1e-12)
        }
        let single = resultsTable(sampleResults(reverse: false, backbone: false, levelCount: 1)).text
        #expect(single.split(separator: "\n").count == 1 + 2 * 4)
        #expect(!single.contains("reverse") && !single.contains("backbone"))
    }

    @Test func jsonIsStable() throws {
        struct Value: Encodable {
            struct Name: Encodable {
                let n: String
            }

            let a = [0.1, 2, -1.5e-7] + [Double](repeating: 123_456_789, count: 10)
            let b = "a/b, \"c\": [{d}]"
            let e = [Name(n: "x"), Name(n: "y")]
            let f: [String: Int] = [:]
        }
        let expected = """
            {
              "a": [0.1, 2, -1.5e-07, 123456789, 123456789, 123456789, 123456789, 123456789, 123456789, 123456789, 123456789, 123456789, 123456789],
              "b": "a/b, \\"c\\": [{d}]",
              "e": [{"n": "x"}, {"n": "y"}],
              "f": {}
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
