import Files
import Foundation
import TestSupport
import Testing

@Suite struct MemoryBudgetTests {
    private func refusal(_ body: () throws -> Void) throws -> String {
        let error = #expect(throws: FileError.self) { try body() }
        return try #require(error?.description)
    }

    @Test func whatIsWithinIsTaken() throws {
        let budget = MemoryBudget(stated: 1000)
        try budget.require(1000, for: "a", in: "f")
        try budget.requireProportion(1000, to: 1, factor: 2, floor: 10, for: "a", in: "f")
    }

    @Test func aStatedBudgetIsNamed() throws {
        #expect(
            try refusal { try MemoryBudget(stated: 1000).require(1001, for: "a table", in: "f.csv") }
                == "f.csv: found a table, 1001 bytes of memory; expected at most the 1000 bytes that OODML_MEMORY allows"
        )
    }

    /// Without a stated budget, what the machine has free is the limit, and no file takes out of proportion.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["OODML_MEMORY"] == nil))
    func whatIsFreeIsTheLimit() throws {
        let budget = try MemoryBudget.current()
        #expect(!budget.isStated)
        #expect(budget.byteCount > 1 << 24)
        #expect(budget.byteCount <= 1 << 50)
        #expect(
            try refusal { try budget.require(1 << 51, for: "values", in: "f") }.hasSuffix(
                " are free (OODML_MEMORY=2097153G allows more)"))
        #expect(
            try refusal { try budget.requireProportion(101, to: 10, factor: 10, floor: 50, for: "values", in: "f") }
                == "f: found values, 101 bytes of memory from 10 bytes of the file; expected at most 10 times the bytes "
                + "of the file (OODML_MEMORY=1M allows more)")
        try budget.requireProportion(100, to: 10, factor: 10, floor: 50, for: "values", in: "f")
        try budget.requireProportion(50, to: 1, factor: 10, floor: 50, for: "values", in: "f")
        try budget.requireProportion(50, to: .max, factor: 10, floor: 5, for: "values", in: "f")
    }
}
