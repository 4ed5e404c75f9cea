internal import Files

/// What is written into the dots of levels: the numbers at the end of their ids, as in `level-3`, if all ids are alike but for
/// these, and otherwise their places, from 1.
///
/// - Parameter ids: the levels' ids by growing distance, each once.
func levelNumbers(_ ids: [String]) -> [String] {
    let numbers = ids.map { $0.parts(between: "-", keepingEmpty: true).last ?? "" }
    let stems = zip(ids, numbers).map { id, number in Array(id.utf8.dropLast(number.utf8.count)) }
    let areAlike =
        stems.allSatisfy { !$0.isEmpty && $0 == stems[0] } && Set(numbers).count == numbers.count
        && numbers.allSatisfy { number in
            (1...3).contains(number.utf8.count)
                && number.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
    return areAlike ? numbers : ids.indices.map { "\($0 + 1)" }
}
