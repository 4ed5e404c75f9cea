internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel

/// How far the two sides of a partition are from having the same first and second moments, in a form in which the
/// effect of every exchange of two units is predicted exactly: the objective of the search for similar sides.
///
/// Near equality the squared Fréchet distance is a quadratic form in the differences of mean and covariance,
///
///     d² ≈ ‖Δμ‖² + ½ Σᵢⱼ ΔΣᵢⱼ² / (λᵢ + λⱼ)
///
/// in the eigenbasis of the pooled covariance with eigenvalues λ (the Bures metric). So each unit becomes a vector of
/// weighted moments whose sum over all units is zero; with A the sum over the train side, d² ≈ ‖A‖²·(1/n₁ + 1/n₂)².
struct MomentImbalance: Sendable {
    /// The weighted moments of each unit, one row per unit.
    let features: Matrix<Double>
    private let counts: [Double]
    /// ⟨a, b⟩ for all pairs of units, if there are few enough of them.
    private let products: Matrix<Double>?
    /// Differences up to this cannot be told from rounding.
    private let resolution: Double

    init(_ moments: UnitMoments, ridge: Double) throws {
        let (r, units) = (moments.rank, moments.unitCount)
        var pooled = SideMoments(sum: Array(repeating: 0, count: moments.width), rank: r)
        for unit in 0..<units { pooled.add(moments.items.row(unit), times: 1) }
        let total = pooled
        let (values, basis) = try symmetricEigendecomposition(total.covariance(plus: ridge))
        let width = r + r * (r + 1) / 2
        let rows = concurrentMap(count: units) { unit in
            // About the pooled moments, so that the features of all units sum to zero.
            let item = Array(moments.items.row(unit))
            let centred = item.indices.map { item[$0] - item[0] / max(total.count, 1) * total.sum[$0] }
            var outer = Matrix<Double>(rowCount: r, columnCount: r)
            var place = 1 + r
            for j in 0..<r {
                for k in j..<r {
                    outer[j, k] = centred[place]
                    outer[k, j] = centred[place]
                    place += 1
                }
            }
            let turned = product(product(basis, outer), basis, transposingRight: true)
            var row = Array(centred[1..<1 + r])
            for j in 0..<r {
                for k in j..<r {
                    row.append(turned[j, k] * ((j == k ? 0.5 : 1) / max(values[j] + values[k], ridge)).squareRoot())
                }
            }
            return row
        }
        features = Matrix(rowCount: units, columnCount: width, elements: rows.flatMap { $0 })
        counts = (0..<units).map { moments.items[$0, 0] }
        let table = features
        resolution = 1e-12 * (0..<units).reduce(0) { $0 + Self.inner(table, $1, $1) }
        guard units <= 1024 else {
            products = nil
            return
        }
        let inner = concurrentMap(count: units) { a in (0..<units).map { Self.inner(table, a, $0) } }
        products = Matrix(rowCount: units, columnCount: units, elements: inner.flatMap { $0 })
    }

    private static func inner(_ table: Matrix<Double>, _ a: Int, _ b: Int) -> Double {
        let width = table.columnCount
        return table.withElements { values in
            dot(
                UnsafeBufferPointer(rebasing: values[a * width..<(a + 1) * width]),
                UnsafeBufferPointer(rebasing: values[b * width..<(b + 1) * width]))
        }
    }

    private func inner(_ a: Int, _ b: Int) -> Double {
        products?[a, b] ?? Self.inner(features, a, b)
    }

    /// Exchanges the pair that brings the sides closest together, then the next, until no exchange does.
    ///
    /// With more than 1,024 units, many pairs are exchanged at once at first, and fewer and fewer where that does not
    /// help.
    ///
    /// - Complexity: O(C²) per exchange for up to 1,024 units, O(C·r²) per step beyond.
    func descend(from start: ClassPartition, movable: [Int], rules: ExchangeRules? = nil) -> ClassPartition {
        var partition = start
        var state = State(self, at: partition)
        var batch = products == nil ? max(1, counts.count / 64) : 1
        // Every step lowers the objective; the bound only limits the time.
        for _ in 0..<(products == nil ? 200 : 4 * counts.count) {
            let chosen =
                batch == 1
                ? pairs(at: state, in: partition, movable: movable, rules: rules, count: 1).map { ($0.train, $0.test) }
                : several(batch, at: state, in: partition, movable: movable, rules: rules)
            var (nextPartition, nextState) = (partition, state)
            for (train, test) in chosen {
                nextPartition.exchange(trainClass: train, testClass: test)
                nextState.exchange(train, test, in: self, isLast: train == chosen.last?.0)
            }
            if !chosen.isEmpty, nextState.value < state.value * (1 - Tie.tolerance) - resolution {
                (partition, state) = (nextPartition, nextState)
            } else if batch > 1 {
                batch /= 2
            } else {
                break
            }
        }
        return partition
    }

