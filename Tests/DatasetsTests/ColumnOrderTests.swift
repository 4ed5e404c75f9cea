import Datasets
import TestSupport
import Testing

@Suite struct ColumnOrderTests {
    /// The values in the order, those of one place joined by "=".
    private func order(_ values: [String]) throws -> (kind: ColumnOrder.Kind, words: String) {
        let column = SampleColumn(name: "when", of: values)
        let order = try ColumnOrder(of: column, in: "table")
        let places = Dictionary(grouping: column.values.indices) { order.places[$0] }
        #expect(places.keys.sorted() == Array(0..<places.count))
        return (
            order.kind,
            places.keys.sorted().map { place in
                places[place, default: []].map { column.values[$0] }.joined(separator: "=")
            }
            .joined(separator: " < ")
        )
    }

    @Test func numbersAreOrderedBySize() throws {
        let found = try order(["10", "9.5", "-3", "1e1", "2013", "+4"])
        #expect(found.kind == .numbers)
        #expect(found.words == "-3 < +4 < 9.5 < 10=1e1 < 2013")
    }

    @Test func datesAreOrderedByDay() throws {
        let found = try order([
            "2013-05-02", "2013", "2013/05", "2013:05:02 12:30:59", "2012-12-31T23:59Z", "2013-05-02T12:30:59.5",
            "2013-11",
        ])
        #expect(found.kind == .dates)
        #expect(
            found.words
                == "2012-12-31T23:59Z < 2013 < 2013/05 < 2013-05-02 < 2013:05:02 12:30:59 < 2013-05-02T12:30:59.5 < 2013-11"
        )
    }

    /// What looks like a date and is none is text.
    @Test(arguments: [
        "2013-13-01", "2013-00", "2013-05-32", "2013-05-02 24:00", "2013-05/02", "2013-5-2", "later", "nan", "",
    ])
    func anythingElseIsText(_ value: String) throws {
        let found = try order(["2013-05-02", value])
        #expect(found.kind == .text)
    }

    /// One value that is none where most are numbers or dates is no reason to sort the others as text.
    @Test func oddValuesAreRefused() throws {
        for (values, odd, kind) in [
            (["1", "2", "-3", "n/a"], "n/a", ColumnOrder.Kind.numbers),
            (["1.5", "2", "1e400", "3"], "1e400", .numbers),
            (["2013-01-02", "2014-02-03", "later"], "later", .dates),
            (["2013-01-02", "2013-02-03", "2013-02-03T10:00:00+02:00"], "2013-02-03T10:00:00+02:00", .dates),
        ] {
            #expect(throws: DatasetError.oddOrderValue(source: "table", column: "when", value: odd, kind: kind)) {
                _ = try order(values)
            }
        }
    }

    @Test func largeWholeNumbersAndBlanks() throws {
        let found = try order(["9007199254740993", " 9007199254740992", "-9007199254740993", "7 ", "-0", "+0", "007"])
        #expect(found.kind == .numbers)
        #expect(
            found.words
                == "-9007199254740993 < +0=-0 < 007=7  <  9007199254740992 < 9007199254740993")
    }

    @Test func textCountsItsDigits() throws {
        let found = try order(["site10", "site2", "site2b", "site02", "area 7", "site"])
        #expect(found.kind == .text)
        #expect(found.words == "area 7 < site < site02 < site2 < site2b < site10")
    }

    @Test func daysAndMonthsAreNotGuessed() throws {
        for value in ["01/02/2013", "1.2.13", "13-01-2013"] {
            #expect(
                throws: DatasetError.ambiguousDate(source: "table", column: "when", value: value)
            ) { _ = try order([value, "2013-01-02"]) }
        }
        #expect(throws: DatasetError.ambiguousDate(source: "table", column: "when", value: "13/4/2013 11:00")) {
            _ = try order(["3/4/2013 10:00", "13/4/2013 11:00", "unknown"])
        }
        #expect(try order(["01/02/2013", "never", "soon"]).kind == .text)
    }

    /// Whatever the texts are, the order is total: it does not depend on the order in which they come.
    @Test func theOrderIsTotal() throws {
        var rng = SplitMix64(seed: 5)
        let parts = ["a", "b", "0", "00", "1", "10", "9", "-", "é"]
        let values = Array(Set((0..<200).map { _ in (0..<4).map { _ in parts[Int(rng.next() % 9)] }.joined() }))
        let first = try order(values).words
        #expect(try order(values.reversed()).words == first)
        #expect(try order(values.shuffled(using: &rng)).words == first)
    }
}
