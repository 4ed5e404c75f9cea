public import Datasets
public import DenseLinearAlgebra
package import Ranks
internal import Retrieval

/// The gallery and the queries that are the same at every level, so that nothing but training can change a score.
///
/// Within a level's test classes, scores change along the levels for every embedding, also for one that was never
/// trained: hard sides hold classes that resemble each other, so their galleries are harder, and a worse embedding loses
/// more there. In the catalogue each level is asked the same queries in front of the same gallery:
///
/// - the gallery is the whole dataset, of training, test and removed classes alike, less the query itself;
/// - the queries are the samples of the *common* classes: those that are test classes at every level, in one of the
///   directions that were run. Over both directions these are the classes that no level removes, each asked of the model
///   that was not trained on it. With forward tasks alone they are the classes that are test classes at every level.
///
/// A level's score is the mean over all its queries, of both directions together. So an embedding that is the same for
/// all tasks has the same score at every level, to the last bit, and what changes along the levels is what training did.
/// It is also what a catalogue is in use: new products beside old ones.
///
/// ```swift
/// let dataset = try Dataset(
///     name: "five classes", samples: (0..<20).map { Sample(id: "\($0)", classLabel: "class \($0 / 4)") })
/// // Two levels of two directions each; the second removes class 4.
/// let catalogue = Catalogue(of: dataset, testClasses: [[[2, 3, 4], [0, 1]], [[1, 3], [0, 2]]])
/// print(catalogue.classes)  // [0, 1, 2, 3]
/// print(catalogue.queries(ofClasses: [1, 3, 4]).count)  // 8 of classes 1 and 3, each among 19 others
/// ```
public struct Catalogue: Sendable {
    /// The numbers of the common classes, ascending.
    public let classes: [Int]
    /// The number of samples in the gallery, a query itself included.
    public let itemCount: Int
    private let isCommon: [Bool]
    private let classOfSample: [Int]
    private let roleOfSample: [SampleRole?]

    /// Finds the common classes.
    ///
    /// - Parameters:
    ///   - dataset: the dataset of the classes.
    ///   - testClasses: for each level, the numbers of the test classes of each direction that was run.
    /// - Precondition: there is at least one level.
    /// - Complexity: O(n + L·c) for n samples, L levels and c classes.
    public init(of dataset: Dataset, testClasses: [[[Int]]]) {
        guard let first = testClasses.first else { preconditionFailure("a catalogue needs a level") }
        let common = testClasses.dropFirst().reduce(Set(first.joined())) { $0.intersection($1.joined()) }
        classes = common.sorted()
        isCommon = dataset.classLabels.indices.map(common.contains)
        classOfSample = dataset.classOfSample
        roleOfSample = dataset.samples.map { $0.role }
        itemCount = roleOfSample.count { $0 != .query }
    }

    /// The numbers of the queries that a task's model is asked, ascending.
    ///
    /// - Parameter testClasses: the task's test classes; those that are not common are passed over.
    public func queries(ofClasses testClasses: [Int]) -> [Int] {
        var isAsked = isCommon.map { _ in false }
        for number in testClasses where isCommon[number] { isAsked[number] = true }
        return classOfSample.indices.filter { isAsked[classOfSample[$0]] && roleOfSample[$0] != .gallery }
    }

    /// The roles of all samples if these are the queries.
    func division(queries: [Int]) -> RoleDivision { RoleDivision(queries: queries, of: roleOfSample) }
}

/// The scores of a task's queries in the catalogue, to be pooled with those of the level's other direction.
public struct CatalogueScores: Sendable {
    /// The scores query by query; rows are numbers of samples.
    let queryScores: QueryScores
    /// The same without each group of classes, if errors are estimated so.
    let jackknife: JackknifedScores?
}

extension TaskScorer {
    /// The scores of some samples as queries in front of the whole dataset.
    ///
    /// - Parameters:
    ///   - embeddings: one row for each sample of the dataset.
    ///   - catalogue: the gallery.
    ///   - classes: the numbers of the task's test classes.
    /// - Returns: nil if none of the classes is common to all levels.
    /// - Precondition: there is a row for each sample.
    /// - Complexity: O(q·n·d) operations for q queries and n samples.
    /// - Throws: ``/Retrieval/RetrievalError/nonFiniteEmbedding(row:column:)``.
    public func scores(
        of embeddings: Matrix<Float>, in catalogue: Catalogue, ofClasses classes: [Int]
    ) throws -> CatalogueScores? {
        precondition(
            embeddings.rowCount == classOfSample.count,
            "\(embeddings.rowCount) embeddings of \(classOfSample.count) samples")
        try requireFinite(embeddings)
        let queries = catalogue.queries(ofClasses: classes)
        guard !queries.isEmpty else { return nil }
        let set = RetrievalSet(
            embeddings, classNumbers: classOfSample, roles: catalogue.division(queries: queries),
            cameras: cameraOfSample, groups: groupOfSample)
        guard confidence.kind == .classJackknife else {
            return CatalogueScores(
                queryScores: try set.scores(metrics, by: rules).selectingRows(queries), jackknife: nil)
        }
        let scores = try set.scores(metrics, by: rules, withoutEach: groups).selectingRows(queries)
        return CatalogueScores(queryScores: scores.queryScores, jackknife: scores)
    }

    /// The scores of a level in the catalogue: the mean over the queries of all its directions together.
    ///
    /// - Parameter parts: the scores of each direction's queries, which have none in common.
    /// - Precondition: there is at least one part.
    /// - Throws: ``/Retrieval/RetrievalError/noQueries(loneQueryCount:)`` if there is nothing to average.
    public func scores(pooling parts: [CatalogueScores]) throws -> TaskScores {
        let jackknives = parts.compactMap(\.jackknife)
        let pooled = jackknives.isEmpty ? nil : JackknifedScores(pooling: jackknives)
        let all = pooled?.queryScores ?? QueryScores.pooled(parts.map(\.queryScores))
        return try taskScores(
            all, jackknife: pooled, classCount: all.classCount, sampleNumbers: Array(classOfSample.indices))
    }
}

extension CatalogueScores: Portable {
    package func put(into bytes: inout PortableBytes) { bytes.put(queryScores, jackknife) }

    package init(from bytes: inout PortableBytes) throws {
        self.init(queryScores: try bytes.get(), jackknife: try bytes.get())
    }
}
