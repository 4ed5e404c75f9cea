/// The sum of two vectors, and the rounding error of each element (Knuth's two-sum).
func roundedSums(_ a: [Double], _ b: [Double]) -> (mean: [Double], remainder: [Double]) {
    let sums = zip(a, b).map { $0 + $1 }
    let remainders = zip(zip(a, b), sums).map { terms, sum in
        let second = sum - terms.0
        return (terms.0 - (sum - second)) + (terms.1 - second)
    }
    return (sums, remainders)
}
