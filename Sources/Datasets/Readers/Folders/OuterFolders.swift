/// What the outer folders of `outer/class/image` are.
public enum OuterFolders: String, Sendable, CaseIterable {
    /// Groups of classes; classes of the same name in two of them are different.
    case superclass
    /// Sources of images, such as cameras or styles; classes of the same name in several of them are one class.
    case domain
    /// Parts of a split, such as `train` and `test`; classes of the same name in several of them are one class.
    case split
}
