/// A division of classes into groups, each of which a jackknife leaves out in turn.
///
/// ```swift
/// let groups = ClassGroups([7: 0, 8: 1, 9: 0], count: 2)
/// print(groups.group(ofClass: 7), groups.group(ofClass: 8))  // 0 1
/// ```
public struct ClassGroups: Sendable, Equatable {
    /// The number of groups, at most 256.
    public let count: Int
    private let groupOfClass: [Int: Int]

    /// Groups the classes 0, 1, 2 and so on.
    ///
    /// - Precondition: the groups are from 0 up to but not including `count`, which is at most 256.
    public init(_ groupOfClass: [Int], count: Int) {
        self.init(
            Dictionary(uniqueKeysWithValues: groupOfClass.enumerated().map { ($0.offset, $0.element) }), count: count)
    }

    /// Groups classes with any numbers.
    ///
    /// - Precondition: the groups are from 0 up to but not including `count`, which is at most 256.
    public init(_ groupOfClass: [Int: Int], count: Int) {
        precondition(count <= 256, "\(count) groups; expected 256 at most")
        for (number, group) in groupOfClass {
            precondition((0..<count).contains(group), "class \(number) is in the group \(group) of \(count)")
        }
        self.count = count
        self.groupOfClass = groupOfClass
    }

    /// The group of a class.
    ///
    /// - Precondition: the class has a group.
    public func group(ofClass number: Int) -> Int {
        guard let group = groupOfClass[number] else { preconditionFailure("class \(number) is in no group") }
        return group
    }
}
