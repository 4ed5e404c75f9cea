/// The Python that turns a file of a kind that is not read into one that is; nil for kinds that are not known.
///
/// - Parameter fileExtension: the file's extension, without its point.
func conversion(of fileExtension: String) -> String? {
    switch fileExtension.lowercased() {
    case "pt", "pth", "bin":
        "in Python: x = torch.load(path, map_location=\"cpu\"); numpy.save(\"features.npy\", x.float().numpy())"
    case "pkl", "pickle":
        "in Python: x = pickle.load(open(path, \"rb\")); numpy.save(\"features.npy\", numpy.asarray(x, \"float32\"))"
    case "parquet", "feather", "arrow":
        "in Python: t = pandas.read_\(fileExtension.lowercased() == "parquet" ? "parquet" : "feather")(path); "
            + "t.to_csv(\"features.csv\", index=False), or numpy.save for a column of arrays"
    case "h5", "hdf5", "hdf":
        "in Python: f = h5py.File(path); print(list(f)); numpy.save(\"features.npy\", f[\"features\"][:])"
    case "mat": "in Python: m = scipy.io.loadmat(path); numpy.save(\"features.npy\", m[\"features\"])"
    case "txt", "tsv": "in Python: numpy.save(\"features.npy\", numpy.loadtxt(path, dtype=\"float32\"))"
    default: nil
    }
}
