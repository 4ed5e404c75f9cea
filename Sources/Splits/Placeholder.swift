// Splits
