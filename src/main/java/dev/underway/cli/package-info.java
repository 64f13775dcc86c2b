/// The command underway, a thin client of the API.
@NullMarked
package dev.underway.cli;

import org.jspecify.annotations.NullMarked;
