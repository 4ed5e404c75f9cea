package import Foundation
import Files

extension PublishedSplits {
    static let kindOfJSON = "published splits"

    /// Reads `published.json`: the same as a pickle, with each class as its place in one list of all, from 0.
    ///
    /// - Parameters:
    ///   - bytes: the contents of the file.
    ///   - path: where they come from, for errors.
    /// - Complexity: O(n) for n bytes and the names that they stand for.
    /// - Throws: ``/Files/FileError/unreadable(path:as:reason:)``.
    package init(json bytes: Data, path: String) throws {
        let file = try decodeJSON(File.self, from: bytes, path: path, as: Self.kindOfJSON, schemaVersion: 1)
        do {
            self.init(levels: try file.levels.map(file.level), classesAreNumbers: false)
            guard !levels.isEmpty else { throw Implausible(reason: "it has no levels; expected at least one") }
        } catch let error as Implausible {
            throw FileError.unreadable(path: path, as: Self.kindOfJSON, reason: error.reason)
        }
    }

    /// What is JSON and cannot be meant.
    private struct Implausible: Error {
        let reason: String
    }

    /// The contents of `published.json` that are read; where they come from is for people.
    private struct File: Decodable {
        struct Level: Decodable {
            let id: String
            let fid: Double
            let train, test: [Int]
            let splitTrain, splitVal: [Int]?
            /// By the number of shots; each episode has the files of each class, by its place.
            let episodes: [String: [[String: [String]]]]?

            enum CodingKeys: String, CodingKey {
                case id, fid, train, test
                case splitTrain = "split_train"
                case splitVal = "split_val"
                case episodes = "test_episodes"
            }
        }

        let classes: [String]
        let levels: [Level]

        func level(_ level: Level) throws -> PublishedSplits.Level {
            let name = "level \"\(excerpt(level.id))\""
            guard NumberRange.distance.contains(level.fid) else {
                throw Implausible(reason: "\(name), fid is \(level.fid); expected a number from 0 on")
            }
            func labels(_ places: [Int], _ key: String) throws -> [String] {
                try places.map { try label($0, "\(name), \(key)") }
            }
            var tuning: Tuning?
            if let validation = level.splitVal, let train = level.splitTrain {
                tuning = Tuning(
                    validation: try labels(validation, "split_val"), train: try labels(train, "split_train"))
            }
            var episodes: [Int: [[String: [String]]]] = [:]
            for (shots, published) in level.episodes ?? [:] {
                guard let count = Int(shots), count > 0 else {
                    throw Implausible(
                        reason: "\(name), test_episodes are of \"\(excerpt(shots))\" shots; expected a whole number "
                            + "from 1 on")
                }
                episodes[count] = try published.map { episode in
                    var files: [String: [String]] = [:]
                    for (place, names) in episode {
                        let label = try label(Int(place) ?? -1, "\(name), test_episodes, \(count)")
                        guard files.updateValue(names, forKey: label) == nil else {
                            throw Implausible(
                                reason:
                                    "\(name), test_episodes, \(count) have the class \"\(excerpt(label))\" twice in an "
                                    + "episode; expected it once")
                        }
                    }
                    return files
                }
            }
            return PublishedSplits.Level(
                id: level.id, fid: level.fid, train: try labels(level.train, "train"),
                test: try labels(level.test, "test"), tuning: tuning, episodes: episodes)
        }

        private func label(_ place: Int, _ key: String) throws -> String {
            guard classes.indices.contains(place) else {
                throw Implausible(
                    reason: "\(key) has the class \(place); expected places from 0 to \(classes.count - 1) in classes")
            }
            return classes[place]
        }
    }
}