    /// The exchanges predicted to leave the sides most similar, best first.
    func pairs(
        from partition: ClassPartition, movable: [Int], rules: ExchangeRules? = nil, count: Int
    ) -> [(train: Int, test: Int)] {
        pairs(at: State(self, at: partition), in: partition, movable: movable, rules: rules, count: count)
            .map { ($0.train, $0.test) }
    }

    /// Pairs of those units of both sides whose own moves help most.
    private func several(
        _ count: Int, at state: State, in partition: ClassPartition, movable: [Int], rules: ExchangeRules?
    ) -> [(train: Int, test: Int)] {
        let (train, test) = (
            candidates(.train, at: state, in: partition, movable: movable),
            candidates(.test, at: state, in: partition, movable: movable)
        )
        guard let rules else { return zip(train.prefix(count), test.prefix(count)).map { ($0, $1) } }
        return Array(rules.pairs(train, test, in: partition.sides).prefix(count))
    }

    private func pairs(
        at state: State, in partition: ClassPartition, movable: [Int], rules: ExchangeRules?, count: Int
    ) -> [(train: Int, test: Int, value: Double)] {
        let sums = rules?.trainWeights(of: partition.sides) ?? []
        // With many units, only those whose own move helps most are paired.
        let limit = products == nil ? 48 : Int.max
        let (train, test) = (
            candidates(.train, at: state, in: partition, movable: movable).prefix(limit).sorted(),
            candidates(.test, at: state, in: partition, movable: movable).prefix(limit).sorted()
        )
        var best: [(train: Int, test: Int, value: Double)] = []
        for a in train {
            for b in test where rules?.allowsExchange(train: a, test: b, at: sums) ?? true {
                let value = state.value(exchanging: a, b, in: self)
                if best.count == count, let last = best.last, value >= last.value * (1 - Tie.tolerance) - resolution {
                    continue
                }
                let place = best.firstIndex { value < $0.value * (1 - Tie.tolerance) - resolution } ?? best.count
                best.insert((a, b, value), at: place)
                if best.count > count { best.removeLast() }
            }
        }
        return best
    }

    /// The units of a side, beginning with those whose own move brings the sides closest together.
    private func candidates(
        _ side: Side, at state: State, in partition: ClassPartition, movable: [Int]
    ) -> [Int] {
        let own = movable.filter { partition.sides[$0] == side }
        guard products == nil else { return own }
        let sign = side == .train ? -2.0 : 2
        return own.map { unit in
            let change = sign * state.overlaps[unit] + inner(unit, unit)
            return (unit, value: -change, scale: state.norm)
        }.rankedByFallingValue()
    }

    /// The sum A over the train side, and its inner product with every unit.
    private struct State {
        var n1 = 0.0
        var n2 = 0.0
        var norm = 0.0
        var overlaps: [Double]
        private var sum: [Double]

        init(_ imbalance: MomentImbalance, at partition: ClassPartition) {
            let table = imbalance.features
            sum = Array(repeating: 0, count: table.columnCount)
            overlaps = []
            for (unit, side) in partition.sides.enumerated() {
                switch side {
                case .train:
                    n1 += imbalance.counts[unit]
                    for (j, value) in table.row(unit).enumerated() { sum[j] += value }
                case .test: n2 += imbalance.counts[unit]
                case nil: break
                }
            }
            refresh(imbalance)
        }

        private mutating func refresh(_ imbalance: MomentImbalance) {
            let table = imbalance.features
            let width = table.columnCount
            (overlaps, norm) = sum.withUnsafeBufferPointer { sum in
                table.withElements { values in
                    let overlaps = (0..<table.rowCount).map {
                        dot(UnsafeBufferPointer(rebasing: values[$0 * width..<($0 + 1) * width]), sum)
                    }
                    return (overlaps, dot(sum, sum))
                }
            }
        }

        private func scale(_ n1: Double, _ n2: Double) -> Double {
            let factor = 1 / max(n1, 1) + 1 / max(n2, 1)
            return factor * factor
        }

        var value: Double { norm * scale(n1, n2) }

        func value(exchanging a: Int, _ b: Int, in imbalance: MomentImbalance) -> Double {
            let moved = imbalance.counts[a] - imbalance.counts[b]
            let after =
                norm + 2 * (overlaps[b] - overlaps[a]) + imbalance.inner(a, a) + imbalance.inner(b, b)
                - 2 * imbalance.inner(a, b)
            return max(after, 0) * scale(n1 - moved, n2 + moved)
        }

        mutating func exchange(_ a: Int, _ b: Int, in imbalance: MomentImbalance, isLast: Bool) {
            let moved = imbalance.counts[a] - imbalance.counts[b]
            n1 -= moved
            n2 += moved
            let table = imbalance.features
            for (j, value) in table.row(a).enumerated() { sum[j] -= value }
            for (j, value) in table.row(b).enumerated() { sum[j] += value }
            guard let products = imbalance.products else {
                if isLast { refresh(imbalance) }
                return
            }
            norm += 2 * (overlaps[b] - overlaps[a]) + products[a, a] + products[b, b] - 2 * products[a, b]
            for unit in overlaps.indices { overlaps[unit] += products[unit, b] - products[unit, a] }
        }
    }
}
