/// What `deploy/bench api` measures with: programs that run from their source against the packaged server.
@NullMarked
package dev.underway.testing.bench;

import org.jspecify.annotations.NullMarked;
