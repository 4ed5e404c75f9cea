public import Datasets
internal import Files
public import Foundation
public import Retrieval

/// Queries of each task with their nearest neighbours, by sample id: `retrieval-examples.json`.
public struct RetrievalExamplesFile: Sendable, Equatable, Codable {
    /// The version of the format that this type reads and writes.
    public static let currentSchemaVersion = 1

    /// The version of the format.
    public let schemaVersion: Int
    /// The metric that determines which queries are best and worst.
    public let metric: String
    /// The tasks.
    public let tasks: [Task]

    /// A task: a level in one direction.
    public struct Task: Sendable, Equatable, Codable {
        /// The level's id.
        public let level: String
        /// The direction.
        public let direction: Direction
        /// The examples: best, median and worst.
        public let examples: [Example]

        /// Combines a task's examples.
        public init(level: String, direction: Direction, examples: [Example]) {
            self.level = level
            self.direction = direction
            self.examples = examples
        }
    }

    /// A query and the items found for it.
    public struct Example: Sendable, Equatable, Codable {
        /// The query's place among all queries.
        public let place: RetrievalExample.Place
        /// The query's sample id.
        public let query: String
        /// The query's class.
        public let classLabel: String
        /// Its score.
        public let score: Double
        /// The neighbours, nearest first.
        public let neighbours: [Neighbour]

        enum CodingKeys: String, CodingKey {
            case place, query, score, neighbours
            case classLabel = "class"
        }
    }

    /// A retrieved sample.
    public struct Neighbour: Sendable, Equatable, Codable {
        /// The sample's id.
        public let sample: String
        /// Its class.
        public let classLabel: String
        /// The cosine, or the negated Euclidean distance.
        public let similarity: Double

        enum CodingKeys: String, CodingKey {
            case sample, similarity
            case classLabel = "class"
        }
    }

    enum CodingKeys: String, CodingKey {
        case metric, tasks
        case schemaVersion = "schema_version"
    }

    /// Combines the examples of all tasks.
    public init(metric: RetrievalMetric, tasks: [Task]) {
        schemaVersion = Self.currentSchemaVersion
        self.metric = metric.name
        self.tasks = tasks
    }

    /// Reads a file.
    ///
    /// - Throws: ``/Files/FileError/unreadable(path:as:reason:)``.
    public init(readingFrom url: URL) throws {
        let kind = "retrieval examples"
        self = try readJSON(
            RetrievalExamplesFile.self, from: url, as: kind, schemaVersion: Self.currentSchemaVersion)
        do {
            for (number, task) in tasks.enumerated() {
                for (place, example) in task.examples.enumerated() {
                    let path = "tasks.\(number).examples.\(place)"
                    try requireNumber(example.score, in: NumberRange.part, path + ".score")
                    for neighbour in example.neighbours {
                        try requireNumber(neighbour.similarity, in: NumberRange.signed, path + ".similarity")
                    }
                }
            }
        } catch let error as ImplausibleValue {
            throw FileError.unreadable(path: url.path, as: kind, reason: "\(error)")
        }
    }
}

extension RetrievalExamplesFile.Example {
    /// Replaces the row numbers of an example with sample ids.
    ///
    /// - Parameters:
    ///   - ids: the sample id of each row.
    ///   - classLabels: the class of each row.
    public init(_ example: RetrievalExample, ids: (Int) -> String, classLabels: (Int) -> String) {
        place = example.place
        query = ids(example.query)
        classLabel = classLabels(example.query)
        score = example.score
        neighbours = example.neighbours.map { neighbour in
            RetrievalExamplesFile.Neighbour(
                sample: ids(neighbour.row), classLabel: classLabels(neighbour.row),
                similarity: (neighbour.similarity * 1e6).rounded() / 1e6)
        }
    }
}
