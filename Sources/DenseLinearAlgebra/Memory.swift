#if canImport(Glibc)
internal import CMalloc
#endif

/// Keeps the memory of freed matrices in the process, for a program that goes through many large matrices one after the
/// other.
///
/// By default glibc takes each large block from the system and gives it back when it is freed, and the system clears
/// every page anew: an eighth of the time of a distance between 2048 × 2048 covariances. In exchange the process stays
/// as large as it ever was. To be called once, before the first matrix; elsewhere than on glibc it does nothing.
public func keepFreedMemory() {
    #if canImport(Glibc)
    _ = mallopt(M_MMAP_MAX, 0)
    _ = mallopt(M_TRIM_THRESHOLD, .max)
    #endif
}
