import Files
import Foundation
import TestSupport
import Testing

/// Files that `Scripts/fixtures/matlab_files.py` wrote: the same contents in many encodings, as SciPy reads them.
@Suite struct MATLABFileTests {
    private static let folder = testFile("FilesTests/Fixtures/matlab")
    private static let files = [
        "big-singles-packed", "big-uint16", "big-utf16-packed", "big-utf32", "big-utf8-doubles", "little-singles",
        "little-uint16-packed", "little-utf16", "little-utf32-packed", "little-utf8-doubles", "scipy", "scipy-packed",
    ]

    struct Contents: Decodable, Equatable {
        var paths: [String] = []
        var numbers: [Double] = []
        var names: [String] = []

        init(of url: URL) throws {
            let file = try MATLABFile(contentsOf: url)
            names = try file.strings(inCellArray: "names")
            let rows = try file.structs("rows", fields: ["number", "path"])
            for index in 0..<rows.count {
                paths.append(try rows.string("path", of: index))
                numbers.append(try rows.number("number", of: index))
            }
        }
    }

    private func expected() throws -> Contents {
        try JSONDecoder().decode(
            Contents.self, from: Data(contentsOf: Self.folder.appending(path: "expected.json")))
    }

    @Test(arguments: files)
    func contentsAreThoseThatSciPyReads(name: String) throws {
        #expect(try Contents(of: Self.folder.appending(path: "\(name).mat")) == expected())
    }

