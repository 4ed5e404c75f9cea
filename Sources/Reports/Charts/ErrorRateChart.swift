public import Files
internal import Foundation
public import Retrieval
internal import Statistics

/// How the error rates of verification go with the threshold: a ROC or a DET curve for each of several embeddings.
public struct ErrorRateChart: Chart {
    /// What is drawn over the false accept rate, whose axis has equal lengths for equal factors.
    public enum Kind: String, Sendable, Hashable {
        /// The part of the genuine pairs that is accepted.
        case roc
        /// The part that is refused, on an axis of equal lengths for equal factors as well.
        case det
    }

    private let models: [(name: String, curve: [VerificationScores.CurvePoint])]
    private let kind: Kind

    /// Makes a chart.
    ///
    /// - Parameter models: the points of each curve, by falling thresholds.
    /// - Precondition: there are models.
    public init(models: [(name: String, curve: [VerificationScores.CurvePoint])], kind: Kind) {
        precondition(!models.isEmpty, "a chart of no models")
        (self.models, self.kind) = (models, kind)
    }

    /// `roc` or `det`.
    public var fileName: String { kind.rawValue }

    /// The title above the chart.
    public var title: String { kind == .roc ? "ROC: accepted pairs by threshold" : "DET: errors by threshold" }

    /// What the chart shows, in words: the part of the genuine pairs at some false accept rates.
    public var description: String {
        models.map { name, curve in
            let parts = VerificationMetric.standardRates.compactMap { rate -> String? in
                guard let point = curve.last(where: { $0.falseAcceptRate <= rate }), point.falseAcceptRate > 0 else {
                    return nil
                }
                let value = value(of: point)
                return "\(fixed(value, 4)) at a false accept rate of \(String(format: "%.1e", point.falseAcceptRate))"
            }
            return "\(name): " + (parts.isEmpty ? "no impostors accepted" : parts.joined(separator: ", "))
        }.joined(separator: "; ") + "."
    }

    /// The points, curve by curve.
    public var table: CSVTable { verificationCurveTable(models) }

    private func value(of point: VerificationScores.CurvePoint) -> Double {
        kind == .roc ? point.acceptRate : 1 - point.acceptRate
    }

    /// The drawing: a legend, and a line for each of the embeddings where both axes have a place for it.
    public func svg(_ format: ChartFormat) -> String {
        let shown = models.map { name, curve in
            (name: name, points: curve.filter { $0.falseAcceptRate > 0 && (kind == .roc || $0.acceptRate < 1) })
        }
        let limit = format.isNarrow ? 28 : 60
        let names = shown.map { $0.name.count > limit ? $0.name.prefix(limit - 1) + "…" : $0.name }
        let (left, right) = format.plot
        let legend = LegendLayout(names: names, left: left, right: right, top: 52 - format.rise)
        let top = 52 - format.rise + Double(legend.lineCount) * 20 + 6
        let height = format.height(440, narrow: 400, top: top + 40, below: 60)
        let bottom = height - format.rise - 60
        let points = shown.flatMap(\.points)
        let x = ChartAxis(
            coveringFactors: points.map(\.falseAcceptRate), limits: -12...0, start: left, end: right)
        let values = points.map(value(of:))
        let y =
            kind == .roc
            ? ChartAxis(covering: values + [1], limits: 0...1, start: bottom, end: top)
            : ChartAxis(coveringFactors: values, limits: -12...0, start: bottom, end: top)
        return ChartStyle.document(self, format, height: height) { svg in
            ChartStyle.axes(
                &svg, x: x, y: y, xTitle: format.isNarrow ? "FAR" : "FAR, the part of the impostors that is accepted",
                yTitle: kind == .roc
                    ? format.isNarrow ? "TAR" : "TAR, the part of the genuine pairs that is accepted"
                    : format.isNarrow ? "FNMR" : "FNMR, the part of the genuine pairs that is refused")
            for (number, place) in legend.places.enumerated() {
                let style = LineStyle.model(number)
                ChartStyle.line(&svg, [(place.x, place.y - 4), (place.x + 24, place.y - 4)], style: style)
                svg.text(
                    String(names[number]), x: place.x + 30, y: place.y, className: "ink", fill: ChartStyle.ink)
            }
            for (number, model) in shown.enumerated() {
                ChartStyle.line(
                    &svg, model.points.map { (x.position($0.falseAcceptRate), y.position(value(of: $0))) },
                    style: LineStyle.model(number))
            }
        }
    }
}

/// The points of curves as a table, curve by curve, by falling thresholds.
package func verificationCurveTable(_ models: [(name: String, curve: [VerificationScores.CurvePoint])]) -> CSVTable {
    CSVTable(
        columns: ["model", "threshold", "far", "tar", "fnmr"],
        rows: models.flatMap { name, curve in
            curve.map {
                [name, "\($0.threshold)", "\($0.falseAcceptRate)", "\($0.acceptRate)", "\(1 - $0.acceptRate)"]
            }
        })
}
