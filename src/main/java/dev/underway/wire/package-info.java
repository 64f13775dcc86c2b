/// The versioned documents between agent and server.
@NullMarked
package dev.underway.wire;

import org.jspecify.annotations.NullMarked;
