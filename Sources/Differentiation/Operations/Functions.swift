extension Variable {
    /// eˣ of each element.
    public func exp() -> Variable { recording(.function(.exp)) }

    /// The natural logarithm of each element; −∞ at 0, where the derivative is infinite.
    public func log() -> Variable { recording(.function(.log)) }

    /// log (1 + x) of each element, exact for small x.
    public func log1p() -> Variable { recording(.function(.log1p)) }

    /// The square root of each element; the derivative at 0 is taken as 0.
    public func squareRoot() -> Variable { recording(.function(.squareRoot)) }

    /// The square of each element.
    public func squared() -> Variable { recording(.function(.square)) }

    /// 1 / x of each element.
    public func reciprocal() -> Variable { recording(.function(.reciprocal)) }

    /// max (x, 0) of each element, the hinge; the derivative at 0 is taken as 0.
    public func rectified() -> Variable { recording(.function(.rectify)) }

    /// log (1 + eˣ) of each element, without overflow.
    public func softplus() -> Variable { recording(.function(.softplus)) }

    /// |x| of each element; the derivative at 0 is taken as 0.
    public func absoluteValue() -> Variable { recording(.function(.absolute)) }

    /// The cosine of each element.
    public func cosine() -> Variable { recording(.function(.cosine)) }

    /// The angle whose cosine each element is, in [0, π]; the derivative is infinite at −1 and 1, so clamp before.
    public func arccosine() -> Variable { recording(.function(.arccosine)) }

    /// The nearest number within bounds to each element; the derivative is 1 within and on the bounds, else 0.
    public func clamped(to bounds: ClosedRange<Double>) -> Variable { recording(.clamp(bounds)) }

    /// The same values, through which nothing is differentiated.
    public func detached() -> Variable { recording(.detach) }
}
