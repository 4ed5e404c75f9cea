import Datasets
import Files
import Foundation
import Testing
import TestSupport

@Suite struct ClassUnitsTests {
    private func dataset(_ text: String, unit: UnitRule = .class) throws -> Dataset {
        let folder = try TemporaryFolder()
        return try Dataset(sampleTableAt: folder.write(text, to: "s.csv"), name: "birds", unit: unit)
    }

    private let table = """
        sample,note,habitat,class,superclass,split
        1,x,sea,gull,aves,train
        2,y,wood,owl,aves,train
        3,z,sea,gull,aves,train
        4,,Wood,bat,mammalia,test
        5,,sea,auk,aves,test

        """

    @Test func classesAreUnits() throws {
        let units = try dataset(table).units(by: .class)
        #expect(units.map(\.label) == ["auk", "bat", "gull", "owl"])
        #expect(units.map(\.classes) == [[0], [1], [2], [3]])
    }

    @Test func superclassesAreUnits() throws {
        let units = try dataset(table).units(by: .superclass)
        #expect(units.map(\.label) == ["aves", "mammalia"])
        #expect(units.map(\.classes) == [[0, 2, 3], [1]])
    }

    /// By bytes, "Wood" is another value than "wood" and sorts first.
    @Test func columnsMakeUnits() throws {
        let dataset = try dataset(table, unit: .column("habitat"))
        #expect(dataset.classColumn == ClassColumn(name: "habitat", values: ["sea", "Wood", "sea", "wood"]))
        let units = try dataset.units(by: .column("habitat"))
        #expect(units.map(\.label) == ["Wood", "sea", "wood"])
        #expect(units.map(\.classes) == [[1], [0, 2], [3]])
    }

    @Test func theColumnIsWrittenAndReadBack() throws {
        let rule = UnitRule.column("habitat")
        let original = try dataset(table, unit: rule)
        #expect(try dataset(original.sampleTable.text, unit: rule) == original)
        #expect(original.sampleTable.columns == ["sample", "class", "superclass", "habitat", "split"])
    }

    @Test func theDividedUnitIsFound() throws {
        let dataset = try dataset(table, unit: .column("habitat"))
        #expect(dataset.firstDividedUnit(of: try dataset.units(by: .class)) == nil)
        #expect(dataset.firstDividedUnit(of: try dataset.units(by: .superclass))?.label == "aves")
        #expect(dataset.firstDividedUnit(of: try dataset.units(by: .column("habitat")))?.label == "sea")
    }

    @Test func rulesAreWrittenAsUsersWriteThem() throws {
        for (text, rule) in [("class", UnitRule.class), ("superclass", .superclass), ("habitat", .column("habitat"))] {
            #expect(UnitRule(rawValue: text) == rule)
            #expect(try JSONEncoder().encode([rule]) == Data("[\"\(text)\"]".utf8))
            #expect(try JSONDecoder().decode([UnitRule].self, from: Data("[\"\(text)\"]".utf8)) == [rule])
        }
    }

    @Test(arguments: [
        ("habitat", "sample,class,colour\n1,a,red\n2,b,red\n", 1, "the columns sample, class, colour"),
        ("split", "sample,class,split\n1,a,train\n2,b,test\n", 1, "the columns sample, class, split"),
        ("habitat", "sample,class,habitat\n1,a,sea\n2,b,\n", 3, "an empty habitat"),
        ("habitat", "sample,class,habitat\n1,a,sea\n2,b,sea\n3,a,air\n", 4, "the habitat \"air\" for class \"a\""),
    ])
    func unsuitableColumns(column: String, text: String, line: Int, found: String) throws {
        let error = #expect(throws: FileError.self) { try dataset(text, unit: .column(column)) }
        guard case .malformed(_, line?, found, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func unitsThatAreNotThere() throws {
        let plain = try dataset("sample,class,superclass\n1,a,x\n2,b,\n")
        #expect(throws: DatasetError.noSuperclass(source: "birds", classLabel: "b")) {
            try plain.units(by: .superclass)
        }
        #expect(throws: DatasetError.noUnitColumn(source: "birds", column: "habitat")) {
            try plain.units(by: .column("habitat"))
        }
    }

    /// "é" as one code point and as two.
    @Test func twoUnicodeFormsOfAUnitAreRefused() throws {
        let forms = try dataset("sample,class,superclass\n1,a,\u{E9}\n2,b,e\u{301}\n")
        #expect(throws: DatasetError.unitInTwoUnicodeForms(source: "birds", column: "superclass", value: "é")) {
            try forms.units(by: .superclass)
        }
    }
}
