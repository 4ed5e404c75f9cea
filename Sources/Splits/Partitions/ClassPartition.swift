public import Datasets
package import Ranks

/// Where each class of a dataset is: on the train side, on the test side, or outside the benchmark.
///
/// Classes are identified by their numbers in the ``/Datasets/Dataset``. No class can be in two places, so every
/// partition is class-disjoint and complete by construction.
public struct ClassPartition: Sendable, Hashable {
    /// The side of each class, in class order; nil for a removed one.
    public private(set) var sides: [Side?]

    /// Makes a partition in which no class is removed.
    public init(sides: [Side]) {
        self.sides = sides
    }

    /// Makes a partition; a class without a side is removed.
    public init(sides: [Side?]) {
        self.sides = sides
    }

    /// The numbers of the classes on one side, ascending.
    public func classes(on side: Side) -> [Int] {
        sides.indices.filter { sides[$0] == side }
    }

    /// The numbers of the removed classes, ascending.
    public var removedClasses: [Int] {
        sides.indices.filter { sides[$0] == nil }
    }

    /// Exchanges a train class and a test class.
    ///
    /// - Precondition: the first class is on the train side, the second on the test side.
    public mutating func exchange(trainClass: Int, testClass: Int) {
        precondition(
            sides[trainClass] == .train && sides[testClass] == .test,
            "classes \(trainClass) and \(testClass) are not on the train and the test side")
        sides[trainClass] = .test
        sides[testClass] = .train
    }

    /// Takes a class out of the benchmark.
    ///
    /// - Precondition: the class is on a side.
    public mutating func remove(_ classNumber: Int) {
        precondition(sides[classNumber] != nil, "class \(classNumber) is removed already")
        sides[classNumber] = nil
    }
}

extension Side {
    /// The other side.
    public var opposite: Side {
        switch self {
        case .train: .test
        case .test: .train
        }
    }
}

extension ClassPartition: Portable {
    package func put(into bytes: inout PortableBytes) {
        sides.map { side -> UInt8 in
            switch side {
            case .train: 1
            case .test: 2
            case nil: 0
            }
        }.put(into: &bytes)
    }

    package init(from bytes: inout PortableBytes) throws {
        self.init(sides: try [UInt8](from: &bytes).map { $0 == 0 ? nil : $0 == 1 ? Side.train : Side.test })
    }
}
