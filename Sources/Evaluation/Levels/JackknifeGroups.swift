public import Datasets
public import Retrieval

/// Which classes the jackknife leaves out together, for scores of some tasks.
///
/// Where units of several classes change sides as one, groups are made of whole units. Where classes have superclasses,
/// groups are made of whole ones if every task is over at least ``/Retrieval/JackknifeFamilies/enough`` of them; with
/// fewer, groups are of classes, and the method's record of the families says so. Classes that share a group of samples
/// (``/Datasets/Sample/group``) are of one family.
///
/// ```swift
/// let samples = (0..<48).map {
///     Sample(id: "\($0)", classLabel: "class \($0 / 2)", superclass: "family \($0 / 4)")
/// }
/// let groups = try JackknifeGroups(
///     .classJackknife(), of: Dataset(name: "pairs", samples: samples), tasks: [Array(0..<24)])
/// print(groups.families?.count ?? 0)  // 12: each of two classes
/// print(groups.confidence.families?.areWhole ?? false)  // true
/// ```
public struct JackknifeGroups: Sendable {
    /// The method, with a record of the families.
    public let confidence: ConfidenceMethod
    /// The classes of each family whose classes are left out together; nil where each class is on its own.
    public let families: [[Int]]?

    /// Finds the families of a dataset's classes, and decides whether groups keep them whole.
    ///
    /// - Parameters:
    ///   - confidence: the method; nothing changes unless it is a jackknife.
    ///   - dataset: the classes.
    ///   - unit: what changes sides as one.
    ///   - tasks: the numbers of the test classes of each task.
    /// - Complexity: O(c log c + t·c) for c classes and t tasks.
    /// - Throws: `DatasetError` if the dataset lacks the units.
    public init(
        _ confidence: ConfidenceMethod, of dataset: Dataset, unit: UnitRule = .class, tasks: [[Int]]
    ) throws {
        var method = confidence
        method.families = nil
        var families: [[Int]]?
        let hasSuperclasses = dataset.classLabels.indices.allSatisfy { dataset.superclass(of: $0) != nil }
        let rule = unit == .class && hasSuperclasses ? UnitRule.superclass : unit
        if confidence.kind == .classJackknife {
            let units = dataset.joined(try dataset.units(by: rule)).map(\.classes)
            // Units of single classes are classes by another name.
            if units.count < dataset.classLabels.count {
                var unitOfClass = [Int](repeating: 0, count: dataset.classLabels.count)
                for (index, classes) in units.enumerated() { for number in classes { unitOfClass[number] = index } }
                let fewest = tasks.map { Set($0.map { unitOfClass[$0] }).count }.min() ?? units.count
                let areWhole = unit != .class || fewest >= JackknifeFamilies.enough
                method.families = JackknifeFamilies(
                    of: rule == .class ? "group" : rule.rawValue, fewestCount: fewest, areWhole: areWhole)
                if areWhole { families = units }
            }
        }
        (self.confidence, self.families) = (method, families)
    }
}
