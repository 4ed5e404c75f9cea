#if canImport(Glibc)
internal import CMalloc
#endif
internal import Files
internal import Parallel

/// Keeps the memory of freed matrices in the process, for programs that use many large matrices one after the other.
///
/// By default glibc takes each large block from the system and returns it when freed, and the system zeroes every page
/// each time: an eighth of the time of a distance between 2048 × 2048 covariances. The price is that the process never
/// shrinks. Call this once, before the first matrix; without glibc, or under a limit of the address space, where what is
/// freed is needed again, it does nothing.
public func keepFreedMemory() {
    #if canImport(Glibc)
    guard !ProcessLimits.areSet else { return }
    _ = mallopt(M_MMAP_MAX, 0)
    _ = mallopt(M_TRIM_THRESHOLD, .max)
    #endif
}
