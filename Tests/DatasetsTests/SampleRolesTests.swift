import Datasets
import Files
import Foundation
import Testing
import TestSupport

@Suite struct SampleRolesTests {
    private let samples = [
        Sample(id: "1", classLabel: "a"), Sample(id: "2", classLabel: "b", role: .query),
        Sample(id: "3", classLabel: "b", role: .gallery),
    ]

    @Test func rolesReadBack() throws {
        let dataset = try Dataset(name: "d", samples: samples)
        #expect(
            dataset.sampleTable.text == "sample,class,split,role\n1,a,train,\n2,b,test,query\n3,b,test,gallery\n")
        let folder = try TemporaryFolder()
        let file = try folder.write(dataset.sampleTable.text, to: "s.csv")
        #expect(try Dataset(sampleTableAt: file, name: "d") == dataset)
    }

    @Test func withoutRolesThereIsNoColumn() throws {
        let dataset = try Dataset(name: "d", samples: samples.map { Sample(id: $0.id, classLabel: $0.classLabel) })
        #expect(dataset.sampleTable.columns == ["sample", "class", "split"])
    }

    /// A digest of roles differs; without any it is the one that manifests have had before there were roles.
    @Test func theDigestHasTheRolesOfThoseThatHaveOne() throws {
        let with = try Dataset(name: "d", samples: samples)
        #expect(with.digest == SHA256.hexadecimal(of: Array("1\ta\n2\tb\tquery\n3\tb\tgallery\n".utf8)))
        let without = try Dataset(name: "d", samples: samples.map { Sample(id: $0.id, classLabel: $0.classLabel) })
        #expect(without.digest == SHA256.hexadecimal(of: Array("1\ta\n2\tb\n3\tb\n".utf8)))
    }

    @Test func otherRolesAreNamed() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("sample,class,role\n1,a,\n2,b,Query\n", to: "s.csv")
        #expect(
            throws: FileError.malformed(
                path: file.path, line: 3, found: "the role \"Query\"", expected: "query, gallery or nothing")
        ) { try Dataset(sampleTableAt: file, name: "d") }
    }

    @Test func rolesAreNoUnits() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("sample,class,role\n1,a,query\n2,b,query\n", to: "s.csv")
        #expect(throws: FileError.self) { try Dataset(sampleTableAt: file, name: "d", unit: .column("role")) }
    }
}
