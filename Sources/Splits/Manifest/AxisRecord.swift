internal import Datasets

/// The axis of an ordered series in the JSON form of a manifest.
struct AxisRecord: Sendable, Equatable, Codable {
    /// The name of the column, or `near`.
    let name: String
    /// Which sample stands for a class; nil along ``OrderAxis/nearest``.
    let moment: ClassMoment?
    /// What the values of the column are taken for; nil along ``OrderAxis/nearest``, and in manifests of older versions.
    let kind: ColumnOrder.Kind?

    private enum CodingKeys: String, CodingKey {
        case name, kind
        case moment = "class_value"
    }

    init(_ axis: OrderAxis, kind: ColumnOrder.Kind?) {
        name = axis.name
        self.kind = kind
        if case .column(_, let moment) = axis { self.moment = moment } else { moment = nil }
    }

    /// The axis; a column has a moment.
    var axis: OrderAxis { moment.map { .column(name, of: $0) } ?? .nearest }
}

extension OrderSettings {
    /// The settings of an axis, with what a search has too.
    init(_ axis: OrderAxis, like search: SearchSettings) {
        self.init(
            axis, statistic: search.statistic, unit: search.unit, swapsPerStep: search.swapsPerStep,
            removal: search.removal)
    }
}
