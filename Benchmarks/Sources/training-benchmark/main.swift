// Usage: training-benchmark FEATURES.npy LABELS.npy OBJECTIVE STEPS TASKS OUT
//
// Trains linear heads to 128 dimensions on the samples whose label is below half of the number of classes, TASKS of them at
// once with seeds from 0 on, and writes each as OUT-SEED.safetensors. Prints, as JSON, the seconds that all took, from
// features in memory to heads.

import DenseLinearAlgebra
import Dispatch
import Embeddings
import Foundation
import HeadTraining

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("\(message)\n".utf8))
    exit(64)
}

let arguments = CommandLine.arguments
guard arguments.count == 7, let stepCount = Int(arguments[4]), let taskCount = Int(arguments[5]) else {
    fail("usage: training-benchmark FEATURES.npy LABELS.npy OBJECTIVE STEPS TASKS OUT")
}
let features = try Matrix<Float>(numpyFileAt: URL(filePath: arguments[1]))
let labels = try Matrix<Float>(numpyFileAt: URL(filePath: arguments[2])).elements.map { Int($0) }
let half = ((labels.max() ?? 0) + 1) / 2
let rows = labels.indices.filter { labels[$0] < half }
let settings = {
    var settings = HeadTrainingSettings(objective: try KnownObjectives.objective(named: arguments[3]))
    settings.stepCount = stepCount
    return settings
}
let base = try settings()
let clock = ContinuousClock()
let elapsed = clock.measure {
    DispatchQueue.concurrentPerform(iterations: taskCount) { task in
        do {
            var own = base
            own.seed = UInt64(task)
            let trained = try trainHead(
                features: features, rows: rows, labels: rows.map { labels[$0] }, settings: own)
            try HeadFile(trained.head, metadata: own.metadata).safetensors.write(
                to: URL(filePath: "\(arguments[6])-\(task).safetensors"))
        } catch {
            fail("\(error)")
        }
    }
}
let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
print("{\"seconds\": \(seconds)}")
