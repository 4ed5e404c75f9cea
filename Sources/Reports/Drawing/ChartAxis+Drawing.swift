extension ChartAxis {
    /// Draws the axis below rows of marks: a line of the grid at each tick, the ticks' labels, and a title in the middle.
    func drawBelow(_ svg: inout Markup, top: Double, bottom: Double, title: String) {
        for tick in ticks {
            let place = Markup.number(position(tick))
            svg.element(
                "line",
                [
                    ("class", "grid"), ("x1", place), ("x2", place), ("y1", Markup.number(top)),
                    ("y2", Markup.number(bottom)), ("stroke", ChartStyle.grid),
                ])
            svg.text(
                label(tick), x: position(tick), y: bottom + 16, className: "faint", anchor: "middle",
                fill: ChartStyle.faintInk)
        }
        svg.text(
            title, x: (start + end) / 2, y: bottom + 38, className: "ink", size: 13, anchor: "middle",
            fill: ChartStyle.ink)
    }
}
