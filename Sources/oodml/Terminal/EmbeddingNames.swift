import Foundation

/// What embeddings are called: their files, without extensions, or with their folders where these are alike.
func embeddingNames(_ files: [URL]) -> [String] {
    let stems = files.map { $0.deletingPathExtension().lastPathComponent }
    guard Set(stems).count < stems.count else { return stems }
    let paths = files.map { $0.deletingPathExtension().relativePath }
    return Set(paths).count < paths.count ? files.map(\.relativePath) : paths
}
