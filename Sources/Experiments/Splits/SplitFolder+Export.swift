public import Datasets
internal import Files
public import Foundation
public import Parallel
public import Splits

extension SplitFolder {
    /// Writes splits in a form for other tools.
    ///
    /// ```swift
    /// try splits.write(splits.exported(as: .csv), to: tables)
    /// ```
    ///
    /// Before writing anything, it checks that all images exist. An earlier export in the folder, of whatever form, is
    /// replaced as a whole.
    ///
    /// - Parameters:
    ///   - export: what to write.
    ///   - url: the output folder.
    ///   - images: the folder that links lead to; needed only for forms with images.
    ///   - replacing: whether files in the way may be replaced.
    ///   - report: called with progress.
    /// - Precondition: `images` is given if the form has images.
    /// - Throws: ``/Files/FileError`` for missing images, and for files that cannot be written or replaced.
    public func write(
        _ export: SplitExport, to url: URL, images: URL? = nil, replacing: Bool = false,
        report: @escaping WorkReport = { _ in }
    ) throws {
        precondition(images != nil || !export.form.hasImages, "the form \(export.form.name) without a folder of images")
        let folder = try OutputFolder(url, result: "export", force: replacing) { report(.warning($0)) }
        if let images {
            try Self.requireImages(of: export, below: images, report: report)
        }
        report(.began("writing \(export.files.count) files and \(export.links.count) links"))
        try folder.write(export.items(linkingTo: images ?? url))
    }

    /// Refuses links to images that do not exist.
    static func requireImages(of export: SplitExport, below images: URL, report: WorkReport) throws {
        let samples = Set(export.links.map { Name($0.sample) })
        report(.began("looking for \(samples.count) images"))
        let missing = samples.filter { !exists(images.appending(path: $0.text)) }.sorted()
        guard let first = missing.first else { return }
        throw FileError.malformed(
            path: images.appending(path: first.text).path,
            found: "no such file, and \(missing.count) of \(samples.count) are missing",
            expected: "an image for each sample")
    }

    /// The splits in a form for other tools: see ``/Splits/SplitExport/init(of:in:as:levels:direction:fold:root:)``.
    public func exported(
        as form: SplitExport.Form, levels: [String]? = nil, direction: Direction = .forward, fold: Int? = nil,
        root: String? = nil
    ) throws -> SplitExport {
        try SplitExport(
            of: manifest, in: dataset, as: form, levels: levels, direction: direction, fold: fold, root: root)
    }
}

extension SplitExport {
    /// The links and then the files, so that those who wait for the last file find everything else.
    func items(linkingTo images: URL) -> [OutputItem] {
        links.map { OutputItem($0.path, .link(to: images.appending(path: $0.sample).path)) }
            + files.map { OutputItem($0.path, $0.bytes) }
    }
}
