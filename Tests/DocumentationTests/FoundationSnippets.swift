import Datasets
import DenseLinearAlgebra
import Embeddings
import FeatureExtraction
import Files
import Foundation
import Frechet
import Reports
import Testing
import TestSupport

/// Snippets of everything up to the distance, and of reports.
@Suite struct FoundationSnippets {
    /// The folder of all tests, with the small replicas of datasets.
    private let fixtures = testsFolder

    @Test func linearAlgebra() throws {
        // snippet
        let covariance = Matrix<Double>(rows: [[2, 1], [1, 2]])
        let factor = try choleskyFactor(covariance)  // upper triangular, UᵀU is the covariance
        let eigenvalues = try symmetricEigenvalues(covariance)  // ascending: 1 and 3
        // end
        #expect(abs(factor[0, 0] * factor[0, 1] - 1) < 1e-12)
        #expect(zip(eigenvalues, [1, 3]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func namesWithCameras() {
        let lines = printed {
            // snippet
            if let name = CameraName("query/0002_c1s1_000451_03.jpg") { print(name.identity, name.camera) }  // 0002 c1
            // end
        }
        #expect(lines == ["0002 c1"])
    }

    @Test func storedStatistics() throws {
        let file = fixtures.appending(path: "EmbeddingsTests/Fixtures/statistics.npz")
        let lines = try printed {
            // snippet
            if let statistics = try FeatureStatistics(contentsOf: file) {
                print(statistics.mean.count, "dimensions")
            }
            // end
        }
        #expect(lines == ["3 dimensions"])
    }

    @Test func dataset() throws {
        let lines = try printed {
            // snippet
            let dataset = try Dataset(
                name: "pets",
                samples: [
                    Sample(id: "cat/1.jpg", classLabel: "cat"), Sample(id: "cat/2.jpg", classLabel: "cat"),
                    Sample(id: "dog/1.jpg", classLabel: "dog"), Sample(id: "owl/1.jpg", classLabel: "owl"),
                ])
            print(dataset.classLabels)  // ["cat", "dog", "owl"]
            print(dataset.officialSides)  // the first half of the sorted classes trains
            // end
        }
        #expect(lines[0] == #"["cat", "dog", "owl"]"#)
        #expect(lines[1].components(separatedBy: "train").count == 2 && lines[1].contains("test"))
    }

    @Test func classNumbers() throws {
        let samples = ["cat", "dog", "owl"].map { Sample(id: "\($0).jpg", classLabel: $0) }
        let dataset = try Dataset(name: "pets", samples: samples)
        // snippet
        let owl = dataset.number(ofClass: "owl")  // 2: the third by its bytes
        let dodo = dataset.number(ofClass: "dodo")  // nil
        // end
        #expect(owl == 2 && dodo == nil)
    }

    @Test func columnOrder() throws {
        let lines = try printed {
            // snippet
            let column = SampleColumn(name: "site", of: ["site10", "site2", "site2"])
            let order = try ColumnOrder(of: column, in: "photos")
            print(order.kind, order.places)  // text [1, 0]: the values are site10 and site2
            // end
        }
        #expect(lines == ["text [1, 0]"])
    }

    @Test func places() {
        let lines = printed {
            // snippet
            let places = GroundPositions(latitudes: [47.3763, 47.3763], longitudes: [8.5479, 8.5482])
            print(places.distance(from: 0, to: 1, in: places))  // 22.656… metres
            // end
        }
        #expect(lines.first?.hasPrefix("22.656") == true, "\(lines)")
        let near = printed {
            // snippet
            let street = GroundPositions(east: [0, 20, 50], north: [0, 0, 0])
            let index = PlaceIndex(of: street, radius: 25)
            print(index.positions(near: 0, of: street))  // [0, 1]
            // end
        }
        #expect(near == ["[0, 1]"])
        let areas = printed {
            // snippet
            let grid = AreaGrid(side: 200, gap: 50, coordinates: .metres)
            let places = GroundPositions(east: [100, 180, 300], north: [100, 100, 100])
            print(grid.areas(of: places).map { $0?.name ?? "in a gap" })  // the first, a gap, and the second
            // end
        }
        #expect(areas == ["[\"e000000n000000\", \"in a gap\", \"e000001n000000\"]"])
    }

    @Test func knownDataset() throws {
        let root = fixtures.appending(path: "DatasetsTests/Fixtures/cub200")
        let lines = try printed {
            // snippet
            let dataset = try Dataset(.cub200, at: root)
            for warning in KnownDataset.cub200.counts.differences(in: dataset) { print(warning) }
            // end
        }
        #expect(lines.first == "24 samples (not 11788)")
    }

    @Test func cars196() throws {
        let root = fixtures.appending(path: "DatasetsTests/Fixtures/cars196")
        let lines = try printed {
            // snippet
            let dataset = try Dataset(.cars196, at: root)
            print(dataset.classLabels.count)  // 196 where nothing is missing
            // end
        }
        #expect(lines == ["8"])
    }

