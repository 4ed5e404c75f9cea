import Foundation
import TestSupport
import Testing

/// Which of OpenBLAS's kernels the program computes with.
struct KernelsTests {
    private static let withAVX2: Set<String> = [
        "Excavator", "Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids",
    ]

    private func core(_ variables: [String: String] = [:]) throws -> (name: String, isOwnChoice: Bool) {
        let variables = ["OPENBLAS_VERBOSE": "2"].merging(variables) { $1 }
        let run = try CommandRun(["--version"], environment: variables)
        #expect(run.status == 0)
        let line = /Core: (\w+)( \(chosen by oodml .*\))?\n/
        let match = try #require(try line.firstMatch(in: run.errors), "\(run.errors)")
        return (String(match.1), match.2 != nil)
    }

    /// An OpenBLAS that is older than the processor would take the slowest.
    @Test(.enabled(if: instructions.isSuperset(of: ["avx2", "fma"])))
    func aProcessorWithAVX2HasKernelsOfIt() throws {
        let core = try core()
        #expect(Self.withAVX2.contains(core.name), "\(core)")
    }

    @Test(.enabled(if: instructions.contains("avx")), arguments: ["Sandybridge", "Prescott"])
    func theUserDecides(name: String) throws {
        let core = try core(["OPENBLAS_CORETYPE": name])
        #expect(core.name == name)
        #expect(!core.isOwnChoice)
    }

    @Test func nothingIsSaidUnasked() throws {
        #expect(try CommandRun(["--version"]).errors.isEmpty)
    }
}

private let instructions: Set<Substring> = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
    return Set(line.split(separator: " "))
}()
