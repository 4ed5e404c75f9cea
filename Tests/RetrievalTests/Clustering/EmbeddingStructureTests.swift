import DenseLinearAlgebra
import Foundation
import Retrieval
import Testing
import TestSupport

@Suite struct EmbeddingStructureTests {
    @Test func aTableByHand() throws {
        // On the unit circle: (1, 0) and (0, 1) of one class, (−1, 0) alone.
        let structure = try EmbeddingStructure(
            of: Matrix(rows: [[1, 0], [0, 2], [-3, 0]]), classNumbers: [8, 8, 5])
        // Centres (½, ½) and (−1, 0).
        try expect(structure.intraClassDistance, 2.0.squareRoot())
        try expect(structure.interClassDistance, 2.5.squareRoot())
        try expect(structure.distanceRatio, 0.8.squareRoot())
        try expect(structure.alignment, 2)
        try expect(structure.uniformity, log((2 * exp(-4) + exp(-8)) / 3))
        // Singular values √2 and 1, whose mean is m.
        let mean = (2.0.squareRoot() + 1) / 2
        try expect(structure.spectralDecay, (log(mean / 2.0.squareRoot()) + log(mean)) / 2)
    }

    @Test func classesCountAlikeWithinAndPairsCountAlikeInAlignment() throws {
        // Three equal samples, and two at a right angle.
        let rows = Matrix<Float>(rows: [[1, 0], [1, 0], [1, 0], [1, 0], [0, 1]])
        let structure = try EmbeddingStructure(of: rows, classNumbers: [0, 0, 0, 1, 1])
        try expect(structure.intraClassDistance, 2.0.squareRoot() / 2)
        // Four pairs, one of which has the squared distance 2.
        try expect(structure.alignment, 0.5)
        // Four times (1, 0) and once (0, 1): singular values 2 and 1, so s = ⅔ and ⅓, and ½·ln(¾) + ½·ln(3/2).
        try expect(structure.spectralDecay, log(1.125) / 2)
    }

