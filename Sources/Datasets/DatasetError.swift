/// What can be wrong with a dataset on disk; each description is one sentence that says where, what, and what was expected.
public enum DatasetError: Error, Equatable {
    /// The source holds no samples.
    case noSamples(source: String)
    /// A class folder holds no image.
    ///
    /// - Parameter found: what it holds instead, as in "3 .heic"; nil if nothing.
    case emptyClass(path: String, found: String? = nil)
    /// A folder holds images as well as folders.
    case mixedLevels(path: String)
    /// A folder lies deeper than superclass/class.
    case tooDeep(path: String)
    /// Two samples have the same id.
    case duplicateSample(source: String, id: String)
    /// One sample id is in composed Unicode form on one sample and decomposed on another, as with an accented letter.
    case sampleInTwoUnicodeForms(source: String, id: String)
    /// Samples of one class name different superclasses.
    case twoSuperclasses(source: String, classLabel: String)
    /// One class label is in composed Unicode form on some samples and decomposed on others, as with an accented
    /// letter.
    case twoUnicodeForms(source: String, classLabel: String)
    /// Samples of one class are on both sides of the official split.
    case twoSides(source: String, classLabel: String)
    /// The official split lacks this class.
    case classWithoutSide(source: String, classLabel: String)
    /// One side of the official split has no class.
    case emptySide(source: String, side: Side, classCount: Int)
    /// Superclasses were requested as units, but this class has none.
    case noSuperclass(source: String, classLabel: String)
    /// A column was requested for units that the dataset does not have.
    case noUnitColumn(source: String, column: String)
    /// A column was requested for units in which the samples of this class differ.
    case severalValues(source: String, column: String, classLabel: String, values: [String])
    /// One superclass or column value is in composed Unicode form for some classes and decomposed for others.
    case unitInTwoUnicodeForms(source: String, column: String, value: String)
    /// A column was requested for an order that the dataset does not have.
    case noOrderColumn(source: String, column: String)
    /// No sample of a class has a value in the column of the order.
    case noOrderValue(source: String, column: String, classLabel: String)
    /// All classes have the same value in the column of the order.
    case oneOrderValue(source: String, column: String, value: String)
    /// Most values of the column of the order are numbers or dates, and this one is not.
    case oddOrderValue(source: String, column: String, value: String, kind: ColumnOrder.Kind)
    /// The day and the month of a date may stand in either order.
    case ambiguousDate(source: String, column: String, value: String)
    /// Files that sample ids name are missing.
    ///
    /// - Parameter hint: what is there instead of the first; nil if nothing like it is.
    case missingFiles(root: String, count: Int, of: Int, first: String, hint: String? = nil)
}

extension DatasetError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .noSamples(let source):
            "\(source): no samples were found; expected class folders with images, or a table with one row a sample"
        case .emptyClass(let path, let found):
            "\(path): this class folder holds no image\(found.map { " but \($0)" } ?? ""); expected at least one of "
                + Dataset.imageExtensions.sorted().map { ".\($0)" }.joined(separator: ", ")
        case .mixedLevels(let path):
            "\(path): found images beside folders; expected class/image or superclass/class/image"
        case .tooDeep(let path):
            "\(path): found a folder inside a class folder; expected class/image or superclass/class/image"
        case .duplicateSample(let source, let id):
            "\(source): the sample id \"\(id)\" occurs twice; expected every sample once"
        case .sampleInTwoUnicodeForms(let source, let id):
            "\(source): the sample id \"\(id)\" is written in two Unicode forms (composed and decomposed); expected one"
        case .twoSuperclasses(let source, let classLabel):
            "\(source): the samples of class \"\(classLabel)\" name different superclasses; expected one superclass a class"
        case .twoUnicodeForms(let source, let classLabel):
            "\(source): class \"\(classLabel)\" is written in two Unicode forms (composed and decomposed); expected one"
        case .twoSides(let source, let classLabel):
            "\(source): class \"\(classLabel)\" has samples in train and in test; expected each class on one side only"
        case .classWithoutSide(let source, let classLabel):
            "\(source): class \"\(classLabel)\" has no side in the split; expected train or test for every class"
        case .emptySide(let source, let side, let classCount):
            "\(source): the \(side.rawValue) side of the official split has none of the \(classCount) classes; "
                + "expected at least one class on each side"
        case .noSuperclass(let source, let classLabel):
            "\(source): class \"\(classLabel)\" has no superclass; expected one for every class, to take them for units"
        case .noUnitColumn(let source, let column):
            "\(source): found no column \"\(column)\" to take units from; expected class, superclass, or a column of the "
                + "table of samples"
        case .severalValues(let source, let column, let classLabel, let values):
            "\(source): class \"\(classLabel)\" has samples of \(values.count) values of \(column), as "
                + values.prefix(2).map { "\"\($0)\"" }.joined(separator: " and ")
                + "; expected one value a class, to take them for units"
        case .unitInTwoUnicodeForms(let source, let column, let value):
            "\(source): the \(column) \"\(value)\" is written in two Unicode forms (composed and decomposed); expected one"
        case .noOrderColumn(let source, let column):
            "\(source): found no column \"\(column)\" to order classes by; expected superclass, domain, camera or another "
                + "column of the table of samples"
        case .noOrderValue(let source, let column, let classLabel):
            "\(source): no sample of class \"\(classLabel)\" has a \(column); expected one for every class, to order them"
        case .oneOrderValue(let source, let column, let value):
            "\(source): all classes have the \(column) \"\(value)\"; expected at least two values, to order them"
        case .oddOrderValue(let source, let column, let value, let kind):
            "\(source): most values of \(column) are \(kind.rawValue), and \"\(value)\" is not\(kind == .dates ? " (as 2013-05-01 12:30)" : ""); "
                + "expected all, or an empty field where there is none"
        case .ambiguousDate(let source, let column, let value):
            "\(source): the \(column) \"\(value)\" may have its day or its month first; expected dates as 2013-02-01"
        case .missingFiles(let root, let count, let total, let first, let hint):
            "\(root): \(count) of the \(total) images listed \(count == 1 ? "is" : "are") not there, first \(first)"
                + (hint.map { " (\($0))" } ?? "") + "; expected all of them"
        }
    }
}
