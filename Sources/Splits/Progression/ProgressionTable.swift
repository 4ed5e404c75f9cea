public import Datasets
public import Files
internal import Frechet
internal import Statistics

extension Progression {
    /// All steps as a table: `origin`, `step`, `kept`, `fid`, the number of classes on each side, and the classes
    /// moved; under the protocol of the reference code, also that code's own `reference_fid`.
    ///
    /// Classes are separated by semicolons; a semicolon or backslash within a label is escaped by a backslash.
    public func table(for dataset: Dataset) -> CSVTable {
        func labels(_ classes: [Int]) -> String {
            classes.map { dataset.classLabels[$0].replacing(bytes: [";": "\\;", "\\": "\\\\"]) }.joined(separator: ";")
        }
        let hasReference = steps.contains { $0.referenceSquared != nil }
        return CSVTable(
            columns: [
                "origin", "step", "kept", "fid", "train_class_count", "test_class_count", "moved_to_test",
                "moved_to_train", "removed",
            ] + (hasReference ? ["reference_fid"] : []),
            rows: steps.map { step in
                [
                    step.arm.rawValue, String(step.step), String(step.isKept),
                    String(step.distance.squared.rounded(significantDigits: 10)),
                    String(step.partition.classes(on: .train).count), String(step.partition.classes(on: .test).count),
                    labels(step.movedToTest), labels(step.movedToTrain), labels(step.removed),
                ]
                    + (hasReference
                        ? [step.referenceSquared.map { String($0.rounded(significantDigits: 10)) } ?? ""] : [])
            })
    }
}
