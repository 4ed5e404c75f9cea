import CMPI
import Foundation
import Ranks

/// MPI, where the package was built with its trait `MPI` and a launcher has started this process.
///
/// MPI is called from the main thread alone.
struct MessagePassing: RankTransport {
    let rank: Int
    let count: Int
    let host: String

    /// The variables by which launchers tell a process how many they have started: Open MPI's, those of PMI, which MPICH's and
    /// Slurm's launchers speak, and of PMIx.
    private static let launcherVariables = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"]

    /// Begins MPI; nil without it, and in a process that no launcher has started.
    ///
    /// - Throws: an error of one sentence if MPI does not begin.
    init?() throws {
        let environment = ProcessInfo.processInfo.environment
        guard mpi_is_built_in() == 1, Self.launcherVariables.contains(where: { environment[$0] != nil }) else {
            return nil
        }
        let code = mpi_begin()
        guard code == 0 else {
            throw CommandError(
                "MPI does not begin (code \(code)); expected mpirun or srun of the MPI that oodml was built with")
        }
        (rank, count) = (Int(mpi_rank()), Int(mpi_count()))
        var name = [CChar](repeating: 0, count: 256)
        mpi_host(&name, Int32(name.count))
        host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// How many processes a launcher has started together, if this build cannot join them; nil if there is nothing to say.
    static var unjoinedCount: Int? {
        let environment = ProcessInfo.processInfo.environment
        guard mpi_is_built_in() == 0, environment["OMPI_COMM_WORLD_RANK"] ?? environment["PMI_RANK"] == "0" else {
            return nil
        }
        return launcherVariables.compactMap { environment[$0].flatMap { Int($0) } }.first { $0 > 1 }
    }

    func gather(_ bytes: [UInt8]) -> [[UInt8]] {
        var sizes = [Int64](repeating: 0, count: count)
        mpi_gather_sizes(Int64(bytes.count), &sizes)
        let total = Int(sizes.reduce(0, +))
        let all = [UInt8](unsafeUninitializedCapacity: total) { buffer, filled in
            bytes.withUnsafeBytes { mpi_gather($0.baseAddress, sizes, buffer.baseAddress) }
            filled = total
        }
        var start = 0
        return sizes.map { size in
            defer { start += Int(size) }
            return Array(all[start..<start + Int(size)])
        }
    }

    func sum(_ values: inout [Int32]) { mpi_sum(&values, Int64(values.count)) }
}
