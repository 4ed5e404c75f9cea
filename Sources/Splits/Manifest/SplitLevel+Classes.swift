package import Datasets

extension SplitLevel {
    /// The numbers of classes that the level names.
    ///
    /// - Throws: ``SplitError/unknownClass(level:label:)`` for a class that the dataset does not have.
    package func numbers(ofClasses labels: [String], in dataset: Dataset) throws -> [Int] {
        try labels.map { label in
            guard let number = dataset.number(ofClass: label) else {
                throw SplitError.unknownClass(level: id, label: label)
            }
            return number
        }
    }

    /// The labels of a validation fold.
    ///
    /// - Throws: ``SplitError/missingFold(level:fold:count:)``.
    package func labels(ofFold fold: Int) throws -> [String] {
        guard folds.indices.contains(fold) else {
            throw SplitError.missingFold(level: id, fold: fold, count: folds.count)
        }
        return folds[fold]
    }
}
