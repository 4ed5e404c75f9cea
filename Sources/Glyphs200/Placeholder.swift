// Glyphs200
