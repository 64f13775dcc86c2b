/// Who is calling: the server's own CA, join tokens, people's tokens.
@NullMarked
package dev.underway.server.access;

import org.jspecify.annotations.NullMarked;
