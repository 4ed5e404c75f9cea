public import Datasets

/// What the levels of an ordered series follow, in place of the distance.
public enum OrderAxis: Sendable, Equatable {
    /// The values of a column, such as a date or a site: from sides that are mixed, to early classes against late ones, to these
    /// without the classes between.
    case column(String, of: ClassMoment = .median)
    /// How far the nearest class of the other side is: from near, where each class has its like on the other side, to far.
    case nearest

    /// The name of the axis in files: that of the column, or `near`.
    public var name: String {
        switch self {
        case .column(let name, _): name
        case .nearest: Self.nearestName
        }
    }

    /// What users write for ``nearest``.
    public static let nearestName = "near"
}

/// Which of its samples stands for a class in the order of a column.
public enum ClassMoment: String, Sendable, Codable, CaseIterable {
    /// The first: a class begins with its earliest sample.
    case first
    /// The middle one; of two, the earlier.
    case median
    /// The last: a class ends with its latest sample.
    case last
}

/// The settings of a series whose levels follow an order, and not the distance.
public struct OrderSettings: Sendable, Equatable {
    /// What the levels follow.
    public var axis: OrderAxis
    /// What the Gaussians are fitted to.
    public var statistic: ShiftStatistic
    /// What changes sides as a whole.
    public var unit: UnitRule
    /// How many pairs of units are exchanged per step, and how many units leave each side per step of removal; nil for
    /// a hundredth of the units, at least 1.
    public var swapsPerStep: Int?
    /// How many classes removal leaves.
    ///
    /// It takes those next to the cut first, whatever its rule; along ``OrderAxis/nearest`` none is removed.
    public var removal: SearchSettings.Removal

    /// The default settings of an axis.
    public init(
        _ axis: OrderAxis, statistic: ShiftStatistic = .samples, unit: UnitRule = .class, swapsPerStep: Int? = nil,
        removal: SearchSettings.Removal = SearchSettings.Removal()
    ) {
        self.axis = axis
        self.statistic = statistic
        self.unit = unit
        self.swapsPerStep = swapsPerStep
        self.removal = removal
    }

    /// The same settings as those of a search, for what both have.
    var search: SearchSettings {
        SearchSettings(statistic: statistic, unit: unit, swapsPerStep: swapsPerStep, removal: removal)
    }

    /// Refuses settings outside their ranges.
    ///
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
    func validate() throws {
        try search.validate()
        if axis == .nearest {
            try requireSetting(
                unit == .class, "the unit", unit.rawValue, "class, since \(axis.name) moves single classes")
        }
    }
}
