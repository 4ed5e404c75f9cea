// Frechet
