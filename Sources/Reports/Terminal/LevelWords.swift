internal import Datasets
public import Evaluation
public import Splits
internal import Statistics

/// What the levels of a series stand in the order of, in the words of tables, charts and sentences: the distance, or the order of
/// ordered splits, along which no level is nearer or farther for being an earlier or a later one.
struct LevelWords: Sendable, Equatable {
    /// The order; nil for the distance, or what it exceeds that of random sides by.
    let order: LevelOrder?
    private let axis: ShiftAxis

    init(_ axis: ShiftAxis, _ order: LevelOrder?) {
        self.axis = axis
        self.order = axis == .order ? order : nil
    }

    init(_ results: EvaluationResults) { self.init(results.mainAxis, results.order) }

    init(_ comparison: ModelComparison) { self.init(comparison.axis, comparison.order) }

    init(_ manifest: SplitManifest) {
        let order = manifest.levelOrder
        self.init(order == nil ? .fid : .order, order)
    }

    /// What the first level is called.
    var first: String { order == nil ? "easiest" : "first" }
    /// What the last level is called.
    var last: String { order == nil ? "hardest" : "last" }
    /// "from the easiest to the hardest level", or the like.
    var ends: String { "from the \(first) to the \(last) level" + (order.map { ", by \($0.words)" } ?? "") }

    /// What happens along the levels, after "as".
    var movement: String {
        guard let order else { return "the classes move away" }
        return order.isOfColumn ? "the sides come apart by \(order.name)" : "the nearest training classes get less near"
    }

    /// Where the sides are most alike, after "even".
    var likeness: String {
        guard let order else { return "where the classes are like the training classes" }
        return order.isOfColumn
            ? "where the sides are mixed by \(order.name)" : "where the nearest training classes are nearest"
    }

    /// How levels follow one another, after "over the levels".
    var growth: String { order.map { "by \($0.words)" } ?? "by growing distance" }

    /// The name of the axis in a table's cell.
    var name: String { order.map { "by \($0.words)" } ?? axis.rawValue }

    /// The heading of a column with the places of the levels; nil for the distance, which has its own.
    var column: String? { order.map { $0.isOfColumn ? "apart" : "nearest" } }

    /// A place on the order, as tables have it.
    func place(_ value: Double) -> String {
        order?.isOfColumn == true ? fixed(value, 2) : distanceText(value)
    }

    /// The title of the axis on a terminal.
    var plotTitle: String {
        switch axis {
        case .fid: "fid, the squared Fréchet distance"
        case .excess: "excess, the distance less that of random sides"
        case .order: title
        }
    }

    /// The title of the axis on a chart.
    var title: String {
        switch axis {
        case .fid: "Fréchet distance between train and test (squared)"
        case .excess: "Fréchet distance between train and test (squared), less that of random sides"
        case .order:
            order?.isOfColumn == false
                ? "mean distance of a class to the nearest one of the other side"
                : "how far the sides are apart by \(order?.name ?? "") (0: mixed, 1: first half and second)"
        }
    }

    /// The same where there is little room.
    var shortTitle: String {
        switch axis {
        case .fid: "Fréchet distance (squared)"
        case .excess: "excess of the Fréchet distance"
        case .order: order?.isOfColumn == false ? "distance to the nearest class" : "apart by \(order?.name ?? "")"
        }
    }

    /// Whether places are distances, of which none is below 0.
    var isDistance: Bool { axis == .fid || order?.isOfColumn == false }
}

extension SplitManifest {
    /// What the levels follow in place of the distance; nil for levels by distance, and where one does not say where it is.
    public var levelOrder: LevelOrder? {
        guard let axis = settings.madeBy?.order?.axis, levels.allSatisfy({ $0.axis != nil }) else { return nil }
        return switch axis {
        case .column(let name, let moment):
            LevelOrder(name: name, classValue: moment.rawValue, kind: orderKind?.rawValue)
        case .nearest: LevelOrder(name: axis.name, classValue: nil, kind: nil)
        }
    }
}
