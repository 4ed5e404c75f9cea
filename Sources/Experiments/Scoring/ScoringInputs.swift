internal import CFileSystem
internal import Embeddings
internal import Files
internal import Foundation
internal import Synchronization

/// The digests of what scores depend on, which what is kept of them goes by.
final class ScoringInputs: Sendable {
    private let known = Mutex<String?>(nil)

    /// The digest of what all tasks have in common, computed once.
    func common(_ compute: () throws -> [String]) throws -> String {
        try known.withLock { known in
            if let known { return known }
            let digest = Self.digest(of: try compute())
            known = digest
            return digest
        }
    }

    /// Takes the digest that another rank has computed.
    func take(common digest: String) { known.withLock { $0 = $0 ?? digest } }

    static func digest(of words: [String]) -> String {
        SHA256.hexadecimal(of: Array(words.map { "\($0.utf8.count) \($0)" }.joined(separator: "\n").utf8))
    }

    /// The digest of the program, since another one may score differently.
    static let program: String? = {
        guard let name = filesystem_own_file().map({ String(cString: $0) }) else { return nil }
        // A program is named as it was called, which need not be a path.
        return try? SHA256.hexadecimal(ofFilesAt: [URL(filePath: name.holds(".so") ? name : "/proc/self/exe")])
    }()
}

extension EmbeddingSource {
    /// What identifies the embeddings without reading or making them.
    func identity(ofSamples ids: [String]) throws -> [String] {
        switch self {
        case .matrix(_, let provenance): return [try stableJSON(provenance)]
        case .features(let file, _): return [try SHA256.hexadecimal(ofFilesAt: FeatureFile<Float>.files(of: file))]
        case .images(let folder, let network, _):
            return [try stableJSON(network.provenance), try ImageDigests(of: ids, below: folder).sha256]
        }
    }
}

extension ModelKind {
    /// What identifies that which models are applied to.
    func identity(ofSamples ids: [String]) throws -> [String] {
        switch self {
        case .networks(let images, _, _, _): ["networks", try ImageDigests(of: ids, below: images).sha256]
        case .embeddings: ["embeddings"]
        case .heads(_, let provenance, _): ["heads", try stableJSON(provenance)]
        }
    }

    /// What identifies the model of one task.
    func identity(of files: [URL]) throws -> [String] {
        try files.map { file in
            switch self {
            case .networks(_, _, _, let open): try stableJSON(open(file).provenance)
            case .embeddings: try SHA256.hexadecimal(ofFilesAt: FeatureFile<Float>.files(of: file))
            case .heads: try SHA256.hexadecimal(ofFilesAt: [file])
            }
        }
    }
}