    private func expect(
        _ value: Double?, _ expected: Double, tolerance: Double = 1e-14, _ name: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let value = try #require(value, "\(name)", sourceLocation: sourceLocation)
        #expect(
            abs(value - expected) <= tolerance, "\(name): \(value), not \(expected)", sourceLocation: sourceLocation)
    }

    @Test func valuesThatDoNotExistAreNil() throws {
        let none = try EmbeddingStructure(of: Matrix(rowCount: 0, columnCount: 2), classNumbers: [])
        #expect(none.intraClassDistance == nil && none.interClassDistance == nil && none.distanceRatio == nil)
        #expect(none.spectralDecay == nil && none.alignment == nil && none.uniformity == nil)
        let one = try EmbeddingStructure(of: Matrix(rows: [[2]]), classNumbers: [0])
        #expect(one.intraClassDistance == nil && one.interClassDistance == nil && one.uniformity == nil)
        #expect(one.spectralDecay == 0)
        let lone = try EmbeddingStructure(of: Matrix(rows: [[1, 0], [0, 1], [1, 1]]), classNumbers: [0, 1, 2])
        #expect(lone.intraClassDistance == nil && lone.alignment == nil && lone.distanceRatio == nil)
        #expect(lone.interClassDistance != nil && lone.uniformity != nil && lone.spectralDecay != nil)
        let alike = try EmbeddingStructure(of: Matrix(rows: [[1, 0], [0, 1], [1, 1]]), classNumbers: [4, 4, 4])
        #expect(alike.interClassDistance == nil && alike.distanceRatio == nil && alike.alignment != nil)
        let same = try EmbeddingStructure(
            of: Matrix(rows: [[1, 0], [2, 0], [3, 0], [4, 0]]), classNumbers: [0, 0, 1, 1])
        #expect(same.intraClassDistance == 0 && same.interClassDistance == 0 && same.distanceRatio == nil)
        #expect(same.alignment == 0 && same.uniformity == 0)
    }

    @Test func aSpectrumWithZerosHasNoDivergence() throws {
        // Fewer rows than columns; a column of zeros; a column twice; nothing but zeros.
        #expect(try spectralDecay([[1, 2, 3], [4, 5, 7]]) == nil)
        #expect(try spectralDecay([[1, 2, 0], [4, 5, 0], [1, -3, 0], [2, 2, 0]]) == nil)
        #expect(try spectralDecay([[1, 2, 2], [4, 5, 5], [1, -3, -3], [2, 2, 2]]) == nil)
        #expect(try spectralDecay([[0, 0], [0, 0], [0, 0]]) == nil)
        #expect(try spectralDecay([[1, 2, 0], [4, 5, 0], [1, -3, 0.01], [2, 2, 0]]) != nil)
    }

    private func spectralDecay(_ rows: [[Float]]) throws -> Double? {
        try EmbeddingStructure(of: Matrix(rows: rows), classNumbers: Array(repeating: 0, count: rows.count))
            .spectralDecay
    }

    @Test func theZeroVectorHasTheDistanceOneFromAllOthers() throws {
        let structure = try EmbeddingStructure(of: Matrix(rows: [[0, 0], [3, 4], [0, 0]]), classNumbers: [0, 0, 1])
        try expect(structure.intraClassDistance, 1)
        try expect(structure.alignment, 1)
        try expect(structure.uniformity, log((2 * exp(-2) + 1) / 3))
    }

    @Test func smallDistancesKeepTheirDigits() throws {
        // Two rows apart by 2⁻¹⁹ in one column, scaled to length 1.
        let (height, third) = (Float(0x1p-20), Float(1) / 3)
        let rows = Matrix(rows: [[1, height, third], [1, -height, third]])
        let structure = try EmbeddingStructure(of: rows, classNumbers: [0, 0])
        let distance = 0x1p-19 / (1 + 0x1p-40 + Double(third) * Double(third)).squareRoot()
        try expect(structure.intraClassDistance, distance, tolerance: 1e-12 * distance)
        try expect(structure.alignment, distance * distance, tolerance: 1e-12 * distance * distance)
    }

    @Test func lengthsNamesAndOrderDoNotMatter() throws {
        let (rows, classes) = clusteredEmbeddings(n: 600, d: 7, classCount: 25, spread: 0.7, seed: 61)
        let structure = try EmbeddingStructure(of: rows, classNumbers: classes)
        var generator = SplitMix64(seed: 62)
        let order = (0..<600).shuffled(using: &generator)
        let scaled = rows.selectingRows(order)
        let elements = scaled.elements.enumerated().map { $1 * (($0 / 7) % 2 == 0 ? 4 : 0.5) }
        let other = try EmbeddingStructure(
            of: Matrix(rowCount: 600, columnCount: 7, elements: elements),
            classNumbers: order.map { 1_000_003 * (24 - classes[$0]) })
        try expect(other.intraClassDistance, try #require(structure.intraClassDistance), tolerance: 1e-12)
        try expect(other.interClassDistance, try #require(structure.interClassDistance), tolerance: 1e-12)
        try expect(other.spectralDecay, try #require(structure.spectralDecay), tolerance: 1e-12)
        try expect(other.alignment, try #require(structure.alignment), tolerance: 1e-12)
        try expect(other.uniformity, try #require(structure.uniformity), tolerance: 1e-12)
        // Another division into classes changes what depends on classes, and nothing else.
        let shuffled = try EmbeddingStructure(of: rows, classNumbers: classes.shuffled(using: &generator))
        #expect(shuffled.uniformity == structure.uniformity && shuffled.spectralDecay == structure.spectralDecay)
        #expect(try #require(shuffled.alignment) > 1.1 * #require(structure.alignment))
        #expect(try #require(shuffled.distanceRatio) > 1.1 * #require(structure.distanceRatio))
    }

    @Test func jsonHasNullForWhatDoesNotExist() throws {
        let structure = try EmbeddingStructure(of: Matrix(rows: [[1, 0], [0, 1]]), classNumbers: [0, 1])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let data = try encoder.encode(structure)
        let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            json.keys.sorted() == [
                "alignment", "distance_ratio", "inter_class_distance", "intra_class_distance", "spectral_decay",
                "uniformity",
            ])
        #expect(json["alignment"] is NSNull && json["distance_ratio"] is NSNull)
        #expect(json["spectral_decay"] as? Double == 0)
        #expect(try JSONDecoder().decode(EmbeddingStructure.self, from: data) == structure)
    }

    @Test func onlyFiniteEmbeddingsHaveAStructure() {
        #expect(throws: RetrievalError.nonFiniteEmbedding(row: 1, column: 0)) {
            try EmbeddingStructure(of: Matrix(rows: [[1, 2], [.infinity, 3]]), classNumbers: [0, 0])
        }
    }

    private struct Reference: Decodable {
        let embeddings: [[Float]]
        let classNumbers: [Int]
        let intraClassDistance: Double
        let interClassDistance: Double
        let distanceRatio: Double
        let spectralDecay: Double
        let alignment: Double
        let uniformity: Double
    }

    /// Compares with numpy and scipy; `Scripts/fixtures/embedding_structure_reference.py` made the values.
    @Test func valuesEqualThoseOfPlainDefinitions() throws {
        let file = testFile("RetrievalTests/Fixtures/embedding_structure.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let cases = try decoder.decode([String: Reference].self, from: Data(contentsOf: file))
        #expect(cases.count == 3)
        for (name, reference) in cases {
            let structure = try EmbeddingStructure(
                of: Matrix(rows: reference.embeddings), classNumbers: reference.classNumbers)
            try expect(structure.intraClassDistance, reference.intraClassDistance, tolerance: 1e-11, name)
            try expect(structure.interClassDistance, reference.interClassDistance, tolerance: 1e-12, name)
            try expect(structure.distanceRatio, reference.distanceRatio, tolerance: 1e-11, name)
            try expect(structure.spectralDecay, reference.spectralDecay, tolerance: 1e-12, name)
            try expect(structure.alignment, reference.alignment, tolerance: 1e-13, name)
            try expect(structure.uniformity, reference.uniformity, tolerance: 1e-13, name)
        }
    }
}
