package dev.treadle.spi;

/// A value as JSON: how the engine hands inputs and results to a store that keeps no objects, where
/// they are neither text nor bytes.
///
/// @param utf8 the text, in UTF-8; not to be changed
public record Json(byte[] utf8) {}
