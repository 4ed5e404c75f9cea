internal import Files

extension SplitManifest {
    /// Refuses levels that cannot be told apart or that count a class twice, since their scores would be of something
    /// else.
    ///
    /// - Parameter path: the manifest's path, for the error.
    /// - Throws: ``/Files/FileError/unreadable(path:as:reason:)``.
    func requireDistinctLevels(path: String) throws {
        var ids: Set<String> = []
        for level in levels {
            guard ids.insert(level.id).inserted else {
                throw FileError.unreadable(
                    path: path, as: "a split manifest",
                    reason: "it has two levels \"\(level.id)\"; expected an id of its own for each")
            }
            for classes in [level.train + level.test + level.removed] + [level.folds.flatMap { $0 }] {
                var labels: Set<String> = []
                guard let twice = classes.first(where: { !labels.insert($0).inserted }) else { continue }
                throw FileError.unreadable(
                    path: path, as: "a split manifest",
                    reason:
                        "\(level.id) has the class \"\(twice)\" twice; expected each in one of train, test and removed")
            }
        }
    }
}
