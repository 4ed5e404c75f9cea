/// Passes where the elements of arrays lie.
func withAddresses<A, B, Result>(
    _ a: [A], _ b: [B], _ body: (UnsafePointer<A>?, UnsafePointer<B>?) -> Result
) -> Result {
    a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in body(a.baseAddress, b.baseAddress) } }
}

/// Passes where the elements of arrays lie.
func withAddresses<A, B, C, Result>(
    _ a: [A], _ b: [B], _ c: [C], _ body: (UnsafePointer<A>?, UnsafePointer<B>?, UnsafePointer<C>?) -> Result
) -> Result {
    withAddresses(a, b) { a, b in c.withUnsafeBufferPointer { c in body(a, b, c.baseAddress) } }
}

/// Passes where the elements of arrays lie.
func withAddresses<A, B, C, D, Result>(
    _ a: [A], _ b: [B], _ c: [C], _ d: [D],
    _ body: (UnsafePointer<A>?, UnsafePointer<B>?, UnsafePointer<C>?, UnsafePointer<D>?) -> Result
) -> Result {
    withAddresses(a, b) { a, b in withAddresses(c, d) { c, d in body(a, b, c, d) } }
}
