import DenseLinearAlgebra
import FeatureExtraction
import Foundation
import Testing

@Suite("Preprocessing otherwise than described")
struct PreprocessingChangesTests {
    private let described = Preprocessing(
        channelCount: 3, height: 224, width: 192, resize: .covering(height: 256, width: 219), interpolation: .bicubic,
        mean: [0.5, 0.4, 0.3], standardDeviation: [0.2, 0.3, 0.4])

    private func changes(_ change: (inout PreprocessingChanges) -> Void) -> PreprocessingChanges {
        var changes = PreprocessingChanges()
        change(&changes)
        return changes
    }

    @Test func withoutChangesAllStays() throws {
        #expect(try PreprocessingChanges().applied(to: described) == described)
        #expect(try PreprocessingChanges().complete() == nil)
    }

    @Test func eachChangeChangesItsPartAlone() throws {
        let resized = try changes { $0.resize = .shorterSide(300) }.applied(to: described)
        #expect(resized.resize == .shorterSide(300))
        #expect(resized.height == 224 && resized.width == 192 && resized.interpolation == .bicubic)
        let cropped = try changes { $0.crop = [100, 90] }.applied(to: described)
        #expect(cropped.height == 100 && cropped.width == 90 && cropped.resize == described.resize)
        let filtered = try changes { $0.interpolation = .lanczos }.applied(to: described)
        #expect(filtered.interpolation == .lanczos && filtered.mean == described.mean)
        let turned = try changes { $0.orientedByEXIF = true }.applied(to: described)
        #expect(turned.orientedByEXIF && !described.orientedByEXIF)
        let grey = try changes {
            $0.mean = [0.5]
            $0.standardDeviation = [0.25]
        }.applied(to: described)
        #expect(grey.channelCount == 1 && grey.mean == [0.5] && grey.standardDeviation == [0.25])
    }

    @Test func aCropFractionFollowsTheCrop() throws {
        #expect(
            try changes { $0.cropFraction = 0.875 }.applied(to: described).resize == .covering(height: 256, width: 219))
        let square = try changes {
            $0.cropFraction = 0.5
            $0.crop = [64, 64]
        }.applied(to: described)
        #expect(square.resize == .shorterSide(128))
    }

    @Test func channelsMustAgree() {
        #expect(
            failure { _ = try changes { $0.mean = [0.5] }.applied(to: described) }
                == "preprocessing: found mean [0.5] and standard deviation [0.2, 0.3, 0.4]; expected 1 or 3 numbers each, "
                + "one a channel, and positive standard deviations")
        #expect(
            failure { _ = try changes { $0.standardDeviation = [1, 0, 1] }.applied(to: described) }
                .hasPrefix("preprocessing: found mean "))
    }

    /// As configurations of detectors have them, which would make all images nearly the same.
    @Test func unitsOf255AreRefused() {
        let problem = failure {
            _ = try changes {
                $0.mean = [127.5, 127.5, 127.5]
                $0.standardDeviation = [51, 51, 51]
            }.applied(to: described)
        }
        #expect(
            problem.contains("as for values of 0 to 255")
                && problem.hasSuffix("mean 0.5,0.5,0.5, standard deviation 0.2,0.2,0.2"))
    }

    @Test func whatIsCompleteNeedsNoFile() throws {
        var all = changes {
            $0.resize = .exactly(height: 16, width: 16)
            $0.crop = [16, 16]
            $0.interpolation = .bilinear
            $0.mean = [0, 0, 0]
            $0.standardDeviation = [1, 1, 1]
        }
        let expected = Preprocessing(
            channelCount: 3, height: 16, width: 16, resize: .exactly(height: 16, width: 16), interpolation: .bilinear,
            mean: [0, 0, 0], standardDeviation: [1, 1, 1])
        #expect(try Preprocessing.besideModel(atPath: "/nowhere/x.onnx", changing: all) == expected)
        all.interpolation = nil
        #expect(
            failure { _ = try Preprocessing.besideModel(atPath: "/nowhere/x.onnx", changing: all) }
                .hasPrefix("/nowhere/x.onnx: found no file beside the model"))
    }

    @Test func changesReachTheNetwork() throws {
        let wider = changes { $0.crop = [24, 24] }
        #expect(
            failure {
                _ = try FeatureExtractor(model: Fixture.network("tiny"), reading: NetworkReading(changes: wider))
            }
            .contains(
                "an input \"images\" of float32 [? × 3 × 16 × 16]; expected one input of float32, float16 or uint8 [batch × 3 × 24"
            ))
        let extractor = try FeatureExtractor(
            model: Fixture.network("tiny"),
            reading: NetworkReading(changes: changes { $0.resize = .exactly(height: 16, width: 16) }))
        #expect(extractor.preprocessing.resize == .exactly(height: 16, width: 16))
        let paths = [Fixture.image("420.jpg")]
        #expect(
            try extractor.embed(paths: paths).elements
                != FeatureExtractor(model: Fixture.network("tiny")).embed(paths: paths).elements)
    }

    @Test func theDescriptionIsOneLine() {
        #expect(
            "\(described)"
                == "resize to cover 256 × 219 (bicubic), crop to 224 × 192, RGB, mean 0.5 0.4 0.3, std 0.2 0.3 0.4")
        let grey = Preprocessing(
            channelCount: 1, height: 8, width: 8, resize: .unchanged, interpolation: .nearest, mean: [0],
            standardDeviation: [1], orientedByEXIF: true)
        #expect("\(grey)" == "turn by EXIF, no resize, crop to 8 × 8, grey, mean 0.0, std 1.0")
    }
}
