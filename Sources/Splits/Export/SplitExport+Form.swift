internal import Datasets

extension SplitExport {
    /// A form in which other tools read splits.
    ///
    /// ```swift
    /// for form in SplitExport.Form.all { print(form.name, form.hasImages ? "links to images" : "tables") }
    /// ```
    ///
    /// Each form is one value that knows everything about itself, in a file of its own.
    public struct Form: Sendable {
        /// The name that users type, such as `csv`; no two forms have the same name.
        public let name: String
        /// What is written, and with which columns, for people to read, in lines of at most 60 characters.
        ///
        /// LEVEL, PART, CLASS and IMAGE stand for names in paths, ROOT for the prefix of image paths.
        public let summary: String
        /// Whether the form contains images, so that links to them are made.
        public let hasImages: Bool
        /// The files and links of this form for given splits.
        let contents: @Sendable (ExportedSplits) throws -> (files: [File], links: [Link])

        /// All forms, in the order in which they are listed.
        public static let all: [Form] = [.csv, .oml, .huggingface, .wilds, .imagefolder]
    }
}

extension SplitExport.Form: Hashable {
    /// Whether both have the same name.
    public static func == (a: Self, b: Self) -> Bool { a.name == b.name }

    /// Hashes the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension SplitExport.Form: CustomStringConvertible {
    /// The name.
    public var description: String { name }
}
