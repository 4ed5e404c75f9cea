import Experiments
import Reports
import Retrieval
import Statistics

// What the numbers say, in words.
extension VerificationReport {
    /// The answer as a person would say it.
    var sentences: [String] {
        (models.count == 1 ? [answer] : [comparison]) + openAnswer + unresolved
    }

    private func percent(_ value: Double) -> String { "\(fixed(100 * value, 1))" }

    private func percent(_ estimate: Estimate?) -> String {
        (estimate.map { percent($0.value) } ?? "–") + (estimate?.margin.map { " ± \(percent($0))" } ?? "")
    }

    private var answer: String {
        let errors = "both errors are equal at \(percent(first.estimates[.equalErrorRate])) %."
        guard case .acceptRate(let rate) = metric,
            let operation = zip(first.scores.rates, first.scores.operations).first(where: { $0.0 == rate })?.1
        else {
            return "With so few impostors only this can be said: \(errors)"
        }
        return
            "A threshold of \(upward(operation.threshold, 3)) lets at most \(share(rate)) impostors pass and accepts "
            + "\(percent(first.estimates[metric])) % of the genuine pairs; \(errors)"
    }

    /// A threshold that is not below the true one, so that whoever takes it over accepts no more.
    func upward(_ threshold: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in 10 * scale }
        return fixed((threshold * scale).rounded(.up) / scale, decimals)
    }

    /// A rate as "1 of 1000".
    private func share(_ rate: Double) -> String {
        let whole = (1 / rate).rounded()
        return abs(whole * rate - 1) < 1e-9 ? "1 of \(Int(whole))" : "\(rate) of the"
    }

    private var openAnswer: [String] {
        guard models.count == 1, let metric = openMetric, case .identificationRate(let rate) = metric,
            let open = first.openSet
        else { return [] }
        return [
            "Of the known queries \(percent(first.estimates[metric])) % are identified where \(share(rate)) unknown ones is accepted "
                + "(\(percent(open.rankOneRate)) % without any rejected); where 95 % of the known ones are accepted, so are "
                + "\(percent(first.estimates[.acceptedUnknown])) % of the unknown."
        ]
    }

    private var unresolved: [String] {
        let rates = zip(first.scores.rates, first.scores.operations).filter { $1 == nil }.map(\.0)
        guard let smallest = rates.min() else { return [] }
        return [
            "FAR \(enumeration(rates.map { "\($0)" })) cannot be told from 0: \(smallest) takes \(neededCount(forRate: smallest)) "
                + "impostors, and there are \(first.scores.impostorCount)."
        ]
    }

    /// Who is ahead of whom beyond noise, and of whom that cannot be said.
    private var comparison: String {
        func value(_ number: Int) -> Double {
            let value = models[number].estimates[metric]?.value ?? 0
            return metric.isHigherBetter ? value : -value
        }
        let order = models.indices.sorted { (-value($0), $0) < (-value($1), $1) }
        let best = order[0]
        var (behind, alike, unknown): ([String], [String], [String]) = ([], [], [])
        for other in order.dropFirst() {
            guard let pair = verification.pairs.first(where: { Set([$0.first, $0.second]) == [best, other] }),
                let difference = pair.differences[metric], let p = pair.adjustedPs[metric]
            else {
                unknown.append(models[other].name)
                continue
            }
            let lead =
                "\(models[other].name) (by \(fixed(abs(difference.value), 3))\(difference.margin.map { " ± \(fixed($0, 3))" } ?? ""))"
            if p <= 0.05 { behind.append(lead) } else { alike.append(lead) }
        }
        var found = [
            "\(models[best].name) has the \(metric.isHigherBetter ? "highest" : "lowest") \(metric.title), "
                + "\(fixed(models[best].estimates[metric]?.value ?? 0, 3))."
        ]
        if !behind.isEmpty { found.append("It is ahead beyond noise of \(enumeration(behind)).") }
        if !alike.isEmpty { found.append("Not beyond noise is its lead over \(enumeration(alike)).") }
        if !unknown.isEmpty {
            found.append(
                "Whether it is really better than \(enumeration(unknown)) cannot be told: there are no intervals.")
        }
        return found.joined(separator: " ")
    }
}
