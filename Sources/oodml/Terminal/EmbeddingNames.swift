import ArgumentParser
import Files
import Foundation
import Reports

/// What embeddings are called: their files, without extensions, or with their folders where these are alike.
func embeddingNames(_ files: [URL]) -> [String] {
    let stems = files.map { $0.deletingPathExtension().lastPathComponent }
    guard Set(stems).count < stems.count else { return stems }
    let paths = files.map { $0.deletingPathExtension().relativePath }
    return Set(paths).count < paths.count ? files.map(\.relativePath) : paths
}

/// Refuses files of which there is neither none nor one for each of several embeddings.
func requireOneForEach(_ embeddings: [URL], of files: [URL], _ what: String) throws {
    guard files.isEmpty || files.count == embeddings.count else {
        throw ValidationError(
            "found \(files.count) \(what) for \(embeddings.count) embeddings; expected one for each, in their order")
    }
}

/// Refuses names that are not a different one for each of several embeddings; there may be none at all.
func requireNames(_ names: [String], of embeddings: [URL]) throws {
    guard names.isEmpty || names.count == embeddings.count, Set(names.map(Name.init)).count == names.count,
        !names.contains(where: \.isEmpty)
    else {
        throw ValidationError(
            "--name is \(enumeration(names.map { "'\(onOneLine($0))'" })) for \(embeddings.count) embeddings; expected a different name for each, in their order"
        )
    }
}
