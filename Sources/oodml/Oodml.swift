import ArgumentParser
import DenseLinearAlgebra

/// The version that manifests and results record.
let version = "0.1.0"
let generator = "oodml \(version)"

@main
struct Oodml: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oodml",
        abstract: "Measure how retrieval models degrade as their test classes move away from their training classes.",
        discussion: """
            oodml turns a labelled dataset into a graded series of class-disjoint train/test splits, from easy to hard \
            by the Fréchet distance between the two sides, and scores models along that series.

            Try it on the benchmark that comes with it:
              oodml make-splits --dataset glyphs200
              oodml evaluate --splits splits/glyphs200 \\
                --model 'Examples/glyphs200/models/{level}-{direction}.onnx'

            Results go to standard output, progress and warnings to standard error. The exit status is 0 on success, \
            1 if the data or the machine failed, and 64 if the command was used wrongly.
            """,
        version: generator,
        subcommands: [
            MakeSplits.self, Embed.self, Evaluate.self, Compare.self, Score.self, Validate.self, Distance.self,
            Export.self, Report.self, ListDatasets.self,
        ])

    static func main() {
        keepFreedMemory()
        main(nil)
    }
}