    private func sentence(_ bytes: [UInt8], _ read: (MATLABFile) throws -> Void = { _ in }) throws -> String {
        let folder = try TemporaryFolder()
        let url = try folder.write(Data(bytes), to: "x.mat")
        let error = try #require(#expect(throws: FileError.self) { try read(MATLABFile(contentsOf: url)) })
        return error.description.replacingOccurrences(of: url.path, with: "x.mat")
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Self.folder.appending(path: name)))
    }

    @Test func otherVersionsAreRefusedByName() throws {
        let expected = "expected one of version 5, as MATLAB's save -v7 writes"
        #expect(try sentence(bytes("version-4.mat4")) == "x.mat: found a MAT-file of version 4; \(expected)")
        var header = [UInt8]("MATLAB 7.3 MAT-file, Platform: GLNXA64".utf8)
        header += [UInt8](repeating: 0x20, count: 124 - header.count) + [0, 2] + [UInt8]("IM".utf8)
        header += [UInt8](repeating: 0, count: 512 - header.count) + [0x89] + [UInt8]("HDF\r\n\u{1A}\n".utf8)
        header += [UInt8](repeating: 0, count: 64)
        #expect(
            try sentence(header) == "x.mat: found a MAT-file of version 7.3, which is an HDF5 file; \(expected)")
        #expect(try sentence([UInt8](header[512...])) == "x.mat: found an HDF5 file; \(expected)")
        for other in [[], [UInt8]("hello".utf8), [UInt8](repeating: 0, count: 600), try bytes("expected.json")] {
            #expect(try sentence(other) == "x.mat: found no MATLAB file; \(expected)")
        }
    }

    @Test func whatIsAskedForMustBeThere() throws {
        let whole = try bytes("little-utf16.mat")
        #expect(
            try sentence(whole) { _ = try $0.strings(inCellArray: "labels") }
                == "x.mat: found no variable labels but other, rows, names; expected labels")
        #expect(
            try sentence(whole) { _ = try $0.strings(inCellArray: "rows") }
                == "x.mat: found the variable rows of another kind; expected a cell array of strings")
        #expect(
            try sentence(whole) { _ = try $0.structs("names", fields: []) }
                == "x.mat: found the variable names of another kind; expected an array of structures")
        #expect(
            try sentence(whole) { _ = try $0.structs("rows", fields: ["path", "class"]) }
                == "x.mat: found rows with the fields path, number; expected a field class")
        #expect(
            try sentence(whole) { _ = try $0.structs("rows", fields: []).number("path", of: 1) }
                == "x.mat: found something else in the field path of rows 2; expected one number")
        #expect(
            try sentence(whole) { _ = try $0.structs("rows", fields: []).string("number", of: 0) }
                == "x.mat: found something else in the field number of rows 1; expected a string")
    }

    /// A variable of a class that only MATLAB knows has no dimensions; it is passed over.
    @Test func objectsArePassedOver() throws {
        var whole = try bytes("little-utf16.mat")
        let object: [UInt8] =
            [14, 0, 0, 0, 24, 0, 0, 0] + [6, 0, 0, 0, 8, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0]
            + [1, 0, 1, 0, UInt8(ascii: "o"), 0, 0, 0]
        whole.insert(contentsOf: object, at: 128)
        let folder = try TemporaryFolder()
        #expect(try Contents(of: folder.write(Data(whole), to: "x.mat")) == expected())
        #expect(
            try sentence(whole) { _ = try $0.strings(inCellArray: "o") }
                == "x.mat: found the variable o of another kind; expected a cell array of strings")
    }

    /// Cut off anywhere, a file is an error, or what is left of it is whole.
    @Test(arguments: ["little-utf16", "big-utf16-packed"])
    func cutFilesAreErrors(name: String) throws {
        let whole = try bytes("\(name).mat")
        let folder = try TemporaryFolder()
        for count in 0..<whole.count {
            let url = try folder.write(Data(whole.prefix(count)), to: "x.mat")
            #expect(throws: FileError.self, "\(count) of \(whole.count) bytes") { try Contents(of: url) }
        }
    }

    /// What a compressed variable holds is checked by its checksum; a change is noticed even if it unpacks.
    @Test func changedChecksumsAreNamed() throws {
        var changed = try bytes("little-uint16-packed.mat")
        changed[changed.count - 1] ^= 1
        #expect(
            try sentence(changed) { _ = try $0.strings(inCellArray: "names") }.hasSuffix(
                "that does not unpack (incorrect data check); expected valid compressed data"))
    }

    /// Sizes that a few bytes claim allocate nothing.
    @Test func hugeClaimsAreRefused() throws {
        var whole = try bytes("little-utf8-doubles.mat")
        // The dimensions of the structures: 1 × 5.
        let name = try #require(Data(whole).range(of: Data("rows".utf8))).lowerBound
        let dimensions = name - 16
        #expect(Array(whole[dimensions..<dimensions + 8]) == [1, 0, 0, 0, 5, 0, 0, 0])
        whole[dimensions + 3] = 0x7F
        whole[dimensions + 7] = 0x7F
        #expect(
            try sentence(whole) { _ = try $0.structs("rows", fields: []) }.contains("the variable rows damaged ("))
    }

    /// Mutants of all files are read or refused in one sentence, within the time and memory of the file itself.
    ///
    /// The environment variable `OODML_MUTANTS` gives another number of mutants per file.
    @Test(arguments: files)
    func mutantsAreReadOrRefused(name: String) throws {
        let count = ProcessInfo.processInfo.environment["OODML_MUTANTS"].flatMap(Int.init) ?? 300
        let original = try bytes("\(name).mat")
        let folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 14)
        var refused = 0
        for number in 0..<count {
            let url = try folder.write(Data(mutant(of: original, using: &rng)), to: "x.mat")
            do {
                _ = try Contents(of: url)
            } catch let error as FileError {
                #expect(error.path == url.path && !error.description.contains("\n"), "mutant \(number): \(error)")
                refused += 1
            }
        }
        #expect(refused > count / 4, "\(refused) of \(count) were refused")
    }
}

/// A file with one to three changes: bits, bytes, numbers of four bytes, pieces cut out, doubled or exchanged.
private func mutant(of original: [UInt8], using rng: inout SplitMix64) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...3, using: &rng) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &rng)
        let end = min(place + Int.random(in: 1...16, using: &rng), bytes.count)
        switch Int.random(in: 0..<7, using: &rng) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &rng)
        case 1: bytes[place] = [0, 1, 5, 14, 15, 0x7F, 0x80, 0xFF].randomElement(using: &rng) ?? 0
        case 2:
            // A size, a dimension or a type.
            let aligned = place / 4 * 4
            let number =
                [0, 1, 8, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, UInt32.random(in: 0..<4096, using: &rng)]
                .randomElement(using: &rng) ?? 0
            for offset in 0..<4 where aligned + offset < bytes.count {
                bytes[aligned + offset] = UInt8(truncatingIfNeeded: number >> UInt32(8 * offset))
            }
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 5: bytes.removeSubrange(place...)
        default:
            let other = Int.random(in: 0..<bytes.count, using: &rng)
            bytes.swapAt(place, other)
        }
    }
    return bytes
}
