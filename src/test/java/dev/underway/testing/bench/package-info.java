/// What `deploy/bench api` and `deploy/bench fleet` measure with: programs that run from their
/// source against the packaged server.
@NullMarked
package dev.underway.testing.bench;

import org.jspecify.annotations.NullMarked;
