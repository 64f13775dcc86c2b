/// Resources and their watch log in PostgreSQL. Features meet here and never import each other.
@NullMarked
package dev.underway.server.store;

import org.jspecify.annotations.NullMarked;
