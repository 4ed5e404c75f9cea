/// How the intervals of a chart are drawn.
public enum ChartIntervals: Sendable, Hashable {
    /// As a bar at each point.
    case bars
    /// As an area around each line.
    case bands
}
