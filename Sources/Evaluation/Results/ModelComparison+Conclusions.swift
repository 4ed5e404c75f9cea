internal import Retrieval

extension ModelComparison {
    /// The sign of a model's own change along the levels if it is shown, by a p-value of at most .05 adjusted by Holm's method over
    /// all models but the frozen features; otherwise 0, and nil if nothing can be concluded.
    ///
    /// In the catalogue the frozen features score the same everywhere, so it is the sign of the change of the gain too, whether or
    /// not they are part of the comparison. Elsewhere a model that was never trained would change, and nothing is concluded.
    public func shownChange(ofModel number: Int) -> Int? {
        guard gallery == .catalogue, models[number].subject != .backbone else { return nil }
        let family = models.indices.filter { models[$0].subject != .backbone }
        let adjusted = Self.adjusted(family.map { models[$0].curve.trend?.pValue })
        guard let place = family.firstIndex(of: number), let p = adjusted[place],
            let change = models[number].curve.trend?.change.value
        else { return nil }
        return p > 0.05 || change == 0 ? 0 : change > 0 ? 1 : -1
    }
}

extension ModelComparison.Pair {
    /// Which of the two models loses more along the levels, by the adjusted p-value of the change: 1 for the second, whose
    /// lead shrinks or whose lag grows, −1 for the first, 0 if neither is shown; nil if nothing can be concluded.
    public var shownSign: Int? {
        guard let trend, let p = trendAdjustedP else { return nil }
        return p > 0.05 || trend.change.value == 0 ? 0 : trend.change.value > 0 ? 1 : -1
    }
}
