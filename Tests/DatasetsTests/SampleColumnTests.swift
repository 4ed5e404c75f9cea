import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct SampleColumnTests {
    @Test func valuesAreSortedAndMayBeMissing() {
        let column = SampleColumn(name: "style", of: ["b", nil, "é", "a", "b"])
        #expect(column.values == ["a", "b", "é"])
        #expect(column.numbers == [1, nil, 2, 0, 1])
        // Two Unicode forms are two values, as everywhere else.
        #expect(SampleColumn(name: "x", of: ["\u{E9}", "e\u{301}"]).values.count == 2)
    }

    private func dataset(_ text: String, unit: UnitRule = .class) throws -> Dataset {
        let folder = try TemporaryFolder()
        return try Dataset(sampleTableAt: folder.write(text, to: "samples.csv"), name: "table", unit: unit)
    }

    /// Columns that readers know come first; of the others, those of few values that classes share.
    @Test func columnsThatDescribeClasses() throws {
        let rows = (0..<120).map { i in
            let number = i / 20
            // theme: two classes each; width: too many values; name: one class each; constant; shade: the theme again.
            return "\(i).png,c\(number),\(["sun", "rain"][i % 2]),\(["old", "new", ""][number / 2]),\(1000 + i),"
                + "name \(number),same,\(["A", "B", ""][number / 2])"
        }
        let dataset = try dataset(
            "sample,class,domain,theme,width,name,constant,shade\n" + rows.joined(separator: "\n") + "\n")
        #expect(dataset.otherColumns.map(\.name) == ["theme", "name", "constant", "shade"])
        let columns = dataset.describingColumns
        #expect(columns.map(\.name) == ["domain", "theme"])
        #expect(columns[1].values == ["new", "old"] && columns[1].numbers[0] == 1 && columns[1].numbers[119] == nil)
        // They are no part of what is written.
        #expect(dataset.sampleTable.columns == ["sample", "class", "split", "domain"])
    }

    @Test func columnsOfKnownMeaningAreNotReadTwice() throws {
        let dataset = try dataset(
            """
            sample,class,superclass,split,role,camera,domain,group,place
            1,a,x,train,query,1,d,g,p
            2,b,x,train,query,1,d,g,p
            3,c,y,test,query,2,e,h,q
            4,d,y,test,query,1,e,h,p

            """)
        #expect(dataset.otherColumns.map(\.name) == ["place"])
        // The domain and the group divide the samples as the superclass does, and the place as the camera.
        #expect(dataset.describingColumns.map(\.name) == ["superclass", "camera"])
        let units = try self.dataset("sample,class,place\n1,a,p\n2,b,p\n3,c,q\n4,d,q\n", unit: .column("place"))
        #expect(units.otherColumns.isEmpty && units.describingColumns.map(\.name) == ["place"])
    }

    @Test func hundredValuesAreTheMost() throws {
        for (count, names) in [(100, ["v"]), (101, [])] {
            let rows = (0..<2 * count).map { "\($0),c\($0 % 7),\($0 % count)" }.joined(separator: "\n")
            #expect(try dataset("sample,class,v\n" + rows + "\n").otherColumns.map(\.name) == names)
        }
    }
}