    @Test func anotherKnownDataset() throws {
        // snippet
        let pets = KnownDataset(
            name: "pets", title: "Pets of 2026",
            counts: DatasetCounts(trainSamples: 100, trainClasses: 10, testSamples: 100, testClasses: 10),
            layout: [("list.csv", "sample,class, with a header"), ("CLASS/IMAGE.jpg", "the images")],
            officialSplit: "The first half of the classes trains.", requiredFiles: "list.csv"
        ) { root, name in
            try Dataset(sampleTableAt: root.appending(path: "list.csv"), name: name)
        }
        // end
        let folder = try TemporaryFolder()
        try folder.write("sample,class\ncat/1.jpg,cat\ndog/1.jpg,dog\n", to: "list.csv")
        for image in ["cat/1.jpg", "dog/1.jpg"] { try folder.write("", to: image) }
        #expect(try Dataset(pets, at: folder.url).name == "pets")
    }

    @Test func featureFile() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "f.npy")
        let lines = try printed {
            // snippet
            let rows = Matrix<Float>(rows: [[1, 2, 3], [4, 5, 6]])
            try rows.numpyFile.write(to: file)
            let read = try FeatureFile<Float>(contentsOf: file)
            print(read.matrix.rowCount, read.ids == nil)  // 2 true: a .npy file has no ids
            // end
            #expect(read.matrix == rows)
        }
        #expect(lines == ["2 true"])
    }

    @Test func cropFractions() {
        let lines = printed {
            // snippet
            print(Preprocessing.resize(forCropFraction: 0.875, height: 224, width: 224))  // shorterSide(256)
            print(Preprocessing.resize(forCropFraction: 0.95, height: 224, width: 224))  // shorterSide(235)
            // end
        }
        #expect(lines == ["shorterSide(256)", "shorterSide(235)"])
    }

    @Test func preprocessing() {
        let image = Image8(width: 300, height: 400, channelCount: 3, pixels: [UInt8](repeating: 0, count: 360_000))
        // snippet
        let preprocessing = Preprocessing(
            channelCount: 3, height: 224, width: 224, resize: .shorterSide(256), interpolation: .bilinear,
            mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
        let input = preprocessing.input(for: image)  // 3 · 224 · 224 values, one channel after the other
        // end
        #expect(input.count == 3 * 224 * 224 && abs(input[0] + 0.485 / 0.229) < 1e-6)
    }

    @Test func extractor() {
        let paths: [String] = []
        #expect(throws: FileError.self) {
            // snippet
            let extractor = try FeatureExtractor(model: URL(fileURLWithPath: "resnet50.onnx"))
            let embeddings = try extractor.embed(paths: paths)
            // end
            #expect(embeddings.rowCount == 0)
        }
    }

    @Test func distanceOfRows() throws {
        let lines = try printed {
            // snippet
            let train = Matrix<Float>(rows: [[0, 0], [2, 0], [0, 2], [2, 2]])
            let test = Matrix<Float>(rows: [[3, 0], [5, 0], [3, 2], [5, 2]])
            let distance = try frechetDistance(train, test)
            print(distance.squared, distance.meanPart)  // both about 9: the same spread, 3 apart
            // end
            #expect(abs(distance.squared - 9) < 1e-9 && abs(distance.meanPart - 9) < 1e-9)
        }
        #expect(lines.count == 1)
    }

    @Test func distanceOfGaussians() throws {
        let first = Matrix<Double>(rows: [[0, 0], [1, 2], [3, 1]])
        let second = Matrix<Double>(rows: [[5, 0], [1, 1]])
        let lines = try printed {
            // snippet
            let a = try GaussianStatistics(first)
            let b = try GaussianStatistics(second)
            let distance = try frechetDistance(a, b)
            print(distance.squared, distance.meanPart, distance.covariancePart)
            // end
            #expect(distance == (try frechetDistance(b, a)))
        }
        #expect(lines[0].split(separator: " ").count == 3)
    }

    @Test func tables() {
        let lines = printed(by: twoRows)
        #expect(lines.count == 4 && lines[2].hasSuffix(" 19.2"))
        #expect(printed(by: oneRow).count == 3)
        let table = TextTable(columns: [.init("level")], rows: [["easy"]])
        let plain = printed {
            // snippet
            print(table.text(on: .plain), terminator: "")
            // end
        }
        #expect(plain.count == 3)
        let paper = printed(by: forAPaper)
        #expect(paper[4] == #"proxy\_anchor & 0.612 $\pm$ 0.021 \\"#, "\(paper)")
        #expect(paper.contains { $0.hasSuffix(#"| proxy\_anchor | 0.612 ± 0.021 |"#) })
    }

    private func forAPaper() {
        // snippet
        let table = TextTable(
            columns: [.init("model"), .init("AGS", alignment: .right), .init("±", alignment: .right)],
            rows: [["proxy_anchor", "0.612", "0.021"]])
        print(table.latex, table.markdown)
        // end
    }

    private func twoRows() {
        // snippet
        let table = TextTable(
            columns: [.init("level"), .init("fid", alignment: .right)], rows: [["easy", "19.2"], ["hard", "120.4"]])
        print(table.text, terminator: "")
        // end
    }

    private func oneRow() {
        // snippet
        let table = TextTable(columns: [.init("level"), .init("fid", alignment: .right)], rows: [["easy", "19.2"]])
        print(table.text, terminator: "")
        // end
    }
}
