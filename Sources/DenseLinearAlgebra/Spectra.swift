internal import CLAPACK
internal import Parallel

/// The eigenvalues of a symmetric matrix (d × d), ascending; only the upper triangle is read.
///
/// - Complexity: 4d³/3 operations (LAPACK `dsyevd`, values only).
/// - Throws: ``LinearAlgebraError/noConvergence(routine:undetermined:)``; ``LinearAlgebraError/nonFinite(row:column:)``.
public func symmetricEigenvalues(_ a: consuming Matrix<Double>) throws -> [Double] {
    a.requireSquare("an eigenvalue problem")
    try a.requireFinite()
    let d = a.rowCount
    guard d > 0 else { return [] }
    provideBLASThreads(forOperations: 4 / 3 * Double(d) * Double(d) * Double(d))
    var values = [Double](repeating: 0, count: d)
    let info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, CChar.valuesOnly, CChar.lower, Int32(d), &a.elements, Int32(d), &values)
    try check(info: info, of: "dsyevd") { .noConvergence(routine: "dsyevd", undetermined: $0) }
    return values
}

/// The min(m, n) singular values of a matrix (m × n), descending.
///
/// - Complexity: about 8/3·d³ operations for a square matrix (LAPACK `dgesdd`, values only).
/// - Throws: ``LinearAlgebraError/noConvergence(routine:undetermined:)``; ``LinearAlgebraError/nonFinite(row:column:)``.
public func singularValues(_ a: Matrix<Double>) throws -> [Double] {
    try a.requireFinite()
    let count = min(a.rowCount, a.columnCount)
    guard count > 0 else { return [] }
    provideBLASThreads(forOperations: 8 / 3 * Double(a.elements.count) * Double(count))
    var scratch = a
    var values = [Double](repeating: 0, count: count)
    // Read column by column, the elements are those of the transpose, whose singular values are the same.
    let info = LAPACKE_dgesdd(
        LAPACK_COL_MAJOR, CChar.valuesOnly, Int32(a.columnCount), Int32(a.rowCount), &scratch.elements,
        Int32(a.columnCount), &values, nil, 1, nil, 1)
    try check(info: info, of: "dgesdd") { .noConvergence(routine: "dgesdd", undetermined: $0) }
    return values
}

/// The singular vectors of a square matrix `A = U·S·Vᵀ` (d × d): `U`, and `Vᵀ`.
///
/// - Complexity: about 20d³ operations (LAPACK `dgesdd`).
/// - Throws: ``LinearAlgebraError/noConvergence(routine:undetermined:)``; ``LinearAlgebraError/nonFinite(row:column:)``.
public func singularVectors(_ a: Matrix<Double>) throws -> (u: Matrix<Double>, transposedV: Matrix<Double>) {
    a.requireSquare("a pair of square matrices of singular vectors")
    try a.requireFinite()
    let d = a.rowCount
    guard d > 0 else { return (a, a) }
    provideBLASThreads(forOperations: 20 * Double(d) * Double(d) * Double(d))
    var scratch = a
    var values = [Double](repeating: 0, count: d)
    var u = Matrix<Double>(rowCount: d, columnCount: d)
    var transposedV = u
    // LAPACK reads Aᵀ = V·S·Uᵀ and writes V and Uᵀ in column-major order, which we read as their transposes.
    let info = LAPACKE_dgesdd(
        LAPACK_COL_MAJOR, CChar.allVectors, Int32(d), Int32(d), &scratch.elements, Int32(d), &values,
        &transposedV.elements, Int32(d), &u.elements, Int32(d))
    try check(info: info, of: "dgesdd") { .noConvergence(routine: "dgesdd", undetermined: $0) }
    return (u, transposedV)
}

/// The upper triangular `R` (min(n, d) × d) of `A = QR`, so that `RᵀR = AᵀA` without squaring the condition of `A` (n × d).
///
/// - Complexity: 2n·d² operations (LAPACK `dgelqf`).
/// - Throws: ``LinearAlgebraError/nonFinite(row:column:)``.
public func triangularFactor(_ a: Matrix<Double>) throws -> Matrix<Double> {
    try a.requireFinite()
    let (n, d) = (a.rowCount, a.columnCount)
    let count = min(n, d)
    guard count > 0 else { return Matrix(rowCount: 0, columnCount: d) }
    provideBLASThreads(forOperations: 2 * Double(n) * Double(d) * Double(d))
    var scratch = a
    var reflectors = [Double](repeating: 0, count: count)
    // LAPACK sees the rows of A as columns, so it factors Aᵀ = LQ, and R = Lᵀ.
    let info = LAPACKE_dgelqf(
        LAPACK_COL_MAJOR, Int32(d), Int32(n), &scratch.elements, Int32(d), &reflectors)
    try check(info: info, of: "dgelqf") { _ in preconditionFailure("dgelqf reports nothing about its data") }
    var factor = Matrix<Double>(rowCount: count, columnCount: d)
    for i in 0..<count {
        for j in i..<d {
            factor.elements[i * d + j] = scratch.elements[i * d + j]
        }
    }
    return factor
}

/// The eigenvalues of a symmetric matrix (d × d), ascending, and an orthonormal eigenvector for each, as the rows of a
/// d × d matrix; only the upper triangle is read.
///
/// - Complexity: about 9d³ operations (LAPACK `dsyevd`).
/// - Throws: ``LinearAlgebraError/noConvergence(routine:undetermined:)``; ``LinearAlgebraError/nonFinite(row:column:)``.
public func symmetricEigendecomposition(_ a: Matrix<Double>) throws -> (values: [Double], vectors: Matrix<Double>) {
    a.requireSquare("an eigenvalue problem")
    try a.requireFinite()
    let d = a.rowCount
    guard d > 0 else { return ([], a) }
    provideBLASThreads(forOperations: 9 * Double(d) * Double(d) * Double(d))
    var vectors = a
    var values = [Double](repeating: 0, count: d)
    // LAPACK's columns in column-major order are rows in ours.
    let info = LAPACKE_dsyevd(
        LAPACK_COL_MAJOR, CChar.withVectors, CChar.lower, Int32(d), &vectors.elements, Int32(d), &values)
    try check(info: info, of: "dsyevd") { .noConvergence(routine: "dsyevd", undetermined: $0) }
    return (values, vectors)
}
