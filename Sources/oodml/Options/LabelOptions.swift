import ArgumentParser
import Datasets
import Experiments
import Foundation

/// Options of every command that takes embeddings with labels: their tables.
struct LabelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Their labels: a table with the column label (or class) and optionally sample, camera and group, a row "
                + "for each embedding; or only labels, in .npy or in lines of .txt.",
            valueName: "csv"),
        completion: .file(extensions: ["csv", "npy", "txt"]), transform: path)
    var labels: URL

    @Option(
        help: ArgumentHelp("The gallery's labels, a table like --labels.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var galleryLabels: URL?

    /// Both files.
    var files: [URL] { [labels] + (galleryLabels.map { [$0] } ?? []) }

    /// Says what of the tables is not used, and what others would leave out.
    ///
    /// - Parameters:
    ///   - set: the embeddings.
    ///   - gallery: what they are searched in or paired with; nil for themselves.
    ///   - camera: what --camera was given as.
    ///   - roleless: what becomes of rows with roles, in words; nil where roles play no part.
    ///   - pairs: what --camera names leaves out, in words.
    func warn(
        about set: LabelledEmbeddings, against gallery: LabelledEmbeddings?, camera: CameraSource?,
        roleless: String?, leavingOut pairs: String, on terminal: Terminal
    ) {
        if let roleless, set.table.hasRoles, gallery == nil {
            terminal.warn(
                "\(labels.path): its roles are not used, so \(roleless); --gallery takes a gallery of its own")
        }
        if let column = set.table.unusedCameraColumn {
            terminal.warn(
                "\(labels.path): the column \(column) is not used; --camera \(column) takes it for the cameras")
        }
        if camera == nil, set.table.cameras == nil, CameraName.areInNames(of: set.table.samples ?? []) {
            terminal.warn(
                "\(labels.path): the samples' names have cameras, as in re-identification; --camera names leaves out \(pairs), "
                    + "--camera none silences this warning")
        }
        if let gallery, let warning = set.warningOfRows(in: gallery) { terminal.warn(warning) }
    }
}
