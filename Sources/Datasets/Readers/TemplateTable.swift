internal import Files
public import Foundation

/// Which samples make a template: several images, or frames of videos, that stand for one person at one time, as in IJB.
public struct TemplateTable: Sendable, Equatable {
    /// A sample of a template.
    public struct Member: Sendable, Equatable {
        /// The sample's id.
        public let id: String
        /// Its medium, from 0 in each template: images of their own have one each, frames of a video one together.
        public let medium: Int
        /// The line of the file, from 1.
        public let line: Int
    }

    /// A template.
    public struct Template: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Its samples, in the order of the table.
        public let samples: [Member]
    }

    /// The path of the file.
    public let path: String
    /// The templates, in the order of their first rows.
    public let templates: [Template]

    /// Reads a table with the columns `template` and `sample` (or `image`), and optionally `media` (or `medium`).
    ///
    /// Without a medium every sample is its own.
    ///
    /// - Throws: ``/Files/FileError`` that names the line, for a missing column or an empty field.
    public init(contentsOf url: URL) throws {
        let table = try CSVTable(contentsOf: url)
        func column(_ names: [String]) -> Int? { names.lazy.compactMap { table.columns.firstIndex(of: $0) }.first }
        guard let template = column(["template"]), let sample = column(["sample", "image"]) else {
            throw FileError.malformed(
                path: url.path, line: 1, found: "the columns \(excerpt(table.columns.joined(separator: ", ")))",
                expected: "template and sample, and optionally media")
        }
        let media = column(["media", "medium"])
        var names = LabelNumbering()
        var numberings: [LabelNumbering] = []
        var samples: [[Member]] = []
        for (row, line) in zip(table.rows, table.lines) {
            for column in [template, sample] where row[column].isEmpty {
                throw FileError.malformed(
                    path: url.path, line: line, found: "an empty \(table.columns[column])",
                    expected: "a \(table.columns[column]) on every row")
            }
            let number = names.number(of: row[template])
            if number == samples.count {
                samples.append([])
                numberings.append(LabelNumbering())
            }
            let medium = media.flatMap { row[$0].isEmpty ? nil : "media \(row[$0])" } ?? "line \(line)"
            samples[number].append(
                Member(id: row[sample], medium: numberings[number].number(of: medium), line: line))
        }
        guard !samples.isEmpty else {
            throw FileError.malformed(
                path: url.path, line: 1, found: "a table without rows", expected: "a row for each sample of a template")
        }
        path = url.path
        templates = zip(names.labels, samples).map { Template(name: $0, samples: $1) }
    }
}
