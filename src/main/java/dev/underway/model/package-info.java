/// The kinds as records, with their defaults, validation and canonical form. Everything else may import it; it imports
/// nothing of ours.
@NullMarked
package dev.underway.model;

import org.jspecify.annotations.NullMarked;
