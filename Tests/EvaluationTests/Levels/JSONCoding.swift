import Evaluation
import Foundation
import Testing

/// Results as JSON and back.
enum JSONCoding {
    static func text(of results: EvaluationResults) throws -> String {
        String(decoding: try JSONEncoder().encode(results), as: UTF8.self)
    }

    static func results(from text: String) throws -> EvaluationResults {
        try JSONDecoder().decode(EvaluationResults.self, from: Data(text.utf8))
    }

    static func object(in text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}
